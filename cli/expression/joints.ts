/**
 * The links of a graph in one line, before their ports are chosen.
 *
 * @module
 */
import type { Chain, NewNode, NodeReference } from "./chains.ts";

/** A link of a chain. */
export interface Joint {
  readonly left: NewNode | NodeReference;
  readonly right: NewNode | NodeReference;
}

/** The links of all chains, in the order of the text. */
export function jointsOf(chains: readonly Chain[]): Joint[] {
  return chains.flatMap((chain) => chain.slice(0, -1).map((left, k): Joint => ({ left, right: chain[k + 1] })));
}

/**
 * Links in the order of the text, but those to a node before those from it: what a node is fed tells which output is
 * meant. In a loop of links none is the first, so that the order of the text decides.
 *
 * @param nodeOf the node that an element stands for; `undefined` for one that there is not
 */
export function fedFirst(joints: readonly Joint[], nodeOf: (element: Joint["left"]) => unknown): Joint[] {
  const unlinked = new Map<unknown, number>();
  const isFed = ({ left }: Joint) => {
    const node = nodeOf(left);
    return node === undefined || !unlinked.get(node);
  };
  for (const { right } of joints) unlinked.set(nodeOf(right), (unlinked.get(nodeOf(right)) ?? 0) + 1);
  const ordered: Joint[] = [];
  for (let rest = joints; rest.length > 0;) {
    const isLoop = !rest.some(isFed);
    const later: Joint[] = [];
    for (const [index, joint] of rest.entries()) {
      if (!isFed(joint) && !(isLoop && index === 0)) {
        later.push(joint);
        continue;
      }
      ordered.push(joint);
      unlinked.set(nodeOf(joint.right), unlinked.get(nodeOf(joint.right))! - 1);
    }
    rest = later;
  }
  return ordered;
}
