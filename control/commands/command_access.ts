/**
 * Decides what commands from outside may name of the machine: files in some folders, no programs, and no plugins but
 * those that come with Sluice, unless more is allowed. Nodes that the graph already has are not looked at again.
 *
 * @module
 */
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { didYouMean, listSome } from "../../core/errors/suggestion.ts";
import { SluiceError } from "../../core/errors.ts";
import type { GraphFile } from "../../core/graph/schema.ts";
import { defaultNodeId } from "../../core/ids.ts";
import { pluginOf } from "../../core/pipeline/graph_policy.ts";
import { mayName, PolicyValues } from "../../core/pipeline/policy_values.ts";
import { SHIPPED_PLUGINS } from "../../core/registry/shipped_stage.ts";
import type { AnyNodeType } from "../../core/registry/node_type.ts";
import type { Runtime } from "../../core/runtime.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import type { Command } from "../schemas/commands.ts";
import { splitEntry, wholeValues } from "./config_entries.ts";
import { equal } from "./documents.ts";

/** Options of a {@linkcode CommandAccess}. */
export interface CommandAccessOptions {
  /**
   * Folders in which commands may have files read and written, by paths from one of them or from the current folder;
   * by default the current one.
   */
  readonly roots?: readonly string[];
  /** True if commands may add nodes that run programs; by default false. */
  readonly programs?: boolean;
  /** Plugins whose stages commands may add, beside those that come with Sluice. */
  readonly plugins?: readonly string[];
  /** False if no node that a command adds may print to standard output; by default true. */
  readonly stdout?: boolean;
  /** True if commands may name whatever a script may, as those of the program that owns the server; by default false. */
  readonly all?: boolean;
}

/** The path of a standard stream. */
const STANDARD = "-";

type Config = { readonly [key: string]: unknown };

/** The nodes of a graph by id, as far as commands have come. */
type KnownNodes = Map<string, { readonly type: AnyNodeType; readonly config: Config }>;

/** Checks commands for one runtime. */
export class CommandAccess {
  readonly #runtime: Runtime;
  readonly #values: PolicyValues;
  readonly #programs: boolean;
  readonly #plugins: ReadonlySet<string>;
  readonly #stdout: boolean;
  readonly #all: boolean;
  readonly #kept: Set<string>;

  /**
   * @param kept the server's own files, such as that of its graph, which no value may name
   * @throws {SluiceError} `InvalidConfig` for a root that is no folder
   */
  constructor(
    runtime: Runtime,
    { roots = ["."], programs = false, plugins = [], stdout = true, all = false }: CommandAccessOptions = {},
    kept: readonly string[] = [],
  ) {
    this.#kept = new Set(kept.map(realPath));
    this.#runtime = runtime;
    this.#values = new PolicyValues(roots, undefined, "Cannot serve", Deno.cwd());
    this.#programs = programs;
    this.#plugins = new Set([...SHIPPED_PLUGINS, ...plugins]);
    this.#stdout = stdout;
    this.#all = all;
  }

