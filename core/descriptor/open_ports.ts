/**
 * Ports whose whole frame type is a type parameter of the class, such as those of `valve`. They are open until links tell
 * of which kind their frames are. All such ports of a node carry the same kind.
 *
 * @module
 */
import type { FrameKind } from "../frames/format.ts";
import { KIND_FACTS } from "../frames/kinds.ts";
import type { NodeDescriptor, PortDescriptor } from "./descriptor.ts";

/** Whether links have yet to tell the kind of a port's frames. */
export function isOpen({ generic }: PortDescriptor): boolean {
  return generic?.frames !== undefined && generic.kind === undefined;
}

/** The kinds that a port may carry, as far as is known: one where that is. */
export function kindsOf(port: PortDescriptor): readonly FrameKind[] {
  return isOpen(port) ? port.generic!.frames! : [port.kind];
}

/** What frames of these kinds are called: `AudioFrame | VideoFrame`, `Frame` for all kinds. */
export function frameTypeOf(kinds: readonly FrameKind[]): string {
  if (kinds.length === Object.keys(KIND_FACTS).length) return "Frame";
  return kinds.map((kind) => KIND_FACTS[kind].frame).join(" | ");
}

/** The kind of frames that links have told a node; `undefined` where they have not, and where its type says it. */
export function inferredKind({ inputs, outputs }: NodeDescriptor): FrameKind | undefined {
  return [...inputs, ...outputs].find(isChosen)?.generic?.kind;
}

/** Whether links choose the kind of a port's frames. */
export function isChosen({ generic }: PortDescriptor): boolean {
  return generic?.frames !== undefined && generic.frames.length > 1;
}

/**
 * The descriptor of a node whose links tell the kind of its frames.
 *
 * @param kind `undefined` where none tells any more
 * @returns `descriptor` itself if nothing changes
 */
export function withKind(descriptor: NodeDescriptor, kind: FrameKind | undefined): NodeDescriptor {
  const { inputs, outputs } = descriptor;
  if (inferredKind(descriptor) === kind) return descriptor;
  const tell = (port: PortDescriptor) => isChosen(port) ? withPortKind(port, kind) : port;
  return { ...descriptor, inputs: inputs.map(tell), outputs: outputs.map(tell) };
}

/**
 * The two ends of a link, as they are once it is made: an open one carries what the other does.
 *
 * @returns both as they are where the open one cannot
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

/** A port of which links tell the kind, or tell it no more. */
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
