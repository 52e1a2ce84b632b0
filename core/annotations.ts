/**
 * The annotations that processors carry. They are standard decorators and do nothing at run time: the generator
 * (`deno task codegen`) reads them from the source and writes `sluice.gen.ts`.
 *
 * @module
 */
import type { FormatAccepts, FormatField } from "./frames/format.ts";

/** When a processor's `process()` is called. */
export type ProcessorMode = "push" | "loop" | "pull" | "external";

/** Options of {@linkcode processor}. */
export interface ProcessorOptions {
  /**
   * `push` (default): when inputs have frames. `loop`: again and again while the outputs have room; for sources.
   * `pull`: when the sink's clock asks. `external`: when a device or socket calls back.
   */
  readonly mode?: ProcessorMode;
  /** For `push`: with frames on `any` connected input (default), or on `all` that have not ended. */
  readonly trigger?: "any" | "all";
  /** Registered name; by default the class name in kebab case. */
  readonly name?: string;
  /** Group in lists; by default the name of the folder that the file stands in. */
  readonly category?: string;
  /** Words to find the node by. */
  readonly tags?: readonly string[];
  /** `main` for a node that needs the control isolate; by default a worker lane. */
  readonly lane?: "main" | "worker";
  /**
   * How urgent the node's lane is to be: `realtime` goes before all that is not, `high` before most. Nodes that name no
   * lane and ask for the same share one. Nothing on lane `main`.
   */
  readonly priority?: "realtime" | "high" | "normal";
  /** The processors that the node's lane is to run on, counted from 0 (by default any); as `priority`. */
  readonly cpus?: readonly number[];
  /**
   * The systems that this class is for. Classes of one name for different systems are one node type, which loads the
   * one for the system it runs on; their ports and configurations must be the same.
   */
  readonly platforms?: readonly ("linux" | "darwin" | "windows")[];
  /** Which format fields this node converts, so that an error about a clash can name it. */
  readonly converts?: readonly FormatField[];
  /**
   * Format fields that frames of a kind have as they come out as they had them coming in. What comes into several inputs
   * agrees in these: a converter is put before one that would not.
   */
  readonly keeps?: readonly FormatField[];
  /** What comes in goes out later: a loop of links that passes the node is legal (default `false`). */
  readonly delays?: boolean;
  /**
   * The node has work in its event loop beside its ticks, such as a server: the thread of its lane never sleeps in a way
   * that keeps that waiting (default `false`). Without it a worker lane with nothing to do blocks for up to 50 ms while no
   * tick is under way.
   */
  readonly usesEventLoop?: boolean;
  /** The node records: by default nothing is dropped on the links that lead into it, in live graphs neither (default `false`). */
  readonly records?: boolean;
  /**
   * For a node that writes to standard output, the configuration with which it does, such as `{ target: "stdout" }`: the
   * command line then prints everything else to standard error.
   */
  readonly stdout?: { readonly [key: string]: unknown };
  /**
   * A module beside this one, such as `"./sink_ports.ts"`, that tells more of a node's ports by its configuration: its
   * export `portsOf`, of type `PortsOf`. It is loaded with the generated code, so that it should import little.
   */
  readonly portsFrom?: string;
  /** Names of the figures that the node gives to `context.report()`, for those who look a node type up. */
  readonly figures?: readonly string[];
}

/**
 * How many elements a dynamic port has. They are named `port_0`, `port_1`, …, or with `named` as whoever adds them
 * chooses; each may be left unconnected.
 */
export interface DynamicPortOptions {
  /** Elements that it starts with, from 0 (default) to `max`. */
  readonly initial?: number;
  /** Most elements at a time, from 1 to 256 (default 64). */
  readonly max?: number;
  /**
   * Elements have names of their own, and each carries one of the frame types that the field names: any with
   * `StreamInput<Frame>[]`, two with `StreamInput<AudioFrame | VideoFrame>[]`. One such port for inputs, one for outputs;
   * it starts without elements (default `false`).
   */
  readonly named?: boolean;
}

/** Options of {@linkcode input}. */
export interface InputOptions {
  /** The graph may leave it unconnected. */
  readonly optional?: boolean;
  /**
   * An array port of this many elements, named `port_0`, `port_1`, …; each may be left unconnected. Text is the name
   * of a configuration key that holds the number, or of a type parameter of the class that stands for it.
   */
  readonly array?: number | string;
  /** A port whose elements are added and removed while the graph runs; goes with `StreamInput<F>[]`. */
  readonly dynamic?: boolean | DynamicPortOptions;
  /** Formats that the input takes; others are refused when the link's format is known. */
  readonly accepts?: FormatAccepts;
}

/** Options of {@linkcode output}. */
export interface OutputOptions {
  /** Formats that the output may give, and no others: nodes that convert are chosen by them (default: nothing is said). */
  readonly gives?: FormatAccepts;
  /** Most frames that one `read()` or one tick leads to on this output (default 1): room that admission asks for. */
  readonly burst?: number;
  /** An array port, as of {@linkcode InputOptions}; goes with `StreamOutput<F>[]`. */
  readonly array?: number | string;
  /** A port whose elements are added and removed while the graph runs; goes with `StreamOutput<F>[]`. */
  readonly dynamic?: boolean | DynamicPortOptions;
}

/** Options of {@linkcode config}. */
export interface ConfigOptions {
  /** The value may change while the node runs (default `false`). */
  readonly live?: boolean;
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
