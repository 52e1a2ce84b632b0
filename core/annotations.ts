/**
 * The annotations of processors: standard decorators without effect at run time. The generator (`deno task codegen`)
 * reads them from the source and writes `sluice.gen.ts`.
 *
 * @module
 */
import type { FormatAccepts, FormatField } from "./frames/format.ts";

/** The trigger of a processor's `process()`. */
export type ProcessorMode = "push" | "loop" | "pull" | "external";

/** Options of {@linkcode processor}. */
export interface ProcessorOptions {
  /**
   * `push` (default): when inputs have frames. `loop`: again and again while the outputs have room; for sources.
   * `pull`: when the sink's clock asks. `external`: when a device or socket calls back.
   */
  readonly mode?: ProcessorMode;
  /** For `push`: with frames on `any` connected input (default), or on `all` inputs that have not ended. */
  readonly trigger?: "any" | "all";
  /** Registered name; by default the class name in kebab case. */
  readonly name?: string;
  /** Group in lists; by default the name of the file's folder. */
  readonly category?: string;
  /** Search words for the node. */
  readonly tags?: readonly string[];
  /** `main` for a node that needs the control isolate; by default a worker lane. */
  readonly lane?: "main" | "worker";
  /**
   * Priority of the node's lane: `realtime` runs before all other lanes, `high` before most. Nodes without a lane that
   * ask for the same priority share one. Has no effect on lane `main`.
   */
  readonly priority?: "realtime" | "high" | "normal";
  /** The processors for the node's lane, counted from 0 (by default any); shared as with `priority`. */
  readonly cpus?: readonly number[];
  /**
   * The systems that this class supports. Classes of one name for different systems form one node type, which loads the
   * class for the running system; their ports and configurations must be the same.
   */
  readonly platforms?: readonly ("linux" | "darwin" | "windows")[];
  /** The format fields that this node converts; errors about a clash name the node. */
  readonly converts?: readonly FormatField[];
  /**
   * Format fields that frames of a kind keep from input to output. Frames on several inputs must agree in these fields:
   * a converter is put before an input that would differ.
   */
  readonly keeps?: readonly FormatField[];
  /** True if frames leave the node in a later tick: a loop of links through the node is legal (default `false`). */
  readonly delays?: boolean;
  /**
   * True if the node has work in its event loop beside its ticks, such as a server: its lane's thread then never sleeps
   * in a way that blocks the event loop (default `false`). Otherwise a worker lane with nothing to do blocks for up to
   * 50 ms while no tick is running.
   */
  readonly usesEventLoop?: boolean;
  /**
   * True if the node records: links into the node drop nothing by default, not even in live graphs (default `false`).
   */
  readonly records?: boolean;
  /**
   * The configuration that makes the node write to standard output, such as `{ target: "stdout" }`: the command line
   * then prints everything else to standard error.
   */
  readonly stdout?: { readonly [key: string]: unknown };
  /**
   * A module beside this one, such as `"./sink_ports.ts"`, that describes a node's ports by its configuration: its
   * export `portsOf` has type `PortsOf`. It is loaded with the generated code: keep its imports few.
   */
  readonly portsFrom?: string;
  /** Names of the figures that the node passes to `context.report()`, for the description of the node type. */
  readonly figures?: readonly string[];
}

/**
 * Number and names of a dynamic port's elements: `port_0`, `port_1`, …, or, with `named`, names that the graph chooses.
 * Each element may be left unconnected.
 */
export interface DynamicPortOptions {
  /** Elements at the start, from 0 (default) to `max`. */
  readonly initial?: number;
  /** Most elements at a time, from 1 to 256 (default 64). */
  readonly max?: number;
  /**
   * True if elements have names of their own, each with one of the field's frame types: any with
   * `StreamInput<Frame>[]`, two with `StreamInput<AudioFrame
   * VideoFrame>[]`. A node may have one such port for inputs and one for outputs; each starts without elements (default
   * `false`).
   */
  readonly named?: boolean;
}

/** Options of {@linkcode input}. */
export interface InputOptions {
  /** True if the graph may leave the input unconnected. */
  readonly optional?: boolean;
  /**
   * An array port of this many elements, named `port_0`, `port_1`, …; each may be left unconnected. A text names the
   * configuration key, or the type parameter of the class, that holds the number.
   */
  readonly array?: number | string;
  /** A port whose elements are added and removed while the graph runs; goes with `StreamInput<F>[]`. */
  readonly dynamic?: boolean | DynamicPortOptions;
  /** Formats that the input takes; others are refused when the link's format is known. */
  readonly accepts?: FormatAccepts;
}

/** Options of {@linkcode output}. */
export interface OutputOptions {
  /** Formats that the output may give, and no others: the choice of converters depends on them (default: any). */
  readonly gives?: FormatAccepts;
  /** Most frames on this output after one `read()` or in one tick (default 1): admission asks for this much room. */
  readonly burst?: number;
  /** An array port, as of {@linkcode InputOptions}; goes with `StreamOutput<F>[]`. */
  readonly array?: number | string;
  /** A port whose elements are added and removed while the graph runs; goes with `StreamOutput<F>[]`. */
  readonly dynamic?: boolean | DynamicPortOptions;
}

/** Options of {@linkcode config}. */
export interface ConfigOptions {
  /** True if the value may change while the node runs (default `false`). */
  readonly live?: boolean;
}

/** Options of {@linkcode command}. */
export interface CommandOptions {
  /** Its name: letters, digits, `_` and `-`, 64 at most; by default the name of the method. */
  readonly name?: string;
  /** What it does, for people; by default the doc comment of the method. */
  readonly description?: string;
}

/** Marks a class as a processor. Its constructor may take the configuration, or be private where `create()` does. */
export function processor(_options: ProcessorOptions = {}): (
  value: { readonly prototype: object },
  context: { readonly kind: "class" },
) => void {
  return () => {};
}

/** Marks a field of type `StreamInput<F>` (or `StreamInput<F>[]` with `array` or `dynamic`) as an input port. */
export function input(_options: InputOptions = {}): (value: undefined, context: ClassFieldDecoratorContext) => void {
  return () => {};
}

/** Marks a field of type `StreamOutput<F>` (or `StreamOutput<F>[]` with `array` or `dynamic`) as an output port. */
export function output(_options: OutputOptions = {}): (value: undefined, context: ClassFieldDecoratorContext) => void {
  return () => {};
}

/** Marks a field as a configuration key; its type, default and doc tags make the schema. */
export function config(_options: ConfigOptions = {}): (value: undefined, context: ClassFieldDecoratorContext) => void {
  return () => {};
}

/**
 * Marks a public method as a command of the node, for `runtime.command()` and `node.command` of the control
 * plane. The method takes nothing, or one object whose type makes the schema of the arguments; its result, or the result
 * of its promise, is the answer and has a JSON form. The runtime calls it on the node's lane between two ticks, and holds
 * back the next tick until the promise settles. It reads and writes no frames.
 */
export function command(_options: CommandOptions = {}): (
  value: (args: never) => unknown,
  context: ClassMethodDecoratorContext,
) => void {
  return () => {};
}
