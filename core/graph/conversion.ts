/**
 * Plans which nodes convert what an output carries to what an input takes: other sample rates, numbers of channels,
 * pixel formats and sizes, and encoded streams.
 *
 * What an output carries is known as far as its descriptor tells, and the configuration of a source or of a converter. A
 * field that an input constrains and that is not known to fit gets a converter, which lets frames pass untouched that
 * need none.
 *
 * @module
 */
import type { NodeDescriptor, PortDescriptor } from "../descriptor/descriptor.ts";
import type { FormatAccepts, FormatField, FrameKind } from "../frames/format.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import type { LinkEntry } from "./entries.ts";
import type { LinkEnd } from "./link_rules.ts";

/** A node to be put between two others. */
export interface ConversionStep {
  readonly type: AnyNodeType;
  readonly config: { readonly [key: string]: number | string };
  /** Its only input and its only output. */
  readonly input: string;
  readonly output: string;
}

/** A node, for its configuration, and an output of it. */
export interface ConvertedOutput {
  readonly descriptor: NodeDescriptor;
  readonly config: Record<string, unknown>;
  readonly port: PortDescriptor;
}

/** A graph that nodes are put into. */
export interface ConvertingGraph {
  /** Adds the node of a step. */
  add(step: ConversionStep): Omit<LinkEnd, "port">;
  link(from: LinkEnd, to: LinkEnd): LinkEntry;
  /** Removes a node that was added, if it is there. */
  remove(id: string): void;
}

/** What is known of frames. */
interface Carried {
  readonly kind: FrameKind;
  readonly known: { readonly [F in FormatField]?: number | string };
}

/** A node type that converts, with its ports. */
interface Converter {
  readonly type: AnyNodeType;
  readonly input: PortDescriptor;
  readonly output: PortDescriptor;
}

/** Most converters in a row: an encoded stream is decoded, converted in each of its fields, and encoded. */
const MAX_STEPS = 6;

/** Kinds of frames that are encoded and decoded. */
const RAW_KINDS: readonly FrameKind[] = ["audio", "video"];

/**
 * Plans the shortest way from an output to an input.
 *
 * @param from the node, for its configuration, and its output
 * @param types where converters come from: those with one input and one output that name the fields which they convert
 * @returns the nodes in order: none where nothing has to be converted, or nothing can be
 */
export function planConversion(
  from: ConvertedOutput,
  input: PortDescriptor,
  types: readonly AnyNodeType[],
): readonly ConversionStep[] {
  return findConversion(from, input, types) ?? [];
}

/** As {@linkcode planConversion}. @returns `undefined` where there is no way */
export function findConversion(
  from: ConvertedOutput,
  input: PortDescriptor,
  types: readonly AnyNodeType[],
): readonly ConversionStep[] | undefined {
  const converters = types.flatMap((type): Converter[] => {
    const { converts, inputs, outputs } = type.descriptor;
    return converts.length > 0 && inputs.length === 1 && outputs.length === 1
      ? [{ type, input: inputs[0], output: outputs[0] }]
      : [];
  });
  return wayTo({ kind: from.port.kind, known: knownOf(from) }, input, converters, MAX_STEPS);
}

/**
 * Links two ends by way of the nodes of a plan, each of which is put in. Where that fails none of them stays.
 *
 * @returns the last of the links
 * @throws what the graph throws
 */
export function linkThrough(
  steps: readonly ConversionStep[],
  from: LinkEnd,
  to: LinkEnd,
  graph: ConvertingGraph,
): LinkEntry {
  const added: string[] = [];
  try {
    let end = from;
    for (const step of steps) {
      const node = graph.add(step);
      added.push(node.nodeId);
      graph.link(end, { ...node, port: step.input });
      end = { ...node, port: step.output };
    }
    return graph.link(end, to);
  } catch (error) {
    for (const id of added) graph.remove(id);
    throw error;
  }
}

/** What a node is known to send: as its output says, and as a source or a converter is configured. */
function knownOf({ descriptor, config, port }: ConvertedOutput): Carried["known"] {
  const isSource = descriptor.inputs.length === 0;
  const known: { [F in FormatField]?: number | string } = {};
  for (const field of fieldsOf(port.kind)) {
    const value = config[field] ?? descriptor.config.properties[field]?.default;
    const isSaid = isSource || descriptor.converts.includes(field);
    if (isSaid && (typeof value === "number" || typeof value === "string")) known[field] = value;
    const given = listOf(port.gives?.[field]);
    if (given?.length === 1) known[field] = given[0];
  }
  return port.channels === undefined ? known : { ...known, channels: port.channels };
}

function fieldsOf(kind: FrameKind): readonly FormatField[] {
  if (kind === "audio") return ["sampleRateHz", "channels"];
  if (kind === "video") return ["width", "height", "frameRate", "pixelFormat"];
  return kind === "encoded" ? ["codec"] : [];
}

