/**
 * Makes the references that `runtime.add()` returns.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { isId, type NodeId, portAddress } from "../ids.ts";
import { expandPort, isList, type NodeDescriptor, type PortDescriptor } from "../descriptor/descriptor.ts";
import type { DynamicInputRef, DynamicOutputRef, InputRef, NodeHandle, OutputRef } from "./handle.ts";

/** The graph of a reference, if known. */
const owners = new WeakMap<object, object>();

/**
 * Makes references to the ports of a node.
 *
 * @param owner the owner of the node: `assertRefsOf()` tells references of other owners apart
 */
export function makeHandle(id: NodeId, descriptor: NodeDescriptor, owner?: object): NodeHandle {
  const inputs = makeRefs(id, descriptor.inputs, owner);
  const outputs = makeRefs(id, descriptor.outputs, owner);
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

/**
 * Checks that references do not belong to another graph, where a node may have the same id.
 *
 * @throws {SluiceError} `InvalidGraph`
 */
export function assertRefsOf(owner: object, ...refs: readonly { node: string; port: string }[]): void {
  for (const ref of refs) {
    if ((owners.get(ref) ?? owner) === owner) continue;
    const { node, port } = ref;
    throw new SluiceError(
      "InvalidGraph",
      `Cannot link "${node}.${port}": it is a port of a node of another runtime; take the one that add() gave here`,
      { nodeId: node, port },
    );
  }
}

type Ref = InputRef | OutputRef;
type DynamicRef = DynamicInputRef | DynamicOutputRef;
type NamedRefs = { readonly [name: string]: Ref };
type Refs = Record<string, Ref | readonly Ref[] | DynamicRef | NamedRefs>;

function makeRefs(id: NodeId, ports: readonly PortDescriptor[], owner?: object): Refs {
  const refs: Refs = Object.create(null);
  for (const port of ports) {
    if (port.of !== undefined) continue;
    if (port.dynamic !== undefined) {
      refs[port.name] = port.named === undefined ? makeDynamicRef(id, port, owner) : makeNamedRefs(id, port, owner);
      continue;
    }
    const elements = expandPort(port).map((name) => makeRef(id, port.direction, name, owner));
    refs[port.name] = isList(port) ? elements : elements[0];
  }
  return refs;
}

/** Makes a reference to a port, or to an element of one, by its name in the graph. */
export function makeRef(id: NodeId, direction: "input" | "output", name: string, owner?: object): Ref {
  const ref = { direction, node: id, port: name, address: portAddress(id, name) } as Ref;
  if (owner !== undefined) owners.set(ref, owner);
  return ref;
}

/**
 * Makes the references to a dynamic port, which creates those to its elements on demand: elements come after the
 * handle.
 */
function makeDynamicRef(id: NodeId, port: PortDescriptor, owner?: object): DynamicRef {
  const own = { direction: port.direction, node: id, port: port.name };
  const whole: DynamicRef = Object.assign(Object.create(null), own);
  return new Proxy(whole, {
    get(target, key) {
      if (typeof key !== "string" || !/^\d+$/.test(key)) return Reflect.get(target, key);
      return makeRef(id, port.direction, `${port.name}_${key}`, owner);
    },
  });
}

/** As `makeDynamicRef()`, for elements with names of their own. */
function makeNamedRefs(id: NodeId, port: PortDescriptor, owner?: object): NamedRefs {
  return new Proxy(Object.create(null), {
    get: (_, key) => typeof key === "string" && isId(key) ? makeRef(id, port.direction, key, owner) : undefined,
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
