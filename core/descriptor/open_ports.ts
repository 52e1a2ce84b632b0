/**
 * Ports whose whole frame type is a type parameter of the class, such as those of `valve`. They are open until links
 * determine the kind of their frames. All such ports of a node carry the same kind.
 *
 * @module
 */
import type { FrameKind } from "../frames/format.ts";
import { KIND_FACTS } from "../frames/kinds.ts";
import type { NodeDescriptor, PortDescriptor } from "./descriptor.ts";

/** True if links have yet to determine the kind of a port's frames. */
export function isOpen({ generic }: PortDescriptor): boolean {
  return generic?.frames !== undefined && generic.kind === undefined;
}

/** Returns the kinds that a port may carry, as far as known: one if its kind is known. */
export function kindsOf(port: PortDescriptor): readonly FrameKind[] {
  return isOpen(port) ? port.generic!.frames! : [port.kind];
}

/**
 * Returns the type of frames of these kinds: `AudioFrame
 * VideoFrame`, `Frame` for all kinds.
 */
export function frameTypeOf(kinds: readonly FrameKind[]): string {
  if (kinds.length === Object.keys(KIND_FACTS).length) return "Frame";
  return kinds.map((kind) => KIND_FACTS[kind].frame).join(" | ");
}

/**
 * Returns the kind of frames that links have determined for a node; `undefined` if none have, or if its type fixes the
 * kind.
 */
export function inferredKind({ inputs, outputs }: NodeDescriptor): FrameKind | undefined {
  return [...inputs, ...outputs].find(isChosen)?.generic?.kind;
}

/** True if links choose the kind of a port's frames. */
export function isChosen({ generic }: PortDescriptor): boolean {
  return generic?.frames !== undefined && generic.frames.length > 1;
}

/**
 * Returns the descriptor of a node with the kind of frames that its links determine.
 *
 * @param kind `undefined` if no link determines it any more
 * @returns `descriptor` itself if nothing changes
 */
export function withKind(descriptor: NodeDescriptor, kind: FrameKind | undefined): NodeDescriptor {
  const { inputs, outputs } = descriptor;
  if (inferredKind(descriptor) === kind) return descriptor;
  const tell = (port: PortDescriptor) => isChosen(port) ? withPortKind(port, kind) : port;
  return { ...descriptor, inputs: inputs.map(tell), outputs: outputs.map(tell) };
}

/**
 * Returns the two ends of a link after it is made: an open end gets the kind of the other.
 *
 * @returns both ends unchanged if the open one cannot have that kind
 */
export function meet(
  output: PortDescriptor,
  input: PortDescriptor,
): { readonly output: PortDescriptor; readonly input: PortDescriptor } {
  if (isOpen(output) === isOpen(input)) return { output, input };
  const [open, { kind }] = isOpen(output) ? [output, input] : [input, output];
  if (!kindsOf(open).includes(kind)) return { output, input };
  const told = withPortKind(open, kind);
  return open === output ? { output: told, input } : { output, input: told };
}

/** Returns a port with the kind that links determine, or without it. */
export function withPortKind(
  { generic, schema: _, ...port }: PortDescriptor,
  kind: FrameKind | undefined,
): PortDescriptor {
  const { kind: _told, ...rest } = generic!;
  const kinds = kind === undefined ? rest.frames! : [kind];
  const [first] = kinds;
  const carriesValues = ["value", "fields"].includes(KIND_FACTS[first].argument);
  return {
    ...port,
    kind: first,
    type: frameTypeOf(kinds),
    ...(carriesValues && { schema: "unknown" }),
    generic: kind === undefined ? rest : { ...rest, kind },
  };
}
