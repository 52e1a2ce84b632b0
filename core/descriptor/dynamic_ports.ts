/**
 * Dynamic ports: ports whose elements come and go while the graph runs. A node's own descriptor lists its elements;
 * these functions make its next descriptor and change nothing.
 *
 * An element's number is not given again while other elements exist, so that an address means one port for as long as
 * anybody can hold it. `named_ports.ts` adds elements with names of their own.
 *
 * @module
 */
import { describeName } from "../errors/describe_value.ts";
import { listNames, SluiceError } from "../errors.ts";
import { didYouMean } from "../errors/suggestion.ts";
import type { FrameKind } from "../frames/format.ts";
import { type DynamicElements, initialElements, type NodeDescriptor, type PortDescriptor } from "./descriptor.ts";

/** Default maximum of a dynamic port's elements. */
export const DYNAMIC_MAX = 64;

/** The highest number that a graph may give to an element. */
const HIGHEST_NUMBER = 65_535;

/**
 * Adds an element to a dynamic port of a node.
 *
 * @param name the port as a whole, `inputs`, for the next number; or the element, `inputs_3`
 * @returns the node's descriptor with the element, and the element's name
 * @throws {SluiceError} `PortNotFound` if the node has no dynamic port of that name, `InvalidGraph` if the port is
 * full or has the element
 */
export function addElement(
  nodeId: string,
  descriptor: NodeDescriptor,
  direction: "input" | "output",
  name: string,
): { readonly descriptor: NodeDescriptor; readonly added: string } {
  const attempt = `Cannot add an element to ${direction} ${describeName(`${nodeId}.${name}`)}`;
  const port = dynamicPort(attempt, nodeId, descriptor, direction, name);
  const { numbers, next } = elementsOf(port);
  if (numbers.length >= port.dynamic!.max) {
    throw new SluiceError(
      "InvalidGraph",
      `${attempt}: it has ${numbers.length}, the most that "${descriptor.type}" takes; remove one first`,
      { nodeId, port: name },
    );
  }
  const number = elementNumber(port, name) ?? next;
  if (numbers.includes(number)) {
    throw new SluiceError("InvalidGraph", `${attempt}: it has this element already`, { nodeId, port: name });
  }
  const elements = { numbers: [...numbers, number].sort((a, b) => a - b), next: Math.max(next, number + 1) };
  return { descriptor: withElements(descriptor, port, elements), added: `${port.name}_${number}` };
}

/**
 * Removes an element of a dynamic port of a node.
 *
 * @param name the element: `inputs_2`
 * @returns the node's descriptor without the element
 * @throws {SluiceError} `PortNotFound` if the node has no such element
 */
export function removeElement(
  nodeId: string,
  descriptor: NodeDescriptor,
  direction: "input" | "output",
  name: string,
): NodeDescriptor {
  for (const port of listed(descriptor, direction)) {
    const { numbers, next, named } = elementsOf(port);
    if (named !== undefined && Object.hasOwn(named, name)) {
      const { [name]: _, ...others } = named;
      return withElements(descriptor, port, { numbers, next, named: others });
    }
    const rest = numbers.filter((number) => `${port.name}_${number}` !== name);
    if (rest.length === numbers.length) continue;
    return withElements(descriptor, port, { numbers: rest, next: rest.length === 0 ? 0 : next });
  }
  const available = listed(descriptor, direction).flatMap(elementNames);
  throw new SluiceError(
    "PortNotFound",
    `Cannot remove ${direction} ${
      describeName(`${nodeId}.${name}`)
    }: "${descriptor.type}" has no element of that name` +
      `${didYouMean(name, available)}; elements: ${listNames(available)}`,
    { nodeId, port: name, available },
  );
}

/**
 * Adds the elements that a graph names to a node. Leaves out names that are not elements, and elements beyond the
 * port's maximum; linking to them reports an error.
 *
 * @param names ports of the node, as links name them
 * @returns `descriptor` itself if nothing was added
 */
export function nameElements(
  descriptor: NodeDescriptor,
  direction: "input" | "output",
  names: readonly string[],
): NodeDescriptor {
  const ports = listed(descriptor, direction).filter((port) => port.named === undefined);
  if (ports.length === 0) return descriptor;
  let made = descriptor;
  for (const port of ports) {
    const { numbers, next } = elementsOf(port);
    const all = new Set(numbers);
    for (const name of names) {
      const number = elementNumber(port, name);
      if (number !== undefined && all.size < port.dynamic!.max) all.add(number);
    }
    if (all.size === numbers.length) continue;
    const sorted = [...all].sort((a, b) => a - b);
    made = withElements(made, port, { numbers: sorted, next: Math.max(next, sorted[sorted.length - 1] + 1) });
  }
  return made;
}

