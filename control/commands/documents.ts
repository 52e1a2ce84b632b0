/**
 * Graph documents of the command log, which share the parts that they have in common.
 *
 * @module
 */
import type { GraphFile } from "../../core/graph/schema.ts";

/** True if two JSON values are equal; the order of keys does not matter. */
export function equal(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [keys, others] = [definedKeys(one), definedKeys(other)];
  return keys.length === others.length &&
    keys.every((key) => Object.hasOwn(other, key) && equal((one as Json)[key], (other as Json)[key]));
}

type Json = { readonly [key: string]: unknown };

function definedKeys(value: object): string[] {
  return Object.keys(value).filter((key) => (value as Json)[key] !== undefined);
}

/** True if two documents are of one graph: the order of nodes and of links does not matter. */
export function isSameGraph(one: GraphFile, other: GraphFile): boolean {
  return one === other || equal(sorted(one), sorted(other));
}

/** Returns a document as text that is equal for equal graphs. */
export function canonical(document: GraphFile): string {
  return JSON.stringify(
    sorted(document),
    (_, value) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1))
        : value,
  );
}

function sorted(document: GraphFile): GraphFile {
  const links = [...document.links ?? []].sort((a, b) => a.to < b.to ? -1 : 1);
  return { ...document, links };
}

/**
 * Returns a document whose parts that equal those of an earlier one are the same objects.
 *
 * @returns also the characters of the parts that are new, as JSON
 */
export function share(earlier: GraphFile, later: GraphFile): { readonly document: GraphFile; readonly size: number } {
  let size = 0;
  const shared = <T>(old: T | undefined, next: T): T => {
    if (old !== undefined && equal(old, next)) return old;
    size += JSON.stringify(next)?.length ?? 0;
    return next;
  };
  const nodes = Object.fromEntries(
    Object.entries(later.nodes).map(([id, node]) =>
      [id, shared(Object.hasOwn(earlier.nodes, id) ? earlier.nodes[id] : undefined, node)] as const
    ),
  );
  const old = new Map((earlier.links ?? []).map((link) => [link.to, link]));
  const links = (later.links ?? []).map((link) => shared(old.get(link.to), link));
  return { document: { ...later, nodes, links }, size: size + 8 * Object.keys(nodes).length };
}
