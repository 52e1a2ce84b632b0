/**
 * Goes through a tree without recursion, in time that grows with its nodes alone, however deep it is.
 *
 * @module
 */
import { type Node, ts } from "ts-morph";

/** A node of the compiler and all below it, in the order of the text. */
export function* walk(root: ts.Node): Generator<ts.Node> {
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node;
    const children: ts.Node[] = [];
    ts.forEachChild(node, (child) => void children.push(child));
    for (let i = children.length - 1; i >= 0; i--) waiting.push(children[i]);
  }
}

/** As {@linkcode walk}, for wrapped nodes, which cost more. */
export function* walkWrapped(root: Node): Generator<Node> {
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node;
    waiting.push(...node.forEachChildAsArray().toReversed());
  }
}
