/**
 * Makes the references that `runtime.add()` gives.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { type NodeId, portAddress } from "../ids.ts";
import { expandPort, isList, type NodeDescriptor, type PortDescriptor } from "./descriptor.ts";
import type { DynamicInputRef, DynamicOutputRef, InputRef, NodeHandle, OutputRef } from "./handle.ts";

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
type DynamicRef = DynamicInputRef | DynamicOutputRef;
type Refs = Record<string, Ref | readonly Ref[] | DynamicRef>;

function makeRefs(id: NodeId, ports: readonly PortDescriptor[]): Refs {
  const refs: Refs = Object.create(null);
  for (const port of ports) {
    if (port.dynamic !== undefined) {
      refs[port.name] = makeDynamicRef(id, port);
      continue;
    }
    const elements = expandPort(port).map((name) => makeRef(id, port, name));
    refs[port.name] = isList(port) ? elements : elements[0];
  }
  return refs;
}

function makeRef(id: NodeId, { direction }: PortDescriptor, name: string): Ref {
  return { direction, node: id, port: name, address: portAddress(id, name) };
}

/** Elements come after the handle was made, so that it has to make references when it is asked for them. */
function makeDynamicRef(id: NodeId, port: PortDescriptor): DynamicRef {
  const own = { direction: port.direction, node: id, port: port.name };
  const whole: DynamicRef = Object.assign(Object.create(null), own);
  return new Proxy(whole, {
    get(target, key) {
      if (typeof key !== "string" || !/^\d+$/.test(key)) return Reflect.get(target, key);
      return makeRef(id, port, `${port.name}_${key}`);
    },
  });
}

function pick(id: NodeId, direction: string, refs: Refs, name: string): Refs[string] {
  if (Object.hasOwn(refs, name)) return refs[name];
  const available = Object.keys(refs);
  throw new SluiceError(
    "PortNotFound",
    `Cannot find ${direction} "${name}" of node "${id}"; ${direction}s: ${available.join(", ") || "none"}`,
    { nodeId: id, port: name, available },
  );
}
