/**
 * Makes the references that `runtime.add()` gives.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { type NodeId, portAddress } from "../ids.ts";
import { expandPort, type NodeDescriptor, type PortDescriptor } from "./descriptor.ts";
import type { InputRef, NodeHandle, OutputRef } from "./handle.ts";

/** References to the ports of a node. */
export function makeHandle(id: NodeId, descriptor: NodeDescriptor): NodeHandle {
  const inputs = makeRefs(id, descriptor.inputs);
  const outputs = makeRefs(id, descriptor.outputs);
  const handle = {
    id,
    type: descriptor.type,
    inputs,
    outputs,
    input: (name: string) => pick(id, "input", inputs, name),
    output: (name: string) => pick(id, "output", outputs, name),
  };
  return handle as NodeHandle;
}

type Ref = InputRef | OutputRef;
type Refs = Record<string, Ref | readonly Ref[]>;

function makeRefs(id: NodeId, ports: readonly PortDescriptor[]): Refs {
  const refs: Refs = {};
  for (const port of ports) {
    const elements = expandPort(port).map((name): Ref => ({
      direction: port.direction,
      node: id,
      port: name,
      address: portAddress(id, name),
    }));
    refs[port.name] = port.array === undefined ? elements[0] : elements;
  }
  return refs;
}

function pick(id: NodeId, direction: string, refs: Refs, name: string): Ref | readonly Ref[] {
  if (Object.hasOwn(refs, name)) return refs[name];
  const available = Object.keys(refs);
  throw new SluiceError(
    "PortNotFound",
    `Cannot find ${direction} "${name}" of node "${id}"; ${direction}s: ${available.join(", ") || "none"}`,
    { nodeId: id, port: name, available },
  );
}
