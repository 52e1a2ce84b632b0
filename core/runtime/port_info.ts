/**
 * Describes the ports of a node in a graph, for code that builds graphs by name.
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
  /** The direction of frames. */
  readonly direction: "input" | "output";
  /** The kind of its frames; absent if its links determine the kind and have not yet. */
  readonly kind?: FrameKind;
  /** The kinds of frames that it may carry, as far as its links determine them: one if `kind` is known. */
  readonly kinds: readonly FrameKind[];
  /** The frame type, as written: `AudioFrame<2>`. */
  readonly type: string;
  /** True if the graph may leave it without a link. Present for inputs only: every output may be left. */
  readonly optional?: boolean;
  /** The links of the port. */
  readonly links: readonly LinkId[];
  /** The doc comment of the port. */
  readonly doc: string;
}

/** Returns the ports of a node, inputs first. @throws {SluiceError} `NodeNotFound` */
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
