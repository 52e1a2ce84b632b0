/**
 * Dynamic ports whose elements have names of their own, and a kind chosen when they are added: `side`, of kind `audio`.
 * A class declares the kinds that it accepts. In a graph such an element is a port like any other.
 *
 * @module
 */
import { describeName, describeValue } from "../errors/describe_value.ts";
import { isPlainObject, kindOf } from "../errors/kind_of.ts";
import { assertKeys } from "../errors/option_check.ts";
import { listSome } from "../errors/suggestion.ts";
import { SluiceError } from "../errors.ts";
import { FRAME_KINDS, type FrameKind } from "../frames/format.ts";
import { KIND_FACTS } from "../frames/kinds.ts";
import { isId } from "../ids.ts";
import { expandPort, type NodeDescriptor, type PortDescriptor } from "./descriptor.ts";
import { addElement, elementNumber, elementsOf, withElements } from "./dynamic_ports.ts";

/** The direction of frames. */
type Direction = PortDescriptor["direction"];

/**
 * A port wanted for a node: the name of an element of a numbered port, `audioIn_3`, or an input or output with a name
 * of its own and its kind.
 */
export type WantedPort = string | { readonly input?: string; readonly output?: string; readonly kind: FrameKind };

/** The parts of a {@linkcode WantedPort} with a name of its own. */
export interface NamedPort {
  readonly direction: Direction;
  readonly name: string;
  readonly kind: FrameKind;
}

/**
 * Reads a port with a name of its own in its written form.
 *
 * @param attempt the start of the message: `Cannot add node "mix"`
 * @throws {SluiceError} `InvalidConfig` for another shape
 */
export function readNamedPort(attempt: string, port: unknown): NamedPort {
  if (!isPlainObject(port) || Object.hasOwn(port, "input") === Object.hasOwn(port, "output")) {
    const found = isPlainObject(port) ? describeValue(port) : kindOf(port);
    const wanted =
      'a name, or a name and a kind: { input: "side", kind: "audio" } or { output: "side", kind: "audio" }';
    throw new SluiceError("InvalidConfig", `${attempt}: a port is ${found}, wanted ${wanted}`, { key: "ports" });
  }
  assertKeys(attempt, port, ["input", "output", "kind"]);
  const direction = Object.hasOwn(port, "input") ? "input" : "output";
  assertKind(attempt, port.kind);
  return { direction, name: port[direction] as string, kind: port.kind };
}

/**
 * Adds an element to a dynamic port of a node: the next numbered one, or, with a kind, one with a name of its own.
 *
 * @param port the port as a whole, `inputs`; or, with a kind, the element's name
 * @returns the node's descriptor with the element, and the element's name
 * @throws {SluiceError} as `addElement()` and {@linkcode addNamedPort}; `InvalidConfig` for an invalid kind
 */
export function addAnyElement(
  nodeId: string,
  descriptor: NodeDescriptor,
  direction: Direction,
  port: string,
  kind?: FrameKind,
): { readonly descriptor: NodeDescriptor; readonly added: string } {
  if (typeof port !== "string") {
    const wanted = `wanted a name: that of a dynamic port, or with a kind one of the element's own`;
    const message = `Cannot add an ${direction} to "${nodeId}": the port is ${kindOf(port)}, ${wanted}`;
    throw new SluiceError("InvalidConfig", message, { nodeId });
  }
  if (kind === undefined) return addElement(nodeId, descriptor, direction, port);
  assertKind(`Cannot add ${direction} ${describeName(`${nodeId}.${port}`)}`, kind);
  return { descriptor: addNamedPort(nodeId, descriptor, { direction, name: port, kind }), added: port };
}

/** Refuses a value that is not a kind of frame. @throws {SluiceError} `InvalidConfig` */
function assertKind(attempt: string, kind: unknown): asserts kind is FrameKind {
  if (FRAME_KINDS.includes(kind as FrameKind)) return;
  const wanted = FRAME_KINDS.map((each) => `"${each}"`).join(" or ");
  throw new SluiceError(
    "InvalidConfig",
    `${attempt}: "kind" of a port is ${describeValue(kind)}, wanted ${wanted}`,
    { key: "kind", available: FRAME_KINDS },
  );
}

/**
 * Adds a port with a name of its own to a node.
 *
 * @throws {SluiceError} `PortNotFound` if the node accepts no such ports in that direction, `TypeMismatch` for a kind
 * that it does not accept, `InvalidGraph` for an invalid or taken name, and if the node has its maximum of such ports
 */
export function addNamedPort(
  nodeId: string,
  descriptor: NodeDescriptor,
  { direction, name, kind }: NamedPort,
): NodeDescriptor {
  const attempt = `Cannot add ${direction} ${describeName(`${nodeId}.${name}`)} (${kind})`;
  const port = portsOf(descriptor, direction).find(({ named }) => named !== undefined);
  if (port === undefined) {
    const message = `${attempt}: "${descriptor.type}" takes no ${direction}s of other names than its own`;
    throw new SluiceError("PortNotFound", message, { nodeId, port: name, available: [] });
  }
  assertTaken(attempt, nodeId, name, kind, port);
  assertFree(attempt, nodeId, name, descriptor);
  const { numbers, next, named = {} } = elementsOf(port);
  const count = Object.keys(named).length;
  if (count >= port.dynamic!.max) {
    const found = `"${port.name}" has ${count}, the most that "${descriptor.type}" takes`;
    throw new SluiceError("InvalidGraph", `${attempt}: ${found}; remove one first`, { nodeId, port: name });
  }
  return withElements(descriptor, port, { numbers, next, named: { ...named, [name]: kind } });
}

function assertTaken(attempt: string, nodeId: string, name: string, kind: FrameKind, { named }: PortDescriptor): void {
  if (named!.some((each) => each.kind === kind)) return;
  const actual = KIND_FACTS[kind].frame;
  const expected = named!.map(({ type }) => type).join(" or ");
  const available = named!.map((each) => each.kind);
  throw new SluiceError(
    "TypeMismatch",
    `${attempt}: the node takes no ports of ${actual}, wanted ${expected}; kinds: ${listSome(available)}`,
    { nodeId, port: name, available, expected, actual },
  );
}

function assertFree(attempt: string, nodeId: string, name: unknown, descriptor: NodeDescriptor): void {
  const refuse = (why: string) => {
    throw new SluiceError("InvalidGraph", `${attempt}: ${why}`, { nodeId, port: String(name) });
  };
  if (typeof name !== "string" || !isId(name)) {
    return refuse('it is no name of a port; wanted 1 to 64 letters, digits, "_" or "-", starting with a letter or "_"');
  }
  for (const port of [...descriptor.inputs, ...descriptor.outputs]) {
    const is = port.direction === "input" ? "an input" : "an output";
    if (port.name === name || expandPort(port).includes(name)) {
      return refuse(`the node has ${is} of that name; choose another`);
    }
    if (elementNumber(port, name) !== undefined) {
      return refuse(`the node can have ${is} of that name as an element of "${port.name}"; choose another`);
    }
  }
}

function portsOf(descriptor: NodeDescriptor, direction: Direction): readonly PortDescriptor[] {
  return direction === "input" ? descriptor.inputs : descriptor.outputs;
}
