/**
 * Joins classes of equal name for different systems into one node type.
 *
 * @module
 */
import type { Diagnostic } from "../diagnostics.ts";
import type { NodeDescriptor } from "../../core/descriptor/descriptor.ts";
import type { ScannedNode } from "./file_scan.ts";

/** The properties that all classes of a node type share. */
const SHARED = ["mode", "trigger", "lane", "priority", "cpus", "inputs", "outputs", "config", "commands"] as const;

/**
 * Joins the classes. Leaves classes of equal name for the same system to the check of names, which refuses them.
 *
 * @param diagnostics receives the differences
 */
export function joinVariants(nodes: readonly ScannedNode[], diagnostics: Diagnostic[]): ScannedNode[] {
  const joined: ScannedNode[] = [];
  /** The index of the first class of each name. */
  const places = new Map<string, number>();
  for (const node of nodes) {
    const { type, platforms } = node.model.descriptor;
    const at = places.get(type) ?? joined.length;
    const first = joined[at]?.model;
    const taken = first === undefined ? [] : [first, ...first.variants].map((each) => each.descriptor.platforms);
    const isOther = platforms !== undefined &&
      taken.every((each) => each !== undefined && !each.some((platform) => platforms.includes(platform)));
    if (first === undefined || !isOther) {
      places.set(type, at);
      joined.push(node);
      continue;
    }
    const different = SHARED.find((key) => !isSame(first.descriptor, node.model.descriptor, key));
    if (different !== undefined) {
      diagnostics.push(node.place.refuse(
        `Cannot join "${node.model.descriptor.className}" to node type "${type}": its ${different} is not that of ` +
          `"${first.descriptor.className}" (${first.descriptor.source})`,
        "give both classes the same ports, configuration, commands and options; a base class may hold them",
      ));
      continue;
    }
    const all = [first, ...first.variants].flatMap((each) => each.descriptor.platforms ?? []);
    joined[at] = {
      ...joined[at],
      model: {
        ...first,
        descriptor: { ...first.descriptor, platforms: [...all, ...platforms] },
        variants: [...first.variants, node.model],
      },
    };
  }
  return joined;
}

function isSame(a: NodeDescriptor, b: NodeDescriptor, key: typeof SHARED[number]): boolean {
  return JSON.stringify(a[key]) === JSON.stringify(b[key]);
}
