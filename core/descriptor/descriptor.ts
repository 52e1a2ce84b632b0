/**
 * The facts about a node type without its class: written by the generator, read by `sluice nodes`, graph files, error
 * messages and the page.
 *
 * @module
 */
import type { ProcessorMode } from "../annotations.ts";
import type { DurationUnit } from "../duration.ts";
import type { FormatAccepts, FormatField, FrameKind } from "../frames/format.ts";
import type { StructLayout } from "../frames/struct_layout.ts";
import type { Platform } from "./platform.ts";

/** One port of a node type. */
export interface PortDescriptor {
  /** The field's name. */
  readonly name: string;
  /** The direction of frames. */
  readonly direction: "input" | "output";
  /** The kind of its frames. */
  readonly kind: FrameKind;
  /** The frame type as written: `AudioFrame<2>`, `DataFrame<LevelReading>`. */
  readonly type: string;
  /** For data: the name of the value's type. Two data ports connect only if these are equal, or one is `unknown`. */
  readonly schema?: string;
  /** For data: the JSON Schema of the value, as far as its type determines it; absent for an unknown type. */
  readonly valueSchema?: ConfigSchema;
  /** For data with an interface tagged `@frame` as its type: its layout in memory. */
  readonly struct?: StructLayout;
  /** For audio with the number of channels in its type: that number. */
  readonly channels?: number;
  /**
   * For a port whose type contains type parameters of the class: its type argument, and the names of the parameters in
   * it. Links determine their values; `schema` is `unknown` then, and `channels` absent.
   */
  readonly generic?: {
    readonly argument: string;
    readonly parameters: readonly string[];
    /**
     * The kinds that the parameter may have, if the whole frame type is a parameter. Until links determine it, `kind`
     * is the first of these kinds, and `type` lists all.
     */
    readonly frames?: readonly FrameKind[];
    /** The kind that links have determined, for a node in a graph. */
    readonly kind?: FrameKind;
  };
  /** Elements of an array port, or its maximum (see `sizedBy`); absent for a single port. */
  readonly array?: number;
  /** For an array port sized by a configuration value: the key. */
  readonly sizedBy?: string;
  /** For a dynamic port: the number of its initial elements, and its maximum. */
  readonly dynamic?: { readonly initial: number; readonly max: number };
  /**
   * For a dynamic port whose elements have names of their own: the types that an element may carry, one entry for each
   * kind of frame. In a graph its elements are ports of the node, each with `of`.
   */
  readonly named?: readonly Pick<
    PortDescriptor,
    "kind" | "type" | "schema" | "valueSchema" | "struct" | "channels"
  >[];
  /** For an element with a name of its own: its dynamic port. */
  readonly of?: string;
  /** For a dynamic port of a node in a graph: its elements; absent for the initial ones. */
  readonly elements?: DynamicElements;
  /** True if a graph may leave it unconnected. Always `true` for array and dynamic ports. */
  readonly optional: boolean;
  /** For inputs: the formats that it accepts; absent for all. */
  readonly accepts?: FormatAccepts;
  /** For outputs: the formats that it may give; absent if not declared. */
  readonly gives?: FormatAccepts;
  /** For outputs: the most frames in one tick. */
  readonly burst: number;
  /** The doc comment, or `""`. */
  readonly doc: string;
}

/** The target of a text in a configuration: a file or folder, a URL, a network address, or a part of a command line. */
export type Reach = "path" | "url" | "host" | "command";

/** All targets. */
export const REACHES: readonly Reach[] = ["path", "url", "host", "command"];

