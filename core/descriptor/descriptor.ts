/**
 * What is known of a node type without loading its class: written by the generator, read by `sluice nodes`, graph
 * files, error messages and the page.
 *
 * @module
 */
import type { ProcessorMode } from "../annotations.ts";
import type { DurationUnit } from "../duration.ts";
import type { FormatAccepts, FormatField, FrameKind } from "../frames/format.ts";
import type { StructLayout } from "../frames/struct_layout.ts";
import { type DynamicElements, initialElements } from "./dynamic_elements.ts";
import type { Platform } from "./platform.ts";

/** One port of a node type. */
export interface PortDescriptor {
  /** The field's name. */
  readonly name: string;
  /** Which way frames go. */
  readonly direction: "input" | "output";
  /** The kind of frame that it carries. */
  readonly kind: FrameKind;
  /** The frame type as written: `AudioFrame<2>`, `DataFrame<LevelReading>`. */
  readonly type: string;
  /** For data: the name of the value's type. Two data ports connect only if these are equal, or one is `unknown`. */
  readonly schema?: string;
  /** For data: the JSON Schema of the value, as far as its type tells; absent where it tells nothing. */
  readonly valueSchema?: ConfigSchema;
  /** For data whose type is an interface tagged `@frame`: its layout in memory. */
  readonly struct?: StructLayout;
  /** For audio with the number of channels in its type. */
  readonly channels?: number;
  /**
   * For a port whose type has type parameters of the class in it: what stands between the angle brackets, and which
   * names there are parameters. Links tell what these stand for; `schema` is `unknown` then, and `channels` absent.
   */
  readonly generic?: {
    readonly argument: string;
    readonly parameters: readonly string[];
    /**
     * The whole frame type is the parameter: the kinds that it may be. `kind` is the first of them and `type` says all,
     * until links tell.
     */
    readonly frames?: readonly FrameKind[];
    /** The one that it is: for a node in a graph whose links tell it. */
    readonly kind?: FrameKind;
  };
  /** Elements of an array port, or the most it can have (see `sizedBy`); absent for a single one. */
  readonly array?: number;
  /** For an array port that has as many elements as a configuration value says: the key. */
  readonly sizedBy?: string;
  /** For a dynamic port: how many elements it starts with, and the most it can have. */
  readonly dynamic?: { readonly initial: number; readonly max: number };
  /**
   * For a dynamic port whose elements have names of their own: what each of them may carry, one entry a kind of frame. In
   * a graph its elements are ports of the node, each with `of`.
   */
  readonly named?: readonly Pick<
    PortDescriptor,
    "kind" | "type" | "schema" | "valueSchema" | "struct" | "channels"
  >[];
  /** For an element with a name of its own: the dynamic port that it belongs to. */
  readonly of?: string;
  /** For a dynamic port of a node in a graph: its elements; absent for as many as it starts with. */
  readonly elements?: DynamicElements;
  /** A graph may leave it unconnected. Always `true` for an array port and a dynamic one. */
  readonly optional: boolean;
  /** For inputs: the formats that it takes; absent for all. */
  readonly accepts?: FormatAccepts;
  /** For outputs: the formats that it may give; absent where nothing is said of them. */
  readonly gives?: FormatAccepts;
  /** For outputs. */
  readonly burst: number;
  /** The doc comment, or `""`. */
  readonly doc: string;
}

/** What a text of a configuration names: a file or folder, a URL, a network address, or a part of a command line. */
export type Reach = "path" | "url" | "host" | "command";

/** All of them. */
export const REACHES: readonly Reach[] = ["path", "url", "host", "command"];

