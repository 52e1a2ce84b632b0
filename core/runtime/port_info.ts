/**
 * The ports of a node in a graph, for those who build it by name.
 *
 * @module
 */
import { expandPort } from "../descriptor/descriptor.ts";
import { isOpen, kindsOf } from "../descriptor/open_ports.ts";
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
  /** What kind of frames it carries; absent where links tell it and have not. */
  readonly kind?: FrameKind;
  /** The kinds of frames that it may carry, as far as its links tell: one where `kind` is known. */
  readonly kinds: readonly FrameKind[];
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
      ...(!isOpen(port) && { kind: port.kind }),
      kinds: kindsOf(port),
      type: topology.carried.of(id, name, port).type,
      ...(port.direction === "input" && { optional: port.optional || port.array !== undefined }),
      links: port.direction === "output"
        ? topology.linksFrom(id, name).map((link) => link.id)
        : [topology.linkInto(id, name)?.id].filter((link) => link !== undefined),
      doc: port.doc,
    }))
  );
}
