/**
 * Node types and their packages: the part of the runtime that generated code calls.
 *
 * @module
 */
import type { StructType } from "../frames/struct_memory.ts";
import type { Processor, ProcessorContext } from "../processor.ts";
import type { StreamInput, StreamOutput } from "../ports/stream.ts";
import { type ConfigSchema, type NodeDescriptor, sizePorts } from "../descriptor/descriptor.ts";
import { nameElements } from "../descriptor/dynamic_ports.ts";
import { addNamedPort, readNamedPort, type WantedPort } from "../descriptor/named_ports.ts";
import { SluiceError } from "../errors.ts";
import type { IsolatePermissions } from "../placement/isolation.ts";
import { kindOf } from "../errors/kind_of.ts";
import type { PortsOf } from "../descriptor/known_ports.ts";
import type { NodeHandle } from "./handle.ts";

/** Assigns the ports of a node. Names are those of the class's fields. */
export interface PortWiring {
  /** Returns the input with a name. */
  input(name: string): StreamInput;
  /** Returns the elements of an array or dynamic port, in the order of their numbers. */
  inputs(name: string): StreamInput[];
  /** Returns the output with a name. */
  output(name: string): StreamOutput;
  /** Returns the elements of a dynamic port, in the order of their numbers. */
  outputs(name: string): StreamOutput[];
}

/** Visits each port of a node, in the order of the class. */
export interface PortVisitor {
  /** Visits an input. */
  input(name: string, port: StreamInput): void;
  /** Visits an output. */
  output(name: string, port: StreamOutput): void;
}

/** The generator's code for each class: its ports by name. */
export interface PortRegistry {
  /** The inputs, by name. */
  inputs(): { readonly [name: string]: StreamInput | readonly StreamInput[] };
  /** The outputs, by name. */
  outputs(): { readonly [name: string]: StreamOutput | readonly StreamOutput[] };
  /** Visits every port, inputs first; each element of an array or dynamic port by itself. */
  visit(visitor: PortVisitor): void;
  /** Assigns the ports to the class's fields; called again when elements of a dynamic port were added or removed. */
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
  /** Assigns configuration values that the schema has accepted to the class's fields. */
  configure(values: { readonly [key: string]: unknown }): void;
  /** True if the running tick waits only for the script, which may hold a frame of it. */
  awaitsScript?(): boolean;
  /**
   * Reports that the node is disabled: no frames reach or leave it for the rest of the run, which may go on for long.
   */
  disabled?(): void;
  /** Views of the structs that its ports carry, by schema. */
  readonly structs?: { readonly [schema: string]: StructType };
}

/** A node type with a configuration: the argument of `runtime.add()`. */
export interface NodeSpec<H extends NodeHandle = NodeHandle> {
  /** The node type. */
  readonly type: AnyNodeType;
  /** The configuration as given: `runtime.add()` reads and checks it. */
  readonly config: { readonly [key: string]: unknown };
  /** For the type checker only. */
  readonly handle?: H;
  /** Makes the result of `runtime.add()` from the plain handle, for nodes that the script itself uses. */
  readonly extend?: (handle: NodeHandle, side: {
    /** Settles as `runtime.finished`; call it once the graph has ended. */
    run(): Promise<unknown>;
    /** Returns the reason why the run fails, once known. */
    failure(): Error | undefined;
    /** Returns the schemas that the inputs behind the node's outputs require in the current graph. */
    wanted(): readonly { readonly address: string; readonly type: string; readonly schema: ConfigSchema }[];
    /** Takes a callback for the reason if a start is refused, or never comes. */
    onRefused(listener: (reason: unknown) => void): void;
    /**
     * Takes a callback for the removal of the node or its replacement by another type; called with the reason if the
     * edit that adds the node is refused.
     */
    onDeparture(listener: (reason?: unknown) => void): void;
  }) => H;
}

/** The graph's side of a node that the script itself uses. */
export type ScriptSide = Parameters<NonNullable<NodeSpec["extend"]>>[1];

/**
 * A node type: a call with a configuration returns the argument of `runtime.add()`. `C`: configuration, `H`: handle.
 */
// deno-lint-ignore no-explicit-any -- NodeHandle<any, any> is the bound that every generated handle meets
export interface NodeType<C = unknown, H extends NodeHandle<any, any> = NodeHandle> {
  (...config: Record<never, never> extends C ? [config?: C] : [config: C]): NodeSpec<H>;
  /** The facts about the type without its class. */
  readonly descriptor: NodeDescriptor;
  /** Its package; set by `definePackage()`. */
  readonly package: NodePackage | undefined;
  /** Imports the class and returns a function that makes an instance, whose class may take the configuration. */
  load(): Promise<(config: NodeSpec["config"]) => NodeInstance>;
  /** Returns more facts about the ports of a node, by its configuration; absent if the descriptor has all facts. */
  readonly portsOf?: PortsOf;
}

