/**
 * The node types that a runtime, a graph file or the command line can name, and a builder for registries:
 * `NodeRegistry.builder().nodes([...]).nodeIf(isLinux, camera).build()`.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { logDetail } from "../log.ts";
import type { NodeDescriptor } from "../descriptor/descriptor.ts";
import { kindOf } from "../errors/kind_of.ts";
import { type AnyNodeType, assertNodeType, isNodePackage, type NodePackage } from "./node_type.ts";
import { unknownType } from "./unknown_type.ts";
import { currentPlatform, type Platform } from "../descriptor/platform.ts";

/** The facts about a node type without its class. */
export interface NodeMetadata extends NodeDescriptor {
  /** The name of its package; `undefined` for a type that was registered alone. */
  readonly package: string | undefined;
}

/** Finds node types by registered name. */
export class NodeRegistry {
  readonly #types = new Map<string, AnyNodeType>();
  readonly #leftOut: readonly string[];

  /**
   * Makes a registry of the node types of some packages.
   *
   * @param packages the packages
   * @param leftOut packages and plugins that were left out, each with the reason, for errors about unknown types
   * @throws {SluiceError} `InvalidGraph` if two of them register one name, with the places of both, or for a value that
   * is not a package
   */
  constructor(packages: Iterable<NodePackage> = [], leftOut: readonly string[] = []) {
    this.#leftOut = leftOut;
    if (typeof Object(packages)[Symbol.iterator] !== "function") {
      throw new SluiceError(
        "InvalidGraph",
        `Cannot make a registry: found ${kindOf(packages)}, wanted a list of packages`,
      );
    }
    for (const each of packages) this.addPackage(each);
    if (this.#types.size === 0) return;
    logDetail("runtime", "debug", () => {
      const from = [...new Set(this.#types.values().map((type) => type.package?.name))];
      return [`Registered ${this.#types.size} node types`, { packages: from }];
    });
  }

  /** Makes a builder of a registry. */
  static builder(): RegistryBuilder {
    return new RegistryBuilder();
  }

  /**
   * Adds a node type. Does nothing if it is already registered.
   *
   * @throws {SluiceError} `InvalidGraph` if another type has the name, with the places of both, or the value is not a
   * node type
   */
  add(type: AnyNodeType): void {
    assertNodeType(type, "Cannot register a node type");
    const name = type.descriptor.type;
    const known = this.#types.get(name);
    if (known !== undefined && known !== type) {
      throw new SluiceError(
        "InvalidGraph",
        `Cannot register node type "${name}" of ${where(type)}: the name is taken by ${where(known)}; ` +
          "choose another with @processor({ name })",
      );
    }
    this.#types.set(name, type);
  }

  /**
   * Adds the node types of a package and of the packages that it lists. Several packages may list the same one.
   *
   * @throws {SluiceError} as {@linkcode NodeRegistry.add}
   */
  addPackage(added: NodePackage): void {
    if (!isNodePackage(added)) {
      const wanted = 'a package, which a sluice.gen.ts exports as "nodePackage"';
      throw new SluiceError("InvalidGraph", `Cannot register a package: found ${kindOf(added)}, wanted ${wanted}`);
    }
    for (const inner of added.packages ?? []) this.addPackage(inner);
    for (const type of added.nodes) this.add(type);
  }

  /**
   * Returns the node type with a name.
   *
   * @throws {SluiceError} `NodeTypeNotFound`, with the known types
   */
  get(name: string): AnyNodeType {
    const type = this.#types.get(name);
    if (type !== undefined) return type;
    throw unknownType(name, this.listNodeTypes(), this.#leftOut);
  }

  /** True if a node type has the name. */
  has(name: string): boolean {
    return this.#types.has(name);
  }

  /** Returns the registered names, sorted. */
  listNodeTypes(): string[] {
    return [...this.#types.keys()].sort();
  }

  /**
   * Returns all facts about a node type, with the name of its package.
   *
   * @throws {SluiceError} `NodeTypeNotFound`, with the known types
   */
  getMetadata(name: string): NodeMetadata {
    const type = this.get(name);
    return { ...type.descriptor, package: type.package?.name };
  }

  /** Returns all types, sorted by category and name. */
  list(): AnyNodeType[] {
    const key = (type: AnyNodeType) => `${type.descriptor.category}\u0000${type.descriptor.type}`;
    return [...this.#types.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }
}

/** The argument of a factory of node types. */
export interface BuildEnvironment {
  /** The current system. */
  readonly platform: Platform;
  /** True if a type with that name was registered before. */
  has(name: string): boolean;
}

/** A step that is decided when the registry is built. */
interface Step {
  /** The call of the builder: `nodeWith() (call 3)`. */
  readonly call: string;
  readonly make: (environment: BuildEnvironment) => AnyNodeType | undefined;
}

/**
 * Collects node types. A call at once refuses a value that is not a node type, and a taken name; the result of a
 * function is decided, and refused, by {@linkcode RegistryBuilder.build}.
 *
 * A name is registered once, even if the same type comes again. Only packages may share packages.
 */
export class RegistryBuilder {
  readonly #packages: NodePackage[] = [];
  readonly #steps: Step[] = [];
  /** The types that are sure to be registered. */
  readonly #sure = new NodeRegistry();
  /** The calls that added the types in `#sure`, by name. */
  readonly #calls = new Map<string, string>();
  #count = 0;

  /**
   * Adds one node type.
   *
   * @throws {SluiceError} `InvalidGraph` if the value is not a node type, or its name is taken, with the places of both
   */
  node(type: AnyNodeType): this {
    this.#add(type, this.#called("node"));
    return this;
  }

  /**
   * Adds the node type that a function returns when the registry is built; `undefined` adds nothing.
   *
   * @throws {SluiceError} `InvalidGraph` if the value is not a function
   */
  nodeWith(factory: (environment: BuildEnvironment) => AnyNodeType | undefined): this {
    const call = this.#called("nodeWith");
    if (typeof factory !== "function") {
      throw refuse(call, factory, "a function that gives a node type, or undefined for none");
    }
    this.#steps.push({ call, make: factory });
    return this;
  }

  /**
   * Adds several node types, or all of some packages, before those of other steps.
   *
   * @throws {SluiceError} `InvalidGraph` if the value is not a list of these, or a name is taken, with the places of
   * both
   */
  nodes(list: Iterable<AnyNodeType | NodePackage>): this {
    const call = this.#called("nodes");
    if (typeof list === "string" || typeof Object(list)[Symbol.iterator] !== "function") {
      throw refuse(call, list, "a list of node types and packages");
    }
    for (const each of list) {
      if (!isNodePackage(each)) this.#add(each, call);
      else {
        const before = new Set(this.#sure.listNodeTypes());
        this.#sure.addPackage(each);
        for (const name of this.#sure.listNodeTypes()) if (!before.has(name)) this.#calls.set(name, call);
        this.#packages.push(each);
      }
    }
    return this;
  }

  /**
   * Adds a node type if a condition holds: now, or, for a function, when the registry is built.
   *
   * @throws {SluiceError} `InvalidGraph` if the condition or the type is invalid, or its name is taken, with the places
   * of both
   */
  nodeIf(condition: boolean | ((environment: BuildEnvironment) => boolean), type: AnyNodeType): this {
    const call = this.#called("nodeIf");
    assertNodeType(type, registering(call));
    if (typeof condition === "function") {
      this.#steps.push({ call, make: (environment) => condition(environment) ? type : undefined });
    } else if (typeof condition !== "boolean") {
      throw refuse(call, condition, "a condition: true, false, or a function that gives one of them");
    } else if (condition) this.#add(type, call);
    return this;
  }

  /**
   * Makes the registry. Each call makes another one.
   *
   * @throws {SluiceError} `InvalidGraph` if a function returns something other than a node type, or one whose name is
   * taken, with the places of both
   */
  build(): NodeRegistry {
    const registry = new NodeRegistry(this.#packages);
    const calls = new Map(this.#calls);
    const environment = { platform: currentPlatform(), has: (name: string) => registry.has(name) };
    for (const { call, make } of this.#steps) {
      const type = make(environment);
      if (type !== undefined) addOnce(registry, type, call, calls);
    }
    return registry;
  }

  #called(method: string): string {
    return `${method}() (call ${++this.#count})`;
  }

  #add(type: AnyNodeType, call: string): void {
    addOnce(this.#sure, type, call, this.#calls);
    this.#steps.push({ call, make: () => type });
  }
}

function addOnce(registry: NodeRegistry, type: AnyNodeType, call: string, calls: Map<string, string>): void {
  assertNodeType(type, registering(call));
  const name = type.descriptor.type;
  if (registry.has(name) && registry.get(name) === type) {
    throw new SluiceError(
      "InvalidGraph",
      `Cannot register node type "${name}" (${type.descriptor.source}) by ${call} of the builder: ` +
        `${calls.get(name)} has registered it already; leave one of the two out`,
    );
  }
  registry.add(type);
  calls.set(name, call);
}

function registering(call: string): string {
  return `Cannot register node types by ${call} of the builder`;
}

function refuse(call: string, found: unknown, wanted: string): SluiceError {
  return new SluiceError("InvalidGraph", `${registering(call)}: found ${kindOf(found)}, wanted ${wanted}`);
}

function where(type: AnyNodeType): string {
  return `${type.package?.name ?? "an unnamed package"} (${type.descriptor.source})`;
}
