/**
 * The node types that a runtime, a graph file or the command line can name.
 *
 * @module
 */
import { describeName } from "../describe_value.ts";
import { SluiceError } from "../errors.ts";
import { didYouMean, listSome } from "../suggestion.ts";
import { assertNodeType, isNodePackage } from "./check_node_type.ts";
import type { NodeDescriptor } from "./descriptor.ts";
import { kindOf } from "./kind_of.ts";
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
   * @throws {SluiceError} `InvalidGraph` if two of them register one name, naming the places of both, or for what is no
   * package
   */
  constructor(packages: Iterable<NodePackage> = []) {
    if (typeof Object(packages)[Symbol.iterator] !== "function") {
      throw new SluiceError(
        "InvalidGraph",
        `Cannot make a registry: found ${kindOf(packages)}, wanted a list of packages`,
      );
    }
    for (const each of packages) this.addPackage(each);
  }

  /** Puts a registry together step by step. */
  static builder(): RegistryBuilder {
    return new RegistryBuilder((packages) => new NodeRegistry(packages));
  }

  /**
   * Adds a node type; one that is there already is passed over.
   *
   * @throws {SluiceError} `InvalidGraph` if another type has the name, naming the places of both, or for what is no
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
   * Adds the node types of a package and of those that it lists. Several packages may list the same one.
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
      `Cannot find node type ${describeName(name)}${didYouMean(name, names)}; available: ${listSome(names)}`,
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

  /** All types, sorted by category and name. */
  list(): AnyNodeType[] {
    const key = (type: AnyNodeType) => `${type.descriptor.category}\u0000${type.descriptor.type}`;
    return [...this.#types.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }
}

function where(type: AnyNodeType): string {
  return `${type.package?.name ?? "an unnamed package"} (${type.descriptor.source})`;
}