/** A node type with unknown types of configuration and handle. */
export interface AnyNodeType {
  /** The facts about the type without its class. */
  readonly descriptor: NodeDescriptor;
  /** Its package. */
  readonly package: NodePackage | undefined;
  /** Imports the class and returns a function that makes an instance, whose class may take the configuration. */
  load(): Promise<(config: NodeSpec["config"]) => NodeInstance>;
  /** Returns more facts about the ports of a node, by its configuration; absent if the descriptor has all facts. */
  readonly portsOf?: PortsOf;
  /** Opens the library of a native stage, if still closed. Called before a graph with such a node runs. */
  open?(): void;
  /** For a processor whose code runs in a process of its own: how the process is started. */
  readonly program?: { readonly permissions: IsolatePermissions };
}

/** True if a node type is code of a package, not a hand-over between the graph and the program. */
export function isProcessor(type: AnyNodeType): boolean {
  return type.package !== undefined;
}

/** The node types of one `sluice.gen.ts`. */
export interface NodePackage {
  /** The name in `sluice.json`. */
  readonly name: string;
  /** URL of the generated module: a worker lane imports it, and finds the package as its export `nodePackage`. */
  readonly url: string;
  /** The node types, sorted by registered name. */
  readonly nodes: readonly AnyNodeType[];
  /** Packages that add their node types. */
  readonly packages?: readonly NodePackage[];
  /** Content hashes of its source files, by path relative to `url`. */
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

/**
 * Returns the node type of one node: with array ports of the sizes in its configuration, and the wanted elements of
 * dynamic ports.
 *
 * @throws {SluiceError} as `addNamedPort()`; `InvalidConfig` for a port that is neither a name nor a name with a kind
 */
export function sizedType(
  nodeId: string,
  type: AnyNodeType,
  config: { readonly [key: string]: unknown },
  ports: readonly WantedPort[],
): AnyNodeType {
  const sized = sizePorts(type.descriptor, config);
  const names = ports.filter((port) => typeof port === "string");
  let descriptor = nameElements(nameElements(sized, "input", names), "output", names);
  for (const port of ports) {
    if (typeof port === "string") continue;
    const named = readNamedPort(`Cannot give node "${nodeId}" (${descriptor.type}) its ports`, port);
    descriptor = addNamedPort(nodeId, descriptor, named);
  }
  return descriptor === type.descriptor ? type : withDescriptor(type, descriptor);
}

/** Returns the same type with another descriptor. */
export function withDescriptor(type: AnyNodeType, descriptor: NodeDescriptor): AnyNodeType {
  const { portsOf, program } = type;
  const more = { ...(portsOf && { portsOf }), ...(program && { program }) };
  return { descriptor, package: type.package, load: () => type.load(), ...more };
}

/** True if a value is the result of `defineNodeType()`. */
export function isNodeType(value: unknown): value is AnyNodeType {
  const { descriptor, load } = Object(value) as Partial<AnyNodeType>;
  return typeof Object(descriptor).type === "string" && typeof load === "function";
}

/** True if a value is the result of `definePackage()`. */
export function isNodePackage(value: unknown): value is NodePackage {
  const { name, nodes } = Object(value) as Partial<NodePackage>;
  return typeof name === "string" && Array.isArray(nodes);
}

/**
 * Refuses a value that is not a node type.
 *
 * @param where the attempt: `Cannot register a node type by node()`
 * @throws {SluiceError} `InvalidGraph`
 */
export function assertNodeType(value: unknown, where: string): asserts value is AnyNodeType {
  if (isNodeType(value)) return;
  throw new SluiceError("InvalidGraph", `${where}: found ${foundIn(value)}, wanted a node type, such as nodes.gain`);
}

/**
 * Refuses a value that `runtime.add()` cannot add.
 *
 * @throws {SluiceError} `InvalidGraph`
 */
export function assertNodeSpec(value: unknown): asserts value is NodeSpec {
  if (isNodeType(Object(value).type)) return;
  const { type } = isNodeType(value) ? value.descriptor : {};
  const found = type === undefined ? foundIn(value) : `the node type "${type}" itself`;
  throw new SluiceError(
    "InvalidGraph",
    `Cannot add a node: found ${found}, wanted a node type with its configuration, such as nodes.gain({ gainDb: 3 })`,
  );
}

/** Describes the value found; names common mistakes. */
function foundIn(value: unknown): string {
  if (isNodePackage(value)) return `the package "${value.name}"`;
  if (isNodeType(Object(value).type)) return `"${(value as NodeSpec).type.descriptor.type}" with a configuration`;
  if (value instanceof Promise) return "a promise";
  return kindOf(value);
}
