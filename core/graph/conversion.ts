/**
 * Plans the nodes that convert the frames of an output for an input: other sample rates, numbers of channels, pixel
 * formats and sizes, and encoded streams.
 *
 * The known format of an output comes from its descriptor and from the configuration of a source or converter. A field
 * that an input constrains, and that is not known to fit, gets a converter; a converter passes frames that already fit.
 *
 * @module
 */
import type { NodeDescriptor, PortDescriptor } from "../descriptor/descriptor.ts";
import { isOpen, kindsOf, meet } from "../descriptor/open_ports.ts";
import { type FormatField, type FrameKind, listOf } from "../frames/format.ts";
import type { AnyNodeType } from "../registry/node_type.ts";

/** A node to put between two others. */
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
  /**
   * For a node that converts or keeps fields: the output linked to its input. Fields that it does not convert, or that
   * it keeps, have the values of that output.
   */
  readonly before?: ConvertedOutput;
}

/** Values of which each frame has one. */
type Values = readonly (number | string)[];

/** The known format of frames. */
interface Carried {
  readonly kind: FrameKind;
  readonly known: { readonly [F in FormatField]?: Values };
}

/** A way to an input through one of several converters. */
interface Way {
  readonly by: Converter;
  readonly steps: readonly ConversionStep[];
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

/** Keys of steps that get known values of the source, if nothing asks for or constrains others. */
const TOLD_KEYS = ["matrix", "bitsPerSample"];

/**
 * Plans the shortest way from an output to an input.
 *
 * @param from the node, for its configuration, and its output
 * @param types the candidates for converters: types with one input and one output that name the fields which they
 * convert
 * @returns the nodes in order: none if nothing needs conversion, or nothing can be converted
 */
export function planConversion(
  from: ConvertedOutput,
  input: PortDescriptor,
  types: readonly AnyNodeType[],
): readonly ConversionStep[] {
  return findConversion(from, input, types) ?? [];
}

/** As {@linkcode planConversion}. @returns `undefined` if there is no way */
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
  // An open kind takes the kind of the other end.
  const ends = meet(from.port, input);
  const ways = kindsOf(ends.input).map((kind) =>
    isOpen(ends.output)
      ? []
      : wayTo({ kind: ends.output.kind, known: knownOf(from) }, { ...ends.input, kind }, converters, MAX_STEPS)
  );
  return shortest(ways.filter((way) => way !== undefined));
}

/** Adds the known samples and colours to the steps whose configuration has keys for them. */
export function withTold(
  steps: readonly ConversionStep[],
  toldOf: () => { readonly [key: string]: string | number },
): readonly ConversionStep[] {
  const propertiesOf = ({ type }: ConversionStep) => type.descriptor.config.properties;
  if (!steps.some((step) => TOLD_KEYS.some((key) => propertiesOf(step)[key] !== undefined))) return steps;
  const all = Object.entries(toldOf());
  return steps.map((step) => {
    const told = all.filter(([key, value]) => {
      const { enum: values, default: usual } = propertiesOf(step)[key] ?? {};
      return value !== usual && values?.includes(value);
    });
    return told.length === 0 ? step : { ...step, config: { ...step.config, ...Object.fromEntries(told) } };
  });
}

/**
 * Returns the known format of a node's output: by its port, and by the configuration of a source or a converter, in
 * which 0 leaves a field open.
 */
export function knownOf({ descriptor, config, port, before }: ConvertedOutput): Carried["known"] {
  const { converts, keeps } = descriptor;
  const isSource = descriptor.inputs.length === 0;
  const kept = before?.port.kind === port.kind ? knownOf(before) : {};
  const known: { [F in FormatField]?: Values } = {};
  for (const field of fieldsOf(port.kind)) {
    const value = config[field] ?? descriptor.config.properties[field]?.default;
    const isConverted = converts.includes(field);
    const isKept = !isConverted && (converts.length > 0 || keeps?.includes(field));
    const isSaid = (isSource || isConverted) && value !== 0 && (typeof value === "number" || typeof value === "string");
    const found = listOf(port.gives?.[field]) ?? (isSaid ? [value] : isKept ? kept[field] : undefined);
    if (found !== undefined) known[field] = found;
  }
  return port.channels === undefined ? known : { ...known, channels: [port.channels] };
}

function fieldsOf(kind: FrameKind): readonly FormatField[] {
  if (kind === "audio") return ["sampleRateHz", "channels"];
  if (kind === "video") return ["width", "height", "frameRate", "pixelFormat"];
  return kind === "encoded" ? ["codec"] : [];
}

/** @returns the steps to an input; `undefined` if there is no way, or it is too long */
function wayTo(
  carried: Carried,
  input: PortDescriptor,
  converters: readonly Converter[],
  left: number,
): readonly ConversionStep[] | undefined {
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
    const config = Object.fromEntries(own.map((field) => [field, chosenOf(field, wanted(input, field)!)]));
    const before = wayTo(carried, each.input, converters, left - 1);
    if (before === undefined) return [];
    const steps = [...before, stepOf(each, config)];
    const known = { ...carried.known, ...knownBy(steps) };
    const rest = wayTo({ kind: input.kind, known }, input, converters, left - steps.length);
    return rest === undefined ? [] : [[...steps, ...rest]];
  });
  return shortest(ways);
}