  /**
   * Returns commands with the files that their paths mean, and with whole values in place of entries. Each is checked in
   * the graph that the ones before it lead to: call this when the graph is the one that they will change.
   *
   * @throws {SluiceError} `AccessDenied`; `NodeNotFound` for values of a node that is not there
   */
  admit(commands: readonly Command[]): Command[] {
    const nodes: KnownNodes = new Map(viewRuntime(this.#runtime).nodes.map((node) => [node.id as string, node]));
    return commands.map((command) => this.#one(command, nodes));
  }

  /** Adds to the server's own files, which no value may name. */
  keep(path: string): void {
    this.#kept.add(realPath(path));
  }

  #one(command: Command, nodes: KnownNodes): Command {
    switch (command.op) {
      case "add":
      case "replace": {
        const { type: name, config: given = {} } = command;
        const node = command.op === "replace" ? command.node : command.id ?? defaultNodeId(name, nodes);
        const config = this.#admit(node, name, given);
        const present = viewRuntime(this.#runtime).nodes.find(({ id }) => id === node)?.isolatePermissions;
        this.#assertPermissions(node, command.isolatePermissions as object | undefined, present);
        const { registry } = viewRuntime(this.#runtime);
        if (registry?.has(name) === true) nodes.set(node, { type: registry.get(name), config });
        else nodes.delete(node);
        return command.config === undefined ? command : { ...command, config } as Command;
      }
      case "set": {
        const { node, values: given, unset = [] } = command;
        // A converter that an earlier command has brought is known once the graph has it.
        if (this.#all && !nodes.has(node)) return command;
        const values = this.#set(node, given, unset, nodes);
        const { type, config } = nodes.get(node)!;
        nodes.set(node, { type, config: without({ ...config, ...values }, unset) });
        return { ...command, values } as Command;
      }
      case "rename": {
        const known = nodes.get(command.node);
        nodes.delete(command.node);
        if (known !== undefined) nodes.set(command.to, known);
        return command;
      }
      case "remove":
        nodes.delete(command.node);
        return command;
      default:
        return command;
    }
  }

  /** @returns values of whole keys for a node, with the files that their paths mean */
  #set(node: string, given: Config, unset: readonly string[], nodes: KnownNodes): Config {
    const known = nodes.get(node);
    if (known === undefined) {
      const available = [...nodes.keys()];
      const message = `Cannot set ${Object.keys(given).join(", ")} of "${node}": the graph has no such node` +
        `${didYouMean(node, available)}; nodes: ${listSome(available)}`;
      throw new SluiceError("NodeNotFound", message, { nodeId: node, available });
    }
    const { type } = known;
    const values = wholeValues(type.descriptor.config, given, known.config);
    if (this.#all) return values;
    const { properties } = type.descriptor.config;
    const program = Object.keys(values).find((key) =>
      Object.hasOwn(properties, key) && mayName(properties[key], "command")
    );
    if (program !== undefined && !this.#programs) {
      throw denied(
        `"${program}" of node "${node}" is a program to run; start with --allow-programs to let commands set it`,
      );
    }
    this.#assertStreams(node, type, values, without({ ...known.config, ...values }, unset));
    // Entries that the node has already are not looked at again.
    const own = wholeValues(type.descriptor.config, given);
    const admitted = this.#valuesOf(node, type, own, Object.keys(own));
    const named = Object.keys(given).map((name) => {
      const [key, entry] = splitEntry(type.descriptor.config, name);
      return [name, entry === undefined ? admitted[key] : (admitted[key] as Config)[entry]];
    });
    return wholeValues(type.descriptor.config, Object.fromEntries(named), known.config);
  }

  /** Returns the file of a relative path in the folders. @throws {SluiceError} `AccessDenied` */
  path(path: string): string {
    if (this.#all) return path;
    const found = this.#values.file(path);
    if (found !== undefined) return found;
    const folder = dirname(path);
    if (folder !== "." && !isAbsolute(path) && this.#values.file(folder.split("/")[0]) !== undefined) {
      throw denied(`there is no folder "${folder}" for "${path}", or it is not in a folder that commands may write to`);
    }
    throw denied(
      `"${path}" is no relative path in a folder that commands may write to; start with --root FOLDER for more`,
    );
  }

  /** Checks that a document, of which nothing is known yet, names no further files. @throws {SluiceError} `AccessDenied` */
  given({ nodes }: { readonly nodes?: unknown }): void {
    if (this.#all || typeof nodes !== "object" || nodes === null) return;
    for (const [id, node] of Object.entries(nodes)) {
      if (typeof node !== "object" || node === null || !Object.hasOwn(node, "graph")) continue;
      throw denied(`node "${id}" is a sub-graph, a file of the server; write its nodes out`);
    }
  }

  /** Checks a graph that is to take the place of the present one. @throws {SluiceError} `AccessDenied` */
  document(wanted: GraphFile, present: GraphFile): GraphFile {
    if (this.#all) return wanted;
    const nodes = Object.entries(wanted.nodes).map(([id, node]) => {
      const old = Object.hasOwn(present.nodes, id) ? present.nodes[id] : undefined;
      this.#assertPermissions(id, node.isolatePermissions, old?.isolatePermissions);
      if (old !== undefined && old.type === node.type && equal(old.config ?? {}, node.config ?? {})) return [id, node];
      const config = this.#admit(id, node.type, node.config ?? {});
      return [id, { ...node, ...(node.config && { config }) }];
    });
    return { ...wanted, nodes: Object.fromEntries(nodes) };
  }

  #admit(node: string, name: string, config: Config): Config {
    if (this.#all) return config;
    const registry = viewRuntime(this.#runtime).registry;
    // The runtime has a better message for a type that nobody knows.
    if (registry?.has(name) !== true) return config;
    const type = registry.get(name);
    this.#assertType(name, type);
    this.#assertStreams(node, type, config, config);
    return this.#valuesOf(node, type, config, Object.keys(type.descriptor.config.properties));
  }

  /** A process may get what it has already; with more it could do what commands cannot. */
  #assertPermissions(node: string, wanted: object | undefined, present: object | undefined): void {
    if (this.#all || this.#programs || wanted === undefined || equal(wanted, present ?? {})) return;
    throw denied(
      `node "${node}" is to have permissions of a process; start with --allow-programs to let commands give them`,
    );
  }

  #assertType(name: string, type: AnyNodeType): void {
    if (!this.#programs && mayName(type.descriptor.config, "command")) {
      throw denied(`"${name}" runs programs; start with --allow-programs to let commands add such nodes`);
    }
    const plugin = pluginOf(type);
    if (plugin !== undefined && !this.#plugins.has(plugin)) {
      throw denied(
        `"${name}" is a stage of plugin "${plugin}"; start with --allow-plugin ${plugin} to let commands add it`,
      );
    }
  }

  /** Standard input and output belong to the program. @param config the values that the node is to have */
  #assertStreams(node: string, { descriptor }: AnyNodeType, values: Config, config: Config): void {
    const { properties } = descriptor.config;
    const named = Object.keys(values).find((key) =>
      values[key] === STANDARD && Object.hasOwn(properties, key) && mayName(properties[key], "path")
    );
    if (named !== undefined) {
      throw denied(`"${named}" of node "${node}" is "-", a standard stream of the server; name a file`);
    }
    const printing = Object.entries(descriptor.stdout ?? {});
    if (this.#stdout || printing.length === 0) return;
    if (!printing.every(([key, value]) => equal(config[key] ?? properties[key]?.default, value))) return;
    const told = printing.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(", ");
    throw denied(`node "${node}" would print to standard output, which others read; give it other values than ${told}`);
  }

  #valuesOf(node: string, { descriptor }: AnyNodeType, values: Config, keys: readonly string[]): Config {
    const { properties } = descriptor.config;
    const own = Object.fromEntries(
      keys.flatMap((key) => Object.hasOwn(properties, key) ? [[key, properties[key]]] : []),
    );
    const admitted = this.#values.admit(values, { ...descriptor.config, properties: own }, node) as Config;
    const key = keys.find((each) => namesOne(admitted[each], this.#kept));
    if (key !== undefined) {
      throw denied(`"${key}" of node "${node}" is a file of this server: its graph or its journal; name another`);
    }
    // Values that nobody gave stay the type's.
    return Object.fromEntries(Object.keys(values).map((key) => [key, withinFolder(values[key], admitted[key])]));
  }
}

/** True if a value, or one in it, is one of some files. */
function namesOne(value: unknown, files: ReadonlySet<string>): boolean {
  if (typeof value === "string") return files.has(value);
  return typeof value === "object" && value !== null && Object.values(value).some((each) => namesOne(each, files));
}

/** Returns the file that a path leads to, whether it is there or not. */
function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return resolve(path);
  }
}

function without(config: Config, keys: readonly string[]): Config {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !keys.includes(key)));
}

/** Returns an admitted value as it was written if that means the same file from the current folder. */
function withinFolder(written: unknown, admitted: unknown): unknown {
  if (typeof admitted === "string" && admitted !== written) {
    const path = relative(Deno.cwd(), admitted);
    return path.startsWith("..") || isAbsolute(path) ? admitted : path;
  }
  if (typeof admitted !== "object" || admitted === null || admitted === written) return admitted;
  if (Array.isArray(admitted)) return admitted.map((each, k) => withinFolder((written as unknown[])[k], each));
  return Object.fromEntries(
    Object.entries(admitted).map(([key, each]) => [key, withinFolder((written as Config)[key], each)]),
  );
}

function denied(why: string): SluiceError {
  return new SluiceError("AccessDenied", `Cannot carry out the command: ${why}`);
}