/** The subset of JSON Schema (2020-12) that describes one value: of a configuration, or of a data frame. */
export interface ConfigSchema {
  /** The type of the value; absent with `enum` and `anyOf`, and where any will do. */
  readonly type?: "string" | "number" | "integer" | "boolean" | "array" | "object" | "null";
  /** The doc comment. */
  readonly description?: string;
  /** The default that the class gives the key. */
  readonly default?: unknown;
  /** The values that are allowed. */
  readonly enum?: readonly unknown[];
  /** The least number allowed. */
  readonly minimum?: number;
  /** The greatest number allowed. */
  readonly maximum?: number;
  /** A number must be above this. */
  readonly exclusiveMinimum?: number;
  /** A number must be below this. */
  readonly exclusiveMaximum?: number;
  /** A number must be a whole multiple of this. */
  readonly multipleOf?: number;
  /** The least length of a string, in code points. */
  readonly minLength?: number;
  /** The greatest length of a string, in code points. */
  readonly maxLength?: number;
  /** A regular expression that a string must match somewhere. */
  readonly pattern?: string;
  /** Values from doc tags `@example`. */
  readonly examples?: readonly unknown[];
  /** The doc comment has a tag `@deprecated`. */
  readonly deprecated?: boolean;
  /** What each value of a list must be. */
  readonly items?: ConfigSchema;
  /** For data frames: what the first values of a list must be, one by one; `items` is for those behind them. */
  readonly prefixItems?: readonly ConfigSchema[];
  /** The least length of a list. */
  readonly minItems?: number;
  /** The greatest length of a list. */
  readonly maxItems?: number;
  /** What the keys of an object must be. */
  readonly properties?: { readonly [key: string]: ConfigSchema };
  /** The keys that an object must have. */
  readonly required?: readonly string[];
  /** `false`: no other keys. A schema: any other key, with such a value. */
  readonly additionalProperties?: boolean | ConfigSchema;
  /** A value must be one of these. */
  readonly anyOf?: readonly ConfigSchema[];
  /** For data frames: a type that contains itself, `#/$defs/NAME`. */
  readonly $ref?: string;
  /** For data frames, at the top: the types that contain themselves, by name. */
  readonly $defs?: { readonly [name: string]: ConfigSchema };
  /** For data frames: why the rest of the schema does not say what the type does. */
  readonly $comment?: string;
  /** For data frames: what JSON has no form for, as JavaScript calls it: `Float32Array`, `Date`, `BigInt`. */
  readonly "x-type"?: string;
  /** Unit for people, from the doc tag `@unit`: `dB`, `Hz`, `ms`. */
  readonly "x-unit"?: string;
  /** A duration: a number in this unit, or text with its own unit; `anyOf` has both. */
  readonly "x-duration"?: DurationUnit;
  /** What of the machine the text names, from the doc tag `@reaches`: graphs from outside may name only what a policy allows. */
  readonly "x-reaches"?: Reach;
  /** The key may be changed while the node runs. */
  readonly "x-live"?: boolean;
}

/** The schema of a node's whole configuration. */
export interface ConfigObjectSchema extends ConfigSchema {
  /** A configuration is an object. */
  readonly type: "object";
  /** The keys, in the order of the class. */
  readonly properties: { readonly [key: string]: ConfigSchema };
  /** The keys that have no default and may not be left out. */
  readonly required: readonly string[];
  /** There are no other keys. */
  readonly additionalProperties: false;
}

/** The kind of lane that a node type runs on by default; for `native`, the only kind that it can run on. */
export type DescriptorLane = "main" | "worker" | "native";

/** Everything about a node type but its code. */
export interface NodeDescriptor {
  /** Registered name, in kebab case. */
  readonly type: string;
  /** The class's name. */
  readonly className: string;
  /** Where the class stands, relative to the generated file: `processors/audio/gain.ts:12`. */
  readonly source: string;
  /** First sentence of the class's doc comment. */
  readonly description: string;
  /** The whole doc comment. */
  readonly doc: string;
  /** Group in lists. */
  readonly category: string;
  /** Words to find it by. */
  readonly tags: readonly string[];
  /** When `process()` is called. */
  readonly mode: ProcessorMode;
  /** For mode `push`: frames on which inputs call for a tick. */
  readonly trigger: "any" | "all";
  /** The kind of lane it runs on. */
  readonly lane: DescriptorLane;
  /** How urgent its lane is to be; absent for no wish. */
  readonly priority?: "realtime" | "high" | "normal";
  /** The processors that its lane is to run on, counted from 0; absent for no wish. */
  readonly cpus?: readonly number[];
  /** The systems that it runs on; absent for all. */
  readonly platforms?: readonly Platform[];
  /** Format fields that it converts. */
  readonly converts: readonly FormatField[];
  /** Format fields that frames keep on the way through it, and in which those of all its inputs agree; absent for none. */
  readonly keeps?: readonly FormatField[];
  /** What comes in goes out later, so that a loop through the node is legal; absent for no. */
  readonly delays?: boolean;
  /** Whether it has work in its event loop beside its ticks; absent for no. */
  readonly usesEventLoop?: boolean;
  /** Whether it records, so that links into it are lossless by default; absent for no. */
  readonly records?: boolean;
  /** The configuration with which it writes to standard output; absent for a node that never does. */
  readonly stdout?: { readonly [key: string]: unknown };
  /** What takes the configuration keys that are no fields of the class, when an instance is made; absent for nothing. */
  readonly takesConfig?: "constructor" | "create";
  /** Whether `process()` returns a promise. */
  readonly isAsync: boolean;
  /** Its inputs, in the order of the class. */
  readonly inputs: readonly PortDescriptor[];
  /** Its outputs, in the order of the class. */
  readonly outputs: readonly PortDescriptor[];
  /** The schema of its configuration. */
  readonly config: ConfigObjectSchema;
  /** Names of the figures that it reports of itself, where that is known beforehand; absent for none. */
  readonly figures?: readonly string[];
  /** The commands that it does, each with what it does; absent for none that it tells of. */
  readonly commands?: { readonly [name: string]: string };
}

