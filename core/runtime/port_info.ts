/**
 * The ports of a node in a graph, for those who build it by name.
 *
 * @module
 */
import { expandPort } from "../descriptor/descriptor.ts";
import type { FrameKind } from "../frames/format.ts";
import { type LinkId, type PortAddress, portAddress } from "../ids.ts";
import type { Topology } from "../topology.ts";

/** One port of a node in a graph. */
export interface PortInfo {
  /** `audio`, or `audioIn_3` for an element of an array or a dynamic port. */
  readonly name: string;
  /** `node.port`. */
  readonly address: PortAddress;
  /** Which way frames go. */
  readonly direction: "input" | "output";
  /** What kind of frames it carries. */
  readonly kind: FrameKind;
  /** The frame type as written: `AudioFrame<2>`. */
  readonly type: string;
  /** Whether the graph may leave it without a link. Only inputs have it: every output may be left. */
  readonly optional?: boolean;
  /** The links of the port. */
  readonly links: readonly LinkId[];
  /** The doc comment of the port. */
  readonly doc: string;
}

/** The ports of a node, inputs first. @throws {SluiceError} `NodeNotFound` */
export function portsOf(topology: Topology, nodeId: string): PortInfo[] {
  const { id, type } = topology.node(nodeId);
  return [...type.descriptor.inputs, ...type.descriptor.outputs].flatMap((port) =>
    expandPort(port).map((name) => ({
      name,
      address: portAddress(id, name),
      direction: port.direction,
      kind: port.kind,
      type: topology.carried.of(id, name, port).type,
      ...(port.direction === "input" && { optional: port.optional || port.array !== undefined }),
      links: port.direction === "output"
        ? topology.linksFrom(id, name).map((link) => link.id)
        : [topology.linkInto(id, name)?.id].filter((link) => link !== undefined),
      doc: port.doc,
    }))
  );
}
