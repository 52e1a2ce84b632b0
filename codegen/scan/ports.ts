/**
 * Reads ports: `@input()` and `@output()` fields.
 *
 * @module
 */
import { Node, type TypeNode } from "ts-morph";
import { describeSchema } from "../../core/descriptor/config_check.ts";
import { listNames, nearestName } from "../../core/errors.ts";
import type { DynamicPortOptions } from "../../core/annotations.ts";
import { DYNAMIC_MAX } from "../../core/descriptor/dynamic_ports.ts";
import type { ConfigObjectSchema, PortDescriptor } from "../../core/descriptor/descriptor.ts";
import type { FrameTypeModel, StructModel } from "../model.ts";
import type { ScanContext } from "./context.ts";
import {
  either,
  FLAG,
  listOf,
  objectOf,
  oneOf,
  type OptionRule,
  quote,
  readOptions,
  wholeNumber,
} from "./decorators.ts";
import { checkTags, readDoc } from "./docs.ts";
import type { AnnotatedField } from "./annotated_field.ts";
import { readFrameChoice, readFrameType } from "./frame_type.ts";
import { evaluate } from "./literal.ts";
import type { BoundType } from "./type_bindings.ts";

/** The most elements of an array port. */
const ARRAY_LIMIT = 256;

/** The most frames in a burst: the largest capacity of a link. */
const BURST_LIMIT = 65_536;

const numberOrList = (rule: OptionRule): OptionRule => either(rule, listOf(rule));

const SIZE = wholeNumber(1, ARRAY_LIMIT);

const NAME: OptionRule = {
  accepts: (value) => typeof value === "string" && /^[A-Za-z_][A-Za-z0-9_]*$/.test(value),
  wanted: "the name of a configuration key or type parameter",
};

const PIXEL_FORMAT = oneOf("rgba8", "bgra8", "nv12", "i420");
const CODEC = oneOf("h264", "hevc", "vp8", "vp9", "av1", "opus", "aac", "flac", "mp3", "jpeg");
const FRAME_RATE: OptionRule = {
  accepts: (value) => typeof value === "number" && value > 0 && value < Infinity,
  wanted: "a number above 0",
};

/** For a dynamic port: `true`, or its numbers of elements. */
const DYNAMIC = either(FLAG, objectOf({ initial: wholeNumber(0, ARRAY_LIMIT), max: SIZE, named: FLAG }));

const FORMATS = objectOf({
  sampleRateHz: numberOrList(wholeNumber(1, 10_000_000)),
  channels: numberOrList(wholeNumber(1, 64)),
  pixelFormat: either(PIXEL_FORMAT, listOf(PIXEL_FORMAT)),
  width: numberOrList(wholeNumber(1, 32_768)),
  height: numberOrList(wholeNumber(1, 32_768)),
  frameRate: numberOrList(FRAME_RATE),
  codec: either(CODEC, listOf(CODEC)),
});

const INPUT_RULES = { optional: FLAG, dynamic: DYNAMIC, array: either(SIZE, NAME), accepts: FORMATS };

const OUTPUT_RULES = {
  burst: wholeNumber(1, BURST_LIMIT),
  dynamic: DYNAMIC,
  array: either(SIZE, NAME),
  gives: FORMATS,
};

/** A port with the TypeScript type of its frames. */
export interface ScannedPort {
  readonly descriptor: PortDescriptor;
  readonly frame: FrameTypeModel;
  /** The structs that its frames carry. */
  readonly structs: readonly StructModel[];
}

/** What a port carries. */
interface ScannedFrames {
  readonly model: FrameTypeModel;
  readonly structs: readonly StructModel[];
  readonly carried: Pick<
    PortDescriptor,
    "kind" | "type" | "schema" | "valueSchema" | "struct" | "channels" | "generic"
  >;
  /** For a port whose elements have names of their own. */
  readonly named?: PortDescriptor["named"];
}

