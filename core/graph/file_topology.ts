/**
 * The graph of a file while it is checked: a {@linkcode Topology} that records the faults of a node or a link and goes
 * on. A file thus has to meet the same rules as a script's graph, in the same words.
 *
 * @module
 */
import type { SluiceError } from "../errors.ts";
import type { LinkId } from "../ids.ts";
import type { GraphMode, LinkOptions } from "../links/policy.ts";
import type { LaneOptions } from "../placement/lane_options.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import type { NodeDescriptor } from "../descriptor/descriptor.ts";
import { type Fault, type LinkEntry, type NodeEntry, type NodeOptions, Topology } from "../topology.ts";
import type { ShapedEnd } from "./shape.ts";

/** Receives the faults. */
export type Note = (error: SluiceError, fault: Fault) => void;

export class FileTopology extends Topology {
  /** The names of existing links in messages: their places in the file. */
  readonly #names = new Map<LinkId, string>();
  #note: Note = (error) => {
    throw error;
  };

  /** @param types the node types that errors may name as converters */
  constructor(mode: GraphMode, types: readonly NodeDescriptor[], lanes: { readonly [name: string]: LaneOptions }) {
    super(mode, () => types, lanes);
  }

  /** Adds a node, however wrong it is. */
  addChecked(type: AnyNodeType, config: Record<string, unknown>, options: NodeOptions, note: Note): NodeEntry {
    this.#note = note;
    return this.addNode(type, config, options);
  }

  /**
   * Adds a link, if nothing is wrong with it.
   *
   * @param name what messages call it
   */
  linkChecked(
    [from, source]: readonly [ShapedEnd, NodeEntry],
    [to, target]: readonly [ShapedEnd, NodeEntry],
    options: LinkOptions,
    name: string,
    note: Note,
  ): LinkEntry | undefined {
    this.#note = note;
    const made = this.link(
      { nodeId: source.id, descriptor: source.type.descriptor, port: from.port },
      { nodeId: target.id, descriptor: target.type.descriptor, port: to.port },
      options,
    );
    if (made !== undefined) this.#names.set(made.id, name);
    return made;
  }

  protected override refuse(error: SluiceError, fault: Fault): void {
    this.#note(error, fault);
  }

  protected override nameOf(link: LinkEntry): string {
    return this.#names.get(link.id) ?? super.nameOf(link);
  }
}
