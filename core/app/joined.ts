/**
 * The entry of a script's node into a graph.
 *
 * @module
 */
import type { NodeHandle } from "../registry/handle.ts";
import type { NodeSpec } from "../registry/node_type.ts";

/** Reports to a node that it has left its graph. @param reason why it never joined, if so */
export type Left = (reason?: unknown) => void;

/** A script's node, once it has a handle. */
export interface Joined<H> {
  readonly handle: H;
  /** To call once the node has left its graph; absent if the node needs no report. */
  readonly left: Left | undefined;
}

/** Makes the handle of a node that an edit adds. @param plain the handle with the ports alone */
export type Join = <H extends NodeHandle>(spec: Pick<NodeSpec<H>, "extend">, plain: NodeHandle) => Joined<H>;