/** The subset of JSON Schema (2020-12) that describes one value: of a configuration, or of a data frame. */
export interface ConfigSchema {
  /** The type of the value; absent with `enum` and `anyOf`, and if any type will do. */
  readonly type?: "string" | "number" | "integer" | "boolean" | "array" | "object" | "null";
  /** The doc comment. */
  readonly description?: string;
  /** The default that the class gives the key. */
  readonly default?: unknown;
  /** The allowed values. */
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
  /** True if the doc comment has a tag `@deprecated`. */
  readonly deprecated?: boolean;
  /** The schema of each value of a list. */
  readonly items?: ConfigSchema;
  /** For data frames: the schemas of the first values of a list, one by one; `items` is for the values behind them. */
  readonly prefixItems?: readonly ConfigSchema[];
  /** The least length of a list. */
  readonly minItems?: number;
  /** The greatest length of a list. */
  readonly maxItems?: number;
  /** The schemas of an object's keys. */
  readonly properties?: { readonly [key: string]: ConfigSchema };
  /** The keys that an object must have. */
  readonly required?: readonly string[];
  /** `false`: no other keys. A schema: any other key, with such a value. */
  readonly additionalProperties?: boolean | ConfigSchema;
  /** The schemas of which a value must fit one. */
  readonly anyOf?: readonly ConfigSchema[];
  /** For data frames: a type that contains itself, `#/$defs/NAME`. */
  readonly $ref?: string;
  /** For data frames, at the top: the types that contain themselves, by name. */
  readonly $defs?: { readonly [name: string]: ConfigSchema };
  /** For data frames: why the rest of the schema differs from the type. */
  readonly $comment?: string;
  /** For data frames: the JavaScript name of a type without a JSON form: `Float32Array`, `Date`, `BigInt`. */
  readonly "x-type"?: string;
  /** Unit for people, from the doc tag `@unit`: `dB`, `Hz`, `ms`. */
  readonly "x-unit"?: string;
  /** A duration: a number in this unit, or text with its own unit; `anyOf` has both. */
  readonly "x-duration"?: DurationUnit;
  /**
   * The target that the text names, from the doc tag `@reaches`: graphs from outside may name only targets that a
   * policy allows.
   */
  readonly "x-reaches"?: Reach;
  /** True if the key may be changed while the node runs. */
  readonly "x-live"?: boolean;
}

/** The schema of a node's whole configuration, or of the arguments of a command. */
export interface ConfigObjectSchema extends ConfigSchema {
  /** An object. */
  readonly type: "object";
  /** The keys, in the order of the class. */
  readonly properties: { readonly [key: string]: ConfigSchema };
  /** The keys without a default, which must be given. */
  readonly required: readonly string[];
  /** No other keys are allowed. */
  readonly additionalProperties: false;
}

/** The kind of lane that a node type runs on by default; for `native`, the only kind that it can run on. */
export type DescriptorLane = "main" | "worker" | "native";

/** A command that a node type accepts. */
export interface CommandDescriptor {
  /** What it does, on one line, or `""`. */
  readonly description: string;
  /** For a processor: the method of the class, if it has another name than the command. */
  readonly method?: string;
  /** For a processor: the schema of its arguments. A native stage checks its arguments itself. */
  readonly args?: ConfigObjectSchema;
  /** The schema of its answer, if the type of the method's result says one. */
  readonly answer?: ConfigSchema;
}

