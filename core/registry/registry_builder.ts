/**
 * Puts a registry together step by step: `NodeRegistry.builder().nodes([...]).nodeIf(isLinux, camera).build()`.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { assertNodeType, isNodePackage } from "./check_node_type.ts";
import { kindOf } from "./kind_of.ts";
import type { NodeRegistry } from "./node_registry.ts";
import type { AnyNodeType, NodePackage } from "./node_type.ts";
import { currentPlatform, type Platform } from "./platform.ts";

/** What a factory of node types is told. */
export interface BuildEnvironment {
  /** The system that this runs on. */
  readonly platform: Platform;
  /** Whether a type of that name was registered before. */
  has(name: string): boolean;
}

/** Makes a node type, or none, when the registry is built. */
export type NodeTypeFactory = (environment: BuildEnvironment) => AnyNodeType | undefined;

/** What is settled when the registry is built. */
interface Step {
  /** The call of the builder: `nodeWith() (call 3)`. */
  readonly call: string;
  readonly make: NodeTypeFactory;
}

/**
 * Collects node types. A call refuses at once what is no node type, and a name that is taken; what a function decides
 * is settled, and refused, by {@linkcode RegistryBuilder.build}.
 *
 * A name is registered once, also if it is the same type that comes again. Only packages may share packages.
 */
export class RegistryBuilder {
  readonly #make: (packages: readonly NodePackage[]) => NodeRegistry;
  readonly #packages: NodePackage[] = [];
  readonly #steps: Step[] = [];
  /** What is sure to be registered. */
  readonly #sure: NodeRegistry;
  /** The calls that brought what is in `#sure`, by name. */
  readonly #calls = new Map<string, string>();
  #count = 0;

  /**
   * Use `NodeRegistry.builder()`.
   *
   * @param make makes a registry that holds some packages
   */
  constructor(make: (packages: readonly NodePackage[]) => NodeRegistry) {
    this.#make = make;
    this.#sure = make([]);
  }

  /**
   * Adds one node type.
   *
   * @throws {SluiceError} `InvalidGraph` if it is none, or its name is taken, naming the places of both
   */
  node(type: AnyNodeType): this {
    this.#add(type, this.#called("node"));
    return this;
  }

  /**
   * Adds what a function gives when the registry is built; `undefined` adds nothing.
   *
   * @throws {SluiceError} `InvalidGraph` if it is no function
   */
  nodeWith(factory: NodeTypeFactory): this {
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
   * @throws {SluiceError} `InvalidGraph` if it is no list of such, or a name is taken, naming the places of both
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
   * @throws {SluiceError} `InvalidGraph` if the condition or the type is none, or its name is taken, naming the places
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
   * Makes the registry. It may be called again, for another one.
   *
   * @throws {SluiceError} `InvalidGraph` if a function gives what is no node type, or one whose name is taken, naming
   * the places of both
   */
  build(): NodeRegistry {
    const registry = this.#make(this.#packages);
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
