/**
 * Puts a registry together step by step: `NodeRegistry.builder().nodes([...]).nodeIf(isLinux, camera).build()`.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
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

/** Collects node types. Nothing is checked before {@linkcode RegistryBuilder.build}. */
export class RegistryBuilder {
  readonly #steps: NodeTypeFactory[] = [];
  readonly #packages: NodePackage[] = [];
  readonly #make: (packages: readonly NodePackage[]) => NodeRegistry;

  /**
   * Use `NodeRegistry.builder()`.
   *
   * @param make makes a registry that holds some packages
   */
  constructor(make: (packages: readonly NodePackage[]) => NodeRegistry) {
    this.#make = make;
  }

  /** Adds one node type. */
  node(type: AnyNodeType): this {
    this.#steps.push(() => type);
    return this;
  }

  /** Adds what a function gives when the registry is built; `undefined` adds nothing. */
  nodeWith(factory: NodeTypeFactory): this {
    this.#steps.push(factory);
    return this;
  }

  /** Adds several node types, or all of some packages, before those of other steps. */
  nodes(list: Iterable<AnyNodeType | NodePackage>): this {
    for (const each of list) {
      if ("nodes" in each) this.#packages.push(each);
      else this.node(each);
    }
    return this;
  }

  /** Adds a node type if a condition holds: now, or, for a function, when the registry is built. */
  nodeIf(condition: boolean | ((environment: BuildEnvironment) => boolean), type: AnyNodeType): this {
    return this.nodeWith((environment) => {
      const holds = typeof condition === "function" ? condition(environment) : condition;
      return holds ? type : undefined;
    });
  }

  /**
   * Makes the registry.
   *
   * @throws {SluiceError} `InvalidGraph` if two types have one name, naming the places of both
   */
  build(): NodeRegistry {
    const registry = this.#make(this.#packages);
    const environment = { platform: currentPlatform(), has: (name: string) => registry.has(name) };
    for (const step of this.#steps) {
      const type = step(environment);
      if (type === undefined) continue;
      if (type.descriptor?.type === undefined) {
        throw new SluiceError(
          "InvalidGraph",
          "Cannot register a node type: found a value without a descriptor, wanted what defineNodeType() gives",
        );
      }
      registry.add(type);
    }
    return registry;
  }
}