/** Everything about a node type but its code. */
export interface NodeDescriptor {
  /** Registered name, in kebab case. */
  readonly type: string;
  /** The class's name. */
  readonly className: string;
  /** The place of the class, relative to the generated file: `processors/audio/gain.ts:12`. */
  readonly source: string;
  /** First sentence of the class's doc comment. */
  readonly description: string;
  /** The whole doc comment. */
  readonly doc: string;
  /** Group in lists. */
  readonly category: string;
  /** Search words. */
  readonly tags: readonly string[];
  /** The trigger of `process()`. */
  readonly mode: ProcessorMode;
  /** For mode `push`: whether a tick needs frames on any or on all inputs. */
  readonly trigger: "any" | "all";
  /** The kind of lane it runs on. */
  readonly lane: DescriptorLane;
  /** True for a native stage whose code always runs in a process of its own, such as one in Python. */
  readonly process?: true;
  /** True for a native stage that has a process of its own, where the system has those, unless its node says otherwise. */
  readonly isolated?: true;
  /** The priority that it asks for its lane; absent for none. */
  readonly priority?: "realtime" | "high" | "normal";
  /** The processors that it asks for its lane, counted from 0; absent for none. */
  readonly cpus?: readonly number[];
  /** The systems that it runs on; absent for all. */
  readonly platforms?: readonly Platform[];
  /** Format fields that it converts. */
  readonly converts: readonly FormatField[];
  /** Format fields that frames keep through it, and in which all its inputs must agree; absent for none. */
  readonly keeps?: readonly FormatField[];
  /** True if frames leave it in a later tick, so that a loop through the node is legal; absent for false. */
  readonly delays?: boolean;
  /** True if it has work in its event loop beside its ticks; absent for false. */
  readonly usesEventLoop?: boolean;
  /** True if it records, so that links into it are lossless by default; absent for false. */
  readonly records?: boolean;
  /** The configuration that makes it write to standard output; absent for a node that never does. */
  readonly stdout?: { readonly [key: string]: unknown };
  /** The receiver of configuration keys that are not fields of the class, when an instance is made; absent for none. */
  readonly takesConfig?: "constructor" | "create";
  /** True if `process()` returns a promise. */
  readonly isAsync: boolean;
  /** Its inputs, in the order of the class. */
  readonly inputs: readonly PortDescriptor[];
  /** Its outputs, in the order of the class. */
  readonly outputs: readonly PortDescriptor[];
  /** The schema of its configuration. */
  readonly config: ConfigObjectSchema;
  /** Names of the figures that it reports, as far as known beforehand; absent for none. */
  readonly figures?: readonly string[];
  /** The commands that it accepts, by name; absent for none. */
  readonly commands?: { readonly [name: string]: CommandDescriptor };
}

/** True if a port has elements: its field in the class is a list of streams. */
export function isList(port: PortDescriptor): boolean {
  return port.array !== undefined || port.dynamic !== undefined;
}

/**
 * True for an input beside the main input of its kind, such as a side-chain: the output does not keep its format.
 */
export function isSideInput({ inputs }: NodeDescriptor, { kind, optional }: PortDescriptor): boolean {
  return optional && inputs.some((each) => each.kind === kind && !each.optional);
}

/** Returns the field of the class that holds a port: for an element with a name of its own that of its dynamic port. */
export function fieldOf({ name, of = name }: PortDescriptor): string {
  return of;
}

/**
 * Returns the names of a port in a graph: one, or `name_0 … name_{n-1}` for an array port; for a dynamic port the
 * current ones.
 */
export function expandPort(port: PortDescriptor): string[] {
  if (port.dynamic !== undefined) {
    return (port.elements ?? initialElements(port.dynamic)).numbers.map((number) => `${port.name}_${number}`);
  }
  if (port.array === undefined) return [port.name];
  return Array.from({ length: port.array }, (_, i) => `${port.name}_${i}`);
}

/**
 * Returns the descriptor of a node with a configuration, which sizes its array ports.
 *
 * @param config the given values; absent keys have the schema's default
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

/** Finds the port of a name in a graph, in one direction or, by default, both. */
export function findPort(
  descriptor: NodeDescriptor,
  name: string,
  direction?: "input" | "output",
): PortDescriptor | undefined {
  const input = direction === "output" ? undefined : descriptor.inputs.find((port) => hasName(port, name));
  return input ?? (direction === "input" ? undefined : descriptor.outputs.find((port) => hasName(port, name)));
}

/** True if a name in a graph means the port or an element of it. */
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

/** The elements of a dynamic port of one node. */
export interface DynamicElements {
  /** The elements' numbers, ascending. */
  readonly numbers: readonly number[];
  /** The number of the next element. */
  readonly next: number;
  /** For elements with names of their own: the kind of each, in the order in which they were added. */
  readonly named?: { readonly [name: string]: FrameKind };
}

/** Returns the initial elements of a dynamic port. */
export function initialElements({ initial }: { readonly initial: number }): DynamicElements {
  return { numbers: Array.from({ length: initial }, (_, k) => k), next: initial };
}