/** Whether a port has elements: the class has a list of streams for it. */
export function isList(port: PortDescriptor): boolean {
  return port.array !== undefined || port.dynamic !== undefined;
}

/**
 * Whether an input is beside the one that a node needs of its kind, such as a side-chain: what comes out does not keep its
 * format.
 */
export function isSideInput({ inputs }: NodeDescriptor, { kind, optional }: PortDescriptor): boolean {
  return optional && inputs.some((each) => each.kind === kind && !each.optional);
}

/** The field of the class that holds a port: that of the dynamic port for an element with a name of its own. */
export function fieldOf({ name, of = name }: PortDescriptor): string {
  return of;
}

/** The names a port has in a graph: one, or `name_0 … name_{n-1}` for an array port; those of a dynamic port now. */
export function expandPort(port: PortDescriptor): string[] {
  if (port.dynamic !== undefined) {
    return (port.elements ?? initialElements(port.dynamic)).numbers.map((number) => `${port.name}_${number}`);
  }
  if (port.array === undefined) return [port.name];
  return Array.from({ length: port.array }, (_, i) => `${port.name}_${i}`);
}

/**
 * The descriptor of a node with this configuration: its array ports have as many elements as the configuration says.
 *
 * @param config the values that were given; what is absent has the schema's default
 * @returns `descriptor` itself if no port of it depends on the configuration
 */
export function sizePorts(
  descriptor: NodeDescriptor,
  config: { readonly [key: string]: unknown },
): NodeDescriptor {
  const { inputs, outputs } = descriptor;
  if (![...inputs, ...outputs].some((port) => port.sizedBy !== undefined)) return descriptor;
  const size = (port: PortDescriptor) => sizePort(port, descriptor, config);
  return { ...descriptor, inputs: inputs.map(size), outputs: outputs.map(size) };
}

/** Finds the port that a name in a graph means, in one direction or, by default, both. */
export function findPort(
  descriptor: NodeDescriptor,
  name: string,
  direction?: "input" | "output",
): PortDescriptor | undefined {
  const input = direction === "output" ? undefined : descriptor.inputs.find((port) => hasName(port, name));
  return input ?? (direction === "input" ? undefined : descriptor.outputs.find((port) => hasName(port, name)));
}

/** Whether a name in a graph means the port or an element of it. */
function hasName(port: PortDescriptor, name: string): boolean {
  if (!isList(port)) return port.name === name;
  if (!name.startsWith(`${port.name}_`)) return false;
  const text = name.slice(port.name.length + 1);
  const number = Number(text);
  if (String(number) !== text) return false;
  if (port.dynamic !== undefined) return (port.elements ?? initialElements(port.dynamic)).numbers.includes(number);
  return Number.isInteger(number) && number >= 0 && number < port.array!;
}

function sizePort(
  port: PortDescriptor,
  { config: schema }: NodeDescriptor,
  config: { readonly [key: string]: unknown },
): PortDescriptor {
  if (port.sizedBy === undefined) return port;
  const size = config[port.sizedBy] ?? schema.properties[port.sizedBy]?.default;
  // The schema refuses an invalid size, with its own message.
  return typeof size === "number" && size >= 0 && size <= (port.array ?? 0) ? { ...port, array: size } : port;
}