/**
 * Returns the elements of a node's dynamic ports, by port. A lane applies them to the node by {@linkcode takeElements}.
 */
export function elementsByPort(descriptor: NodeDescriptor): { readonly [port: string]: DynamicElements } {
  const ports = [...descriptor.inputs, ...descriptor.outputs].filter((port) => port.elements !== undefined);
  return Object.fromEntries(ports.map((port) => [port.name, elementsOf(port)]));
}

/** Returns a descriptor whose dynamic ports have these elements. */
export function takeElements(
  descriptor: NodeDescriptor,
  elements: { readonly [port: string]: DynamicElements },
): NodeDescriptor {
  const ports = [...descriptor.inputs, ...descriptor.outputs].filter((port) =>
    port.dynamic !== undefined && Object.hasOwn(elements, port.name)
  );
  return ports.reduce((made, port) => withElements(made, port, elements[port.name]), descriptor);
}

/** Returns the names of a dynamic port's elements. */
export function elementNames(port: PortDescriptor): string[] {
  const { numbers, named = {} } = elementsOf(port);
  return [...numbers.map((number) => `${port.name}_${number}`), ...Object.keys(named)];
}

/** Returns the number in `inputs_12`, if an element of the port can have it. */
export function elementNumber(port: PortDescriptor, name: string): number | undefined {
  if (port.dynamic === undefined || port.named !== undefined) return undefined;
  if (!name.startsWith(`${port.name}_`)) return undefined;
  const text = name.slice(port.name.length + 1);
  if (!/^(?:0|[1-9]\d{0,4})$/.test(text)) return undefined;
  const number = Number(text);
  return number <= HIGHEST_NUMBER ? number : undefined;
}

/** Returns the elements of a dynamic port. */
export function elementsOf(port: PortDescriptor): DynamicElements {
  return port.elements ?? initialElements(port.dynamic!);
}

function listed(descriptor: NodeDescriptor, direction: "input" | "output"): PortDescriptor[] {
  const ports = direction === "input" ? descriptor.inputs : descriptor.outputs;
  return ports.filter((port) => port.dynamic !== undefined);
}

function dynamicPort(
  attempt: string,
  nodeId: string,
  descriptor: NodeDescriptor,
  direction: "input" | "output",
  name: string,
): PortDescriptor {
  const ports = listed(descriptor, direction);
  const numbered = ports.filter((port) => port.named === undefined);
  const found = numbered.find((port) => port.name === name || elementNumber(port, name) !== undefined);
  if (found !== undefined) return found;
  const available = numbered.map((port) => port.name);
  const hint = ports.length === numbered.length
    ? ""
    : `; for an ${direction} of a name that you choose, say what it carries: { kind: "audio" }`;
  throw new SluiceError(
    "PortNotFound",
    `${attempt}: "${descriptor.type}" has no dynamic ${direction} of that name${didYouMean(name, available)}; ` +
      `dynamic ${direction}s: ${listNames(available)}${hint}`,
    { nodeId, port: name, available },
  );
}

/**
 * Returns a descriptor with other elements of a dynamic port. Elements with names of their own become ports after it.
 */
export function withElements(
  descriptor: NodeDescriptor,
  { name, direction }: PortDescriptor,
  elements: DynamicElements,
): NodeDescriptor {
  const swap = (each: PortDescriptor) => {
    if (each.name !== name) return each.of === name ? [] : [each];
    const named = Object.entries(elements.named ?? {}).map(([own, kind]) => namedElement(each, own, kind));
    return [{ ...each, elements }, ...named];
  };
  return direction === "input"
    ? { ...descriptor, inputs: descriptor.inputs.flatMap(swap) }
    : { ...descriptor, outputs: descriptor.outputs.flatMap(swap) };
}

function namedElement(port: PortDescriptor, name: string, kind: FrameKind): PortDescriptor {
  const { direction, named, accepts, burst, doc } = port;
  const carried = named!.find((each) => each.kind === kind)!;
  return { name, direction, ...carried, of: port.name, optional: true, ...(accepts && { accepts }), burst, doc };
}
