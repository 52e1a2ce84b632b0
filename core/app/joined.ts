/**
 * How a node that the script talks to comes into a graph.
 *
 * @module
 */
import type { NodeHandle } from "../registry/handle.ts";
import type { NodeSpec } from "../registry/node_type.ts";

/** Tells a node that it has left its graph. @param reason why it never was in it, if so */
export type Left = (reason?: unknown) => void;

/** A node that the script talks to, once it has a handle. */
export interface Joined<H> {
  readonly handle: H;
  /** To be called once the node has left its graph; absent if it does not want to know. */
  readonly left: Left | undefined;
}

/** Makes the handle of a node that an edit adds. @param plain has its ports alone */
export type Join = <H extends NodeHandle>(spec: Pick<NodeSpec<H>, "extend">, plain: NodeHandle) => Joined<H>;
