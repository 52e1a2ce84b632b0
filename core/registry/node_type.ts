/**
 * Node types and the packages that hold them: the part of the runtime that generated code calls.
 *
 * @module
 */
import type { StructType } from "../frames/struct_memory.ts";
import type { Processor, ProcessorContext } from "../processor.ts";
import type { StreamInput, StreamOutput } from "../ports/stream.ts";
import type { ConfigSchema, NodeDescriptor } from "../descriptor/descriptor.ts";
import type { PortsOf } from "../descriptor/known_ports.ts";
import type { NodeHandle } from "./handle.ts";

/** Assigns the ports of a node. Names are those of the class's fields. */
export interface PortWiring {
  /** The input of that name. */
  input(name: string): StreamInput;
  /** The elements of an array port, or of a dynamic one, in the order of their numbers. */
  inputs(name: string): StreamInput[];
  /** The output of that name. */
  output(name: string): StreamOutput;
  /** The elements of a dynamic port, in the order of their numbers. */
  outputs(name: string): StreamOutput[];
}

/** Is shown each port of a node, in the order of the class. */
export interface PortVisitor {
  /** Is shown an input. */
  input(name: string, port: StreamInput): void;
  /** Is shown an output. */
  output(name: string, port: StreamOutput): void;
}

/** What the generator writes for each class: its ports by name. */
export interface PortRegistry {
  /** The inputs, by name. */
  inputs(): { readonly [name: string]: StreamInput | readonly StreamInput[] };
  /** The outputs, by name. */
  outputs(): { readonly [name: string]: StreamOutput | readonly StreamOutput[] };
  /** Shows every port, inputs first; each element of an array port, or of a dynamic one, by itself. */
  visit(visitor: PortVisitor): void;
  /** Assigns the ports to the class's fields; again when elements of a dynamic port were added or removed. */
  wire(wiring: PortWiring): void;
}

/** One instance of a processor, with the generated code around it. */
export interface NodeInstance {
  /** The instance of the class. */
  readonly processor: Processor;
  /** Its ports. */
  readonly ports: PortRegistry;
  /** Calls `process()`. A function literal for each class, so that its call site stays monomorphic. */
  tick(context: ProcessorContext): void | Promise<void>;
  /** Assigns configuration values, which the schema has accepted, to the class's fields. */
  configure(values: { readonly [key: string]: unknown }): void;
  /** Whether its tick under way waits for the script, which may have a frame of it, and for nothing else. */
  awaitsScript?(): boolean;
  /** It is disabled: nothing comes from it or goes to it for the rest of the run, which may go on for long. */
  disabled?(): void;
  /** Views of the structs that its ports carry, by schema. */
  readonly structs?: { readonly [schema: string]: StructType };
}

/** A node type with a configuration chosen: what `runtime.add()` takes. */
export interface NodeSpec<H extends NodeHandle = NodeHandle> {
  /** The node type. */
  readonly type: AnyNodeType;
  /** As it was given: `runtime.add()` reads and checks it. */
  readonly config: { readonly [key: string]: unknown };
  /** Only a type. */
  readonly handle?: H;
  /**
   * Makes the result of `runtime.add()` from the plain handle, for nodes that the script itself talks to.
   *
   * @param run settles as `runtime.finished`; call it once the graph has ended
   * @param onRefused takes what to call with the reason where a start is refused, or there will be none
   * @param wanted what the inputs that the node's outputs lead to want of values, as the graph is now
   * @param onDeparture takes what to call once the node is removed, or one of another type has taken its place; or, with
   * the reason, where the edit that was to add it is refused
   * @param failure why the run fails, as soon as that is known
   */
  readonly extend?: (
    handle: NodeHandle,
    run: () => Promise<unknown>,
    onRefused: (listener: (reason: unknown) => void) => void,
    wanted: () => readonly { readonly address: string; readonly type: string; readonly schema: ConfigSchema }[],
    onDeparture: (listener: (reason?: unknown) => void) => void,
    failure: () => Error | undefined,
  ) => H;
}

/** A node type: call it with a configuration to get what `runtime.add()` takes. `C`: configuration, `H`: handle. */
// deno-lint-ignore no-explicit-any -- NodeHandle<any, any> is the bound that every generated handle meets
export interface NodeType<C = unknown, H extends NodeHandle<any, any> = NodeHandle> {
  (...config: Record<never, never> extends C ? [config?: C] : [config: C]): NodeSpec<H>;
  /** All that is known without loading the class. */
  readonly descriptor: NodeDescriptor;
  /** The package that holds it; set by `definePackage()`. */
  readonly package: NodePackage | undefined;
  /** Imports the class and returns a function that makes an instance, whose class may take the configuration. */
  load(): Promise<(config: NodeSpec["config"]) => NodeInstance>;
  /** Tells more of the ports of a node, by its configuration; absent where the descriptor says it all. */
  readonly portsOf?: PortsOf;
}

/** A node type whose configuration and handle types are not known. */
export interface AnyNodeType {
  /** All that is known without loading the class. */
  readonly descriptor: NodeDescriptor;
  /** The package that holds it. */
  readonly package: NodePackage | undefined;
  /** Imports the class and returns a function that makes an instance, whose class may take the configuration. */
  load(): Promise<(config: NodeSpec["config"]) => NodeInstance>;
  /** Tells more of the ports of a node, by its configuration; absent where the descriptor says it all. */
  readonly portsOf?: PortsOf;
  /** Opens the library of a native stage, where that is not done before: called before a graph with such a node runs. */
  open?(): void;
}

/** Whether a node type is code of a package, not a hand-over between the graph and the program. */
export function isProcessor(type: AnyNodeType): boolean {
  return type.package !== undefined;
}

/** The node types of one `sluice.gen.ts`. */
export interface NodePackage {
  /** As `sluice.json` gives it. */
  readonly name: string;
  /** URL of the generated module: a worker lane imports it, and finds the package as its export `nodePackage`. */
  readonly url: string;
  /** Sorted by registered name. */
  readonly nodes: readonly AnyNodeType[];
  /** Packages whose node types come along. */
  readonly packages?: readonly NodePackage[];
  /** Content hashes of the files that it was made from, by path relative to `url`. */
  readonly sources: { readonly [path: string]: string };
}

/** Makes a node type. Called by generated code. */
// deno-lint-ignore no-explicit-any -- as in NodeType
export function defineNodeType<C, H extends NodeHandle<any, any>, T extends NodeType<C, H> = NodeType<C, H>>(
  parts: {
    readonly descriptor: NodeDescriptor;
    readonly load: () => Promise<(config: NodeSpec["config"]) => NodeInstance>;
    readonly portsOf?: PortsOf;
    readonly open?: () => void;
  },
): T {
  const type = (config?: C): NodeSpec<H> => ({
    type: type as unknown as AnyNodeType,
    config: (config === undefined ? {} : config) as NodeSpec["config"],
  });
  return Object.assign(type, { ...parts, package: undefined }) as unknown as T;
}

/** Makes a package and enters it in its node types. Called by generated code. */
export function definePackage(parts: NodePackage): NodePackage {
  for (const type of parts.nodes) (type as { package?: NodePackage }).package = parts;
  return parts;
}