/** Reads a field that is annotated as a port. Returns `undefined` if something was refused. */
export function readPort(context: ScanContext, annotated: AnnotatedField): ScannedPort | undefined {
  const { name, field, annotation, bindings } = annotated;
  const isInput = annotation.name === "input";
  const options = readOptions(context, annotation, isInput ? INPUT_RULES : OUTPUT_RULES);
  const initializer = field.getInitializer();
  if (initializer !== undefined) {
    context.refuse(
      initializer,
      `Cannot give port "${name}" a value: the runtime assigns it`,
      `write "${name}!: ${field.getTypeNode()?.getText() ?? (isInput ? "StreamInput<…>" : "StreamOutput<…>")}"`,
    );
  }
  const element = readElementType(context, name, field.getTypeNode(), field.getNameNode(), isInput, options);
  if (element === undefined) return undefined;
  const dynamic = readDynamic(context, annotated, options);
  const frame = readFrames(context, { type: element, bindings }, name, dynamic?.isNamed === true);
  const size = readArraySize(context, annotated, options?.array as number | string | undefined);
  const doc = readDoc(field);
  checkTags(context, field, doc, `port "${name}"`, false);
  if (frame === undefined || size === undefined || options === undefined || initializer !== undefined) return undefined;
  if (dynamic === undefined) return undefined;
  return {
    frame: frame.model,
    structs: frame.structs,
    descriptor: {
      name,
      direction: isInput ? "input" : "output",
      ...frame.carried,
      ...size,
      ...(dynamic.dynamic && { dynamic: dynamic.dynamic }),
      ...(frame.named && { named: frame.named }),
      optional: options.optional === true || options.array !== undefined || dynamic.dynamic !== undefined,
      ...(options.accepts === undefined ? {} : { accepts: options.accepts as PortDescriptor["accepts"] }),
      ...(options.gives === undefined ? {} : { gives: options.gives as PortDescriptor["gives"] }),
      burst: (options.burst as number | undefined) ?? 1,
      doc: doc.text,
    },
  };
}

/** What a port carries. @param isNamed whether its elements choose. Returns `undefined` if something was refused. */
function readFrames(context: ScanContext, bound: BoundType, name: string, isNamed: boolean): ScannedFrames | undefined {
  const what = `port "${name}"`;
  if (isNamed) {
    const why = "its elements have names of their own, and no link decides their types";
    const frames = readFrameChoice(context, bound, what, why, "by which elements choose theirs");
    if (frames === undefined) return undefined;
    const { choice, text, structs, model } = frames;
    // An element has the type of its own kind; that of the port as a whole is for people.
    return { model, structs, named: choice, carried: { kind: choice[0].kind, type: text } };
  }
  const frame = readFrameType(context, bound, what);
  if (frame === undefined) return undefined;
  const { kind, text, schema, valueSchema, struct, channels, generic } = frame;
  const carried = {
    kind,
    type: text,
    ...(schema === undefined ? {} : { schema }),
    ...(valueSchema === undefined ? {} : { valueSchema }),
    ...(struct === undefined ? {} : { struct: struct.layout }),
    ...(channels === undefined ? {} : { channels }),
    ...(generic === undefined ? {} : { generic }),
  };
  return { model: frame.model, structs: struct === undefined ? [] : [struct], carried };
}

/** The initial and the largest number of elements of a dynamic port. Returns `undefined` if something was refused. */
function readDynamic(
  context: ScanContext,
  { name, annotation }: AnnotatedField,
  options: Record<string, unknown> | undefined,
): (Pick<PortDescriptor, "dynamic"> & { readonly isNamed?: boolean }) | undefined {
  if (!isDynamic(options)) return {};
  if (options?.array !== undefined) {
    return context.refuse(
      annotation.node,
      `Cannot read port "${name}": its elements are fixed by "array", and "dynamic" has them come and go`,
      `remove one of the two; "dynamic: { initial: 4 }" starts with four`,
    );
  }
  const { initial = 0, max = DYNAMIC_MAX, named: isNamed = false } = options?.dynamic === true
    ? {}
    : options?.dynamic as DynamicPortOptions;
  if (isNamed && initial > 0) {
    return context.refuse(
      annotation.node,
      `Cannot read port "${name}": it starts with ${initial} elements, and they have names of their own, which nobody ` +
        "has chosen yet",
      `remove "initial"`,
    );
  }
  if (initial <= max) return { dynamic: { initial, max }, isNamed };
  return context.refuse(
    annotation.node,
    `Cannot read port "${name}": it starts with ${initial} elements, and takes ${max} at most`,
    `raise "max", or lower "initial"`,
  );
}

function isDynamic(options: Record<string, unknown> | undefined): boolean {
  return options?.dynamic !== undefined && options.dynamic !== false;
}

/** The number of elements, or the key that holds it. A type parameter stands for the number that it is bound to. */
function readArraySize(
  context: ScanContext,
  { name, annotation, bindings }: AnnotatedField,
  array: number | string | undefined,
): { array?: number; sizedBy?: string } | undefined {
  if (typeof array !== "string") return array === undefined ? {} : { array };
  const bound = bindings.get(array)?.type;
  if (bound === undefined) return { sizedBy: array };
  const size = Node.isLiteralTypeNode(bound) ? evaluate(bound.getLiteral()) : undefined;
  if (size?.ok && SIZE.accepts(size.value)) return { array: size.value as number };
  return context.refuse(
    annotation.node,
    `Cannot tell the size of port "${name}": type parameter "${array}" is ${quote(bound)}, wanted ${SIZE.wanted}`,
    "give a number for it",
  );
}