/** Returns the known format of frames after their converters. */
function knownBy(steps: readonly ConversionStep[]): Carried["known"] {
  const set = steps.flatMap(({ config }) => Object.entries(config));
  return Object.fromEntries(set.map(([field, value]) => [field, [value]]));
}

/** Converts between raw and encoded frames. */
function recode(
  carried: Carried,
  input: PortDescriptor,
  converters: readonly Converter[],
  left: number,
): readonly ConversionStep[] | undefined {
  const able = converters.filter((each) =>
    converts(each, "codec") && each.output.kind === input.kind && takesKind(each, carried)
  );
  for (const codec of wanted(input, "codec") ?? [undefined]) {
    const giving = codec === undefined ? able : able.filter(({ output }) => codecOf(output) === codec);
    const ways = giving.flatMap((by): Way[] => {
      const before = wayTo(carried, by.input, converters, left - 1);
      const step = stepOf(by, {});
      const sent: Carried = { kind: by.output.kind, known: sentBy(step) };
      const after = before && wayTo(sent, input, converters, left - 1);
      return after === undefined ? [] : [{ by, steps: [...before!, step, ...after] }];
    });
    // An input lists its codecs in order of preference.
    if (ways.length > 0) return bestOf(ways, carried);
  }
  return undefined;
}

/** True if a coder accepts frames but for their rates and sizes. An unknown codec suits no coder. */
function takesKind({ input }: Converter, { kind, known }: Carried): boolean {
  return input.kind === kind && (kind !== "encoded" || codecsTaken(input, known) > 0);
}

/**
 * Chooses the way that most of the possible codecs can take; then the shortest; then that of the coder with fewest
 * codecs.
 */
function bestOf(ways: readonly Way[], { known }: Carried): readonly ConversionStep[] {
  const codecs = ({ input }: Converter) => wanted(input, "codec")?.length ?? Infinity;
  const [best] = ways.toSorted((a, b) =>
    codecsTaken(b.by.input, known) - codecsTaken(a.by.input, known) || a.steps.length - b.steps.length ||
    codecs(a.by) - codecs(b.by)
  );
  return best.steps;
}

/** Counts the possible codecs that an input accepts. */
function codecsTaken(input: PortDescriptor, { codec = [] }: Carried["known"]): number {
  const list = wanted(input, "codec");
  return codec.filter((each) => list === undefined || list.includes(each)).length;
}

function codecOf({ gives }: PortDescriptor): number | string | undefined {
  return listOf(gives?.codec)?.[0];
}

/** Converts from one codec to another, through raw frames. */
function transcode(
  carried: Carried,
  input: PortDescriptor,
  converters: readonly Converter[],
  left: number,
): readonly ConversionStep[] | undefined {
  const ways = RAW_KINDS.flatMap((kind) => {
    const raw: PortDescriptor = { ...input, kind, accepts: undefined, channels: undefined };
    const decoded = recode(carried, raw, converters, left - 1);
    const encoded = decoded && recode({ kind, known: sentBy(decoded.at(-1)!) }, input, converters, left - 1);
    return encoded === undefined ? [] : [[...decoded!, ...encoded]];
  });
  return shortest(ways);
}

/** Returns the format after a step, as far as its type determines it. */
function sentBy({ type: { descriptor }, config }: ConversionStep): Carried["known"] {
  return knownOf({ descriptor, config, port: descriptor.outputs[0] });
}

/** Returns the fields of a kind that an input constrains and that are not known to fit. */
function wrongFields({ kind, known }: Carried, input: PortDescriptor): FormatField[] {
  return fieldsOf(kind).filter((field) => {
    const list = wanted(input, field);
    const found = known[field];
    if (list === undefined) return false;
    // The codec of several is only known when frames arrive; the other fields are converted to be sure of them.
    if (field === "codec") return codecsTaken(input, known) === 0;
    return found === undefined || !found.every((each) => list.includes(each));
  });
}

function wanted(input: PortDescriptor, field: FormatField): Values | undefined {
  return listOf(input.accepts?.[field]) ?? (field === "channels" ? listOf(input.channels) : undefined);
}

/** Chooses one of the values that an input accepts: the first, but stereo if it is among them. */
function chosenOf(field: FormatField, values: Values): number | string {
  // If the number of channels is unknown, 2 keeps both channels of a stereo sound.
  return field === "channels" && values.some((value) => value === 2) ? 2 : values[0];
}

function converts({ type }: Pick<Converter, "type">, field: FormatField): boolean {
  return type.descriptor.converts.includes(field);
}

/** True if a converter of an input's kind converts a field to the value of a key with the field's name. */
function canSet(each: Converter, field: FormatField, { kind }: PortDescriptor): boolean {
  const { properties } = each.type.descriptor.config;
  return each.input.kind === kind && each.output.kind === kind && converts(each, field) &&
    properties[field] !== undefined;
}

function stepOf({ type, input, output }: Converter, config: ConversionStep["config"]): ConversionStep {
  return { type, config, input: input.name, output: output.name };
}

function shortest(ways: readonly (readonly ConversionStep[])[]): readonly ConversionStep[] | undefined {
  return ways.toSorted((a, b) => a.length - b.length)[0];
}
