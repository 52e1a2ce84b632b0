/**
 * Chooses the ports of two nodes that a line of nodes links without naming them.
 *
 * @module
 */
import { expandPort, isList, type NodeDescriptor, type PortDescriptor } from "../../descriptor/descriptor.ts";
import { listSome } from "../../errors/suggestion.ts";

/** A node at one end of a link. */
export interface Linked {
  readonly id: string;
  readonly descriptor: NodeDescriptor;
  /** The port, if it is said. */
  readonly port?: string;
  /** Ports of the node that have links. */
  readonly taken: ReadonlySet<string>;
}

/** A port as a graph names it. */
interface Named {
  readonly name: string;
  readonly port: PortDescriptor;
}

/** Whether nodes that convert lead from an output to an input; `undefined` where none are put in. */
export type Reaches = ((output: PortDescriptor, input: PortDescriptor) => boolean) | undefined;

/**
 * The first output and the first input without a link that carry the same, outputs without a link before others: of
 * encoded streams first those of one name, then those of a codec that both may have. Where nodes are put in that convert,
 * sound and pictures go to the first input that they can be converted for.
 *
 * @returns the ports that were said, whether they fit or not; or what to say where none fit
 */
export function choosePorts(
  from: Linked,
  to: Linked,
  reaches?: Reaches,
): { readonly from: string; readonly to: string } | { readonly fault: string } {
  if (from.port !== undefined && to.port !== undefined) return { from: from.port, to: to.port };
  const outputs = candidates(from, from.descriptor.outputs);
  const inputs = candidates(to, to.descriptor.inputs);
  const sorted = outputs.toSorted((a, b) => Number(from.taken.has(a.name)) - Number(from.taken.has(b.name)));
  const free = inputs.filter(({ name }) => name === to.port || !to.taken.has(name));
  const isReached: Fits = (output, input) => isRaw(output.port) && reaches!(output.port, input.port);
  for (const fits of [...(reaches === undefined ? [] : [isReached]), isSameStream, mayBeSame, isSameType, isSameKind]) {
    for (const output of sorted) {
      const input = free.find((each) => fits(output, each));
      if (input !== undefined) return { from: output.name, to: input.name };
    }
  }
  return {
    fault: `no output of the one fits an input of the other: ${listPorts(from, outputs)}; ${listPorts(to, free)}`,
  };
}

type Fits = (output: Named, input: Named) => boolean;

function isRaw({ kind }: PortDescriptor): boolean {
  return kind === "audio" || kind === "video";
}

function isSameType({ port: output }: Named, { port: input }: Named): boolean {
  return output.kind === input.kind && output.type === input.type;
}

function isSameKind({ port: output }: Named, { port: input }: Named): boolean {
  return output.kind === input.kind;
}

/** Whether one carries encoded sound, say, and so does the other. */
function isSameStream(output: Named, input: Named): boolean {
  return isSameType(output, input) && output.port.kind === "encoded" && output.port.name === input.port.name;
}

/** Whether a codec that the one gives is one that the other takes, as far as they tell. */
function mayBeSame(output: Named, input: Named): boolean {
  const [given, taken] = [listOf(output.port.gives?.codec), listOf(input.port.accepts?.codec)];
  return isSameType(output, input) && (!given || !taken || given.some((codec) => taken.includes(codec)));
}

function listOf<T>(value: T | readonly T[] | undefined): readonly T[] | undefined {
  return value === undefined || Array.isArray(value) ? value as readonly T[] | undefined : [value as T];
}

/** The port that was said, whether it has a link or not; else all, and of a dynamic one also the element that comes next. */
function candidates({ port: said, taken }: Linked, ports: readonly PortDescriptor[]): Named[] {
  if (said !== undefined) return ports.filter((port) => mayHave(port, said)).map((port) => ({ name: said, port }));
  return ports.filter((port) => port.named === undefined).flatMap((port) =>
    [...new Set([...expandPort(port), ...nextElements(port, taken)])].map((name) => ({ name, port }))
  );
}

/** Whether a name is that of the port or of an element: those of dynamic ports come with links to them. */
function mayHave(port: PortDescriptor, name: string): boolean {
  return port.name === name || (isList(port) && name.startsWith(`${port.name}_`));
}

function nextElements({ name, dynamic }: PortDescriptor, taken: ReadonlySet<string>): string[] {
  if (dynamic === undefined) return [];
  const numbers = Array.from({ length: dynamic.max }, (_, number) => `${name}_${number}`);
  const next = numbers.findIndex((each) => !taken.has(each));
  return next < 0 ? numbers : numbers.slice(0, next + 1);
}

function listPorts({ id, port }: Linked, ports: readonly Named[]): string {
  if (port !== undefined && ports.length === 0) return `"${id}" has no port "${port}" there`;
  const names = ports.map(({ name, port: { kind } }) => `${name} (${kind})`);
  return names.length === 0 ? `"${id}" has none that is free` : `"${id}" has ${listSome(names).replaceAll('"', "")}`;
}