/** @returns the steps to an input; `undefined` where there is no way, or it is too long */
function wayTo(
  carried: Carried,
  input: PortDescriptor,
  converters: readonly Converter[],
  left: number,
): ConversionStep[] | undefined {
  if (left < 0) return undefined;
  if (carried.kind !== input.kind) return recode(carried, input, converters, left);
  const isHopeless = (field: FormatField) =>
    field !== "codec" && !converters.some((each) => canSet(each, field, input));
  const wrong = wrongFields(carried, input).filter((field) => !isHopeless(field));
  if (wrong.length === 0) return [];
  if (wrong[0] === "codec") return transcode(carried, input, converters, left);
  const ways = converters.flatMap((each) => {
    const own = wrong.filter((field) => canSet(each, field, input));
    if (own.length === 0) return [];
    const config = Object.fromEntries(own.map((field) => [field, wanted(input, field)![0]]));
    const before = wayTo(carried, each.input, converters, left - 1);
    if (before === undefined) return [];
    const steps = [...before, stepOf(each, config)];
    const known = Object.assign({}, carried.known, ...steps.map((step) => step.config)) as Carried["known"];
    const rest = wayTo({ kind: input.kind, known }, input, converters, left - steps.length);
    return rest === undefined ? [] : [[...steps, ...rest]];
  });
  return shortest(ways);
}

/** Between raw and encoded frames. */
function recode(
  carried: Carried,
  input: PortDescriptor,
  converters: readonly Converter[],
  left: number,
): ConversionStep[] | undefined {
  const able = converters.filter((each) =>
    converts(each, "codec") && each.input.kind === carried.kind && each.output.kind === input.kind
  );
  // A stream whose codec nobody knows cannot be told to a decoder.
  if (carried.kind === "encoded" && carried.known.codec === undefined) return undefined;
  for (const codec of wanted(input, "codec") ?? [undefined]) {
    const giving = codec === undefined ? able : able.filter(({ output }) => codecOf(output) === codec);
    const way = shortest(giving.flatMap((each) => {
      const { output } = each;
      const before = wayTo(carried, each.input, converters, left - 1);
      const sent: Carried = {
        kind: output.kind,
        known: codecOf(output) === undefined ? {} : { codec: codecOf(output) },
      };
      const after = before && wayTo(sent, input, converters, left - 1);
      return after === undefined ? [] : [[...before!, stepOf(each, {}), ...after]];
    }));
    // The codecs of an input stand in the order in which it is given them.
    if (way !== undefined) return way;
  }
  return undefined;
}

function codecOf({ gives }: PortDescriptor): number | string | undefined {
  return listOf(gives?.codec)?.[0];
}

/** From one codec to another, by raw frames. */
function transcode(
  carried: Carried,
  input: PortDescriptor,
  converters: readonly Converter[],
  left: number,
): ConversionStep[] | undefined {
  const ways = RAW_KINDS.flatMap((kind) => {
    const raw: PortDescriptor = { ...input, kind, accepts: undefined, channels: undefined };
    const decoded = recode(carried, raw, converters, left - 1);
    const encoded = decoded && recode({ kind, known: {} }, input, converters, left - 1);
    return encoded === undefined ? [] : [[...decoded!, ...encoded]];
  });
  return shortest(ways);
}

/** The fields of a kind that an input constrains, and that are not known to be as it wants them. */
function wrongFields({ kind, known }: Carried, input: PortDescriptor): FormatField[] {
  return fieldsOf(kind).filter((field) => {
    const list = wanted(input, field);
    const found = known[field];
    return list !== undefined && (found === undefined || !list.includes(found));
  });
}

function wanted(input: PortDescriptor, field: FormatField): readonly (number | string)[] | undefined {
  return listOf(input.accepts?.[field]) ?? (field === "channels" ? listOf(input.channels) : undefined);
}

function listOf(value: FormatAccepts[FormatField]): readonly (number | string)[] | undefined {
  return value === undefined || Array.isArray(value) ? value : [value as number | string];
}

function converts({ type }: Pick<Converter, "type">, field: FormatField): boolean {
  return type.descriptor.converts.includes(field);
}

/** Whether a converter of an input's kind converts a field, and is told to what by a key of the field's name. */
function canSet(each: Converter, field: FormatField, { kind }: PortDescriptor): boolean {
  const { properties } = each.type.descriptor.config;
  return each.input.kind === kind && each.output.kind === kind && converts(each, field) &&
    properties[field] !== undefined;
}

function stepOf({ type, input, output }: Converter, config: ConversionStep["config"]): ConversionStep {
  return { type, config, input: input.name, output: output.name };
}

function shortest(ways: readonly ConversionStep[][]): ConversionStep[] | undefined {
  return ways.toSorted((a, b) => a.length - b.length)[0];
}
