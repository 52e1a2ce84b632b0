/**
 * The node types that a runtime, a graph file or the command line can name.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { didYouMean, listSome } from "../suggestion.ts";
import type { NodeDescriptor } from "./descriptor.ts";
import type { AnyNodeType, NodePackage } from "./node_type.ts";
import { RegistryBuilder } from "./registry_builder.ts";

/** What is known of a node type without loading its class. */
export interface NodeMetadata extends NodeDescriptor {
  /** Name of the package that holds it; `undefined` for one that was registered by itself. */
  readonly package: string | undefined;
}

/** Looks node types up by registered name. */
export class NodeRegistry {
  readonly #types = new Map<string, AnyNodeType>();

  /**
   * Holds the node types of some packages.
   *
   * @param packages whose node types it holds
   * @throws {SluiceError} `InvalidGraph` if two of them register one name
   */
  constructor(packages: Iterable<NodePackage> = []) {
    for (const each of packages) this.#addPackage(each);
  }

  /** Puts a registry together step by step. */
  static builder(): RegistryBuilder {
    return new RegistryBuilder((packages) => new NodeRegistry(packages));
  }

  /**
   * Adds a node type.
   *
   * @throws {SluiceError} `InvalidGraph` if another type has the name
   */
  add(type: AnyNodeType): void {
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
   * The node type of a name.
   *
   * @throws {SluiceError} `NodeTypeNotFound`, with the known types
   */
  get(name: string): AnyNodeType {
    const type = this.#types.get(name);
    if (type !== undefined) return type;
    const names = [...this.#types.keys()].sort();
    throw new SluiceError(
      "NodeTypeNotFound",
      `Cannot find node type ${JSON.stringify(name)}${didYouMean(name, names)}; available: ${listSome(names)}`,
      { available: names },
    );
  }

  /** Whether there is a node type of that name. */
  has(name: string): boolean {
    return this.#types.has(name);
  }

  /** The registered names, sorted. */
  listNodeTypes(): string[] {
    return [...this.#types.keys()].sort();
  }

  /**
   * All that is known of a node type, with the package that it comes from.
   *
   * @throws {SluiceError} `NodeTypeNotFound`, with the known types
   */
  getMetadata(name: string): NodeMetadata {
    const type = this.get(name);
    return { ...type.descriptor, package: type.package?.name };
  }

  #addPackage(each: NodePackage): void {
    for (const inner of each.packages ?? []) this.#addPackage(inner);
    for (const type of each.nodes) this.add(type);
  }

  /** All types, sorted by category and name. */
  list(): AnyNodeType[] {
    const key = (type: AnyNodeType) => `${type.descriptor.category}\u0000${type.descriptor.type}`;
    return [...this.#types.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }
}

function where(type: AnyNodeType): string {
  return `${type.package?.name ?? "an unnamed package"} (${type.descriptor.source})`;
}
