/**
 * Parts of a graph as text: nodes with the links between them in the form of a graph file, so that they go from a page
 * to a file, another page, and back.
 *
 * @module
 */
import type { Command } from "../../../control/schemas/commands.ts";

/** A graph file, as far as a part of it is looked at. */
export interface Fragment {
  readonly version: 1;
  readonly nodes: { readonly [id: string]: FragmentNode };
  readonly links?: readonly FragmentLink[];
}

/** A node of a file. */
export interface FragmentNode {
  readonly type: string;
  readonly config?: { readonly [key: string]: unknown };
  readonly [option: string]: unknown;
}

/** A link of a file. */
export interface FragmentLink {
  readonly from: string;
  readonly to: string;
  readonly [option: string]: unknown;
}

/** Options of a link that a command takes. */
const LINK_OPTIONS = ["policy", "capacity", "convert"] as const;

/** How far copies of nodes that have places stand from these, pixels. */
const SHIFT = 40;

/** Cuts nodes out of a graph, with the links between them. */
export function cutOut(document: Fragment, ids: ReadonlySet<string>): Fragment {
  const nodes = Object.fromEntries(Object.entries(document.nodes).filter(([id]) => ids.has(id)));
  const links = (document.links ?? []).filter(({ from, to }) => ids.has(nodeOf(from)) && ids.has(nodeOf(to)));
  return { version: 1, nodes, links };
}

/** Reads a text. @returns undefined for a text that is no part of a graph */
export function parseFragment(text: string): Fragment | undefined {
  try {
    const value = JSON.parse(text);
    if (value?.version !== 1 || typeof value.nodes !== "object" || value.nodes === null) return undefined;
    const isNode = (node: unknown) => typeof (node as FragmentNode | null)?.type === "string";
    const isLink = (link: FragmentLink) => typeof link?.from === "string" && typeof link.to === "string";
    if (!Object.values(value.nodes).every(isNode)) return undefined;
    return value.links === undefined || Array.isArray(value.links) && value.links.every(isLink) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The commands that add a part to a graph. A node whose id is taken gets another one.
 *
 * @param taken ids of the graph
 */
export function commandsToAdd({ nodes, links = [] }: Fragment, taken: Iterable<string>): Command[] {
  const used = new Set(taken);
  const names = new Map<string, string>();
  for (const id of Object.keys(nodes)) {
    const name = freeName(id, used);
    used.add(name);
    names.set(id, name);
  }
  const renamed = (address: string) => {
    const id = nodeOf(address);
    return (names.get(id) ?? id) + address.slice(id.length);
  };
  return [
    ...Object.entries(nodes).map(([id, node]) =>
      ({ ...node, ...besides(node), op: "add", id: names.get(id)! }) as Command
    ),
    ...links.map((link) => ({
      op: "connect",
      from: renamed(link.from),
      to: renamed(link.to),
      ...Object.fromEntries(LINK_OPTIONS.flatMap((key) => link[key] === undefined ? [] : [[key, link[key]]])),
    } as Command)),
  ];
}

/** A name that is not taken: `gain`, `gain_2`, `gain_3`. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  const base = wanted.replace(/_\d+$/, "").slice(0, 58);
  for (let k = 2;; k++) if (!taken.has(`${base}_${k}`)) return `${base}_${k}`;
}

/** A copy lies over what it was copied from, but for this. */
function besides({ position }: FragmentNode): { readonly position?: unknown } {
  const { x, y } = Object(position) as { readonly x?: unknown; readonly y?: unknown };
  return typeof x === "number" && typeof y === "number" ? { position: { x: x + SHIFT, y: y + SHIFT } } : {};
}

function nodeOf(address: string): string {
  return address.slice(0, address.indexOf("."));
}
