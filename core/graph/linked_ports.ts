/**
 * Which ports of a node links name. A link brings the element of a dynamic port at its end into being.
 *
 * @module
 */

/** An end of a link. */
interface LinkEnd {
  readonly node: string;
  readonly port: string;
}

/** The ports that ends of links name, by node, in the order of the ends. */
export function linkedPorts(ends: readonly LinkEnd[]): Map<string, string[]> {
  const byNode = Map.groupBy(ends, ({ node }) => node);
  return new Map([...byNode].map(([node, own]) => [node, own.map(({ port }) => port)]));
}