/**
 * Sets the limit of a port that a configuration key sizes, from the key's schema.
 *
 * @param field the port's field
 * @returns `undefined` if the key was refused
 */
export function limitPort(
  context: ScanContext,
  { name, annotation }: AnnotatedField,
  port: PortDescriptor,
  config: ConfigObjectSchema,
): PortDescriptor | undefined {
  const key = port.sizedBy;
  if (key === undefined) return port;
  const refuse = (reason: string, mend: string): undefined =>
    context.refuse(annotation.node, `Cannot size port "${name}" by "${key}": ${reason}`, mend);
  if (!Object.hasOwn(config.properties, key)) {
    const known = Object.keys(config.properties);
    const nearest = nearestName(key, known);
    const keys = known.length === 0 ? "none" : listNames(known);
    return refuse(
      `there is no such configuration key or type parameter; keys: ${keys}`,
      nearest === undefined ? `add "/** @integer @minimum 1 @maximum 8 */ @config() ${key} = 2"` : `write "${nearest}"`,
    );
  }
  const schema = config.properties[key];
  const { type, minimum = -1, maximum = Infinity } = schema;
  if (type !== "integer" || minimum < 0 || maximum > ARRAY_LIMIT) {
    return refuse(
      `found ${describeSchema(schema)}, wanted a whole number from 0, or more, to ${ARRAY_LIMIT} at most`,
      `add "@integer @minimum 1 @maximum 8" to its comment`,
    );
  }
  if (schema["x-live"] === true) {
    return refuse("it may change while the node runs, and ports do not", `remove "live" from "${key}"`);
  }
  return { ...port, array: maximum };
}

/** The type between the angle brackets of `StreamInput<…>`. */
function readElementType(
  context: ScanContext,
  name: string,
  type: TypeNode | undefined,
  nameNode: Node,
  isInput: boolean,
  options: Record<string, unknown> | undefined,
): TypeNode | undefined {
  const stream = isInput ? "StreamInput" : "StreamOutput";
  const other = isInput ? "StreamOutput" : "StreamInput";
  const annotation = isInput ? "@input" : "@output";
  if (type === undefined) {
    return context.refuse(
      nameNode,
      `Cannot read port "${name}": it has no type, wanted ${stream}<…>`,
      `write "${name}!: ${stream}<AudioFrame>"`,
    );
  }
  const listed = elementOf(type);
  const single = listed ?? type;
  const found = streamName(context, single);
  if (found === other) {
    return context.refuse(
      single,
      `Cannot read port "${name}": it is annotated "${annotation}" and its type is ${other}`,
      `write "${stream}", or annotate it "${isInput ? "@output" : "@input"}"`,
    );
  }
  if (found !== stream) {
    return context.refuse(
      type,
      `Cannot read port "${name}": its type is ${quote(type)}, wanted ${stream}<…>`,
      `write "${name}!: ${stream}<AudioFrame>"`,
    );
  }
  const dynamic = isDynamic(options);
  if (listed !== undefined && options !== undefined && options.array === undefined && !dynamic) {
    return context.refuse(
      type,
      `Cannot read port "${name}": its type is an array, and "${annotation}" does not say of how many elements`,
      `write "${annotation}({ array: 4 })"`,
    );
  }
  if (listed === undefined && dynamic) {
    return context.refuse(
      type,
      `Cannot read port "${name}": it is dynamic, and its type ${quote(type)} is not an array`,
      `write "${name}!: ${type.getText()}[]"`,
    );
  }
  if (listed === undefined && options?.array !== undefined) {
    return context.refuse(
      type,
      `Cannot read port "${name}": it is an array of ${
        typeof options.array === "string" ? `"${options.array}"` : options.array
      }, and its type ${quote(type)} is not an array`,
      `write "${name}!: ${type.getText()}[]"`,
    );
  }
  const [frame] = Node.isTypeReference(single) ? single.getTypeArguments() : [];
  if (frame !== undefined) return frame;
  return context.refuse(
    single,
    `Cannot read port "${name}": ${stream} does not say of which frames`,
    `write "${stream}<AudioFrame>"`,
  );
}

function elementOf(type: TypeNode): TypeNode | undefined {
  if (Node.isTypeOperatorTypeNode(type)) return elementOf(type.getTypeNode());
  if (Node.isArrayTypeNode(type)) return type.getElementTypeNode();
  if (!Node.isTypeReference(type)) return undefined;
  return ["Array", "ReadonlyArray"].includes(type.getTypeName().getText()) ? type.getTypeArguments()[0] : undefined;
}

function streamName(context: ScanContext, type: TypeNode): string | undefined {
  if (!Node.isTypeReference(type)) return undefined;
  const name = type.getTypeName().getText();
  return context.sources.importedAs(context.sources.pathOf(type), name) ?? name;
}
