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
  const left = [...joints];
  const isFed = (joint: Joint) => {
    const node = nodeOf(joint.left);
    return !left.some(({ right }) => node !== undefined && nodeOf(right) === node);
  };
  return joints.map(() => left.splice(Math.max(0, left.findIndex(isFed)), 1)[0]);
}
