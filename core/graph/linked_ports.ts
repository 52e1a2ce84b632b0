/**
 * Finds the ports of nodes that links name. A link creates the element of a dynamic port at its end.
 *
 * @module
 */

/** An end of a link. */
interface LinkEnd {
  readonly node: string;
  readonly port: string;
}

/** Returns the ports that ends of links name, by node, in the order of the ends. */
export function linkedPorts(ends: readonly LinkEnd[]): Map<string, string[]> {
  const byNode = Map.groupBy(ends, ({ node }) => node);
  return new Map([...byNode].map(([node, own]) => [node, own.map(({ port }) => port)]));
}
