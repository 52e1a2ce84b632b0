/**
 * The newest progress, figures and formats that nodes have reported.
 *
 * @module
 */
import type { FrameFormat } from "../frames/format.ts";
import type { NodeId } from "../ids.ts";
import type { Carries } from "../graph/carries.ts";
import type { AnnouncedFormat, NodeTold } from "../lanes/messages.ts";
import type { Figures, NodeProgress } from "../stats.ts";
import type { LinkEntry } from "../graph/entries.ts";

/** Keeps the newest that each node has reported. */
export class NodeFacts {
  readonly #knows: (node: NodeId) => boolean;
  readonly #progress = new Map<NodeId, NodeProgress>();
  readonly #figures = new Map<NodeId, Figures>();
  /** By node, then by the name of the port. */
  readonly #formats = new Map<NodeId, Map<string, FrameFormat>>();
  /** By record. */
  readonly #carries = new Map<number, Carries>();
  #count = 0;

  /** @param knows whether a node is in the graph: reports of others come late, and are not kept */
  constructor(knows: (node: NodeId) => boolean) {
    this.#knows = knows;
  }

  /** Goes up whenever a figure or a format comes in. */
  get count(): number {
    return this.#count;
  }

  /** How far sources and sinks report that they are. */
  get progress(): ReadonlyMap<NodeId, NodeProgress> {
    return this.#progress;
  }

  /** What a node reported by `context.report()`. */
  figures(node: NodeId): Figures | undefined {
    return this.#figures.get(node);
  }

  /** The format of a link's frames: as they were read last, or else as they were announced. */
  format(link: LinkEntry): FrameFormat | undefined {
    return this.#formats.get(link.toNode)?.get(link.toPort) ?? this.#formats.get(link.fromNode)?.get(link.fromPort);
  }

  /** What other instances of the node of a record can go on from. */
  carries(record: number): Carries {
    return this.#carries.get(record) ?? "nothing";
  }

  /** Takes what a lane said of nodes that it has built. */
  built(carries: ReadonlyMap<number, Carries> = new Map()): void {
    for (const [record, each] of carries) this.#carries.set(record, each);
  }

  /** A source or a sink says how far it is. */
  advanced(node: NodeId, progress: NodeProgress): void {
    if (this.#knows(node)) this.#progress.set(node, progress);
  }

  /** Takes what a lane passed on. */
  take(told: readonly NodeTold[]): void {
    for (const { node, anew, figures, formats } of told) {
      if (!this.#knows(node)) continue;
      // What the instance before it told after the edit was decided on.
      if (anew) this.forget(node);
      if (figures !== undefined) this.#figures.set(node, figures);
      for (const [port, format] of formats ?? []) this.#note(node, port, format);
    }
    this.#count++;
  }

  /** Takes formats that were announced before any frame. */
  announced(formats: readonly AnnouncedFormat[]): void {
    for (const { node, port, format } of formats) {
      if (this.#knows(node)) this.#note(node, port, format);
    }
    this.#count++;
  }

  /** A node has gone. */
  forget(node: NodeId): void {
    this.#progress.delete(node);
    this.#figures.delete(node);
    this.#formats.delete(node);
    this.#count++;
  }

  /** An input has lost its link. */
  forgetFormat(node: NodeId, port: string): void {
    this.#formats.get(node)?.delete(port);
    this.#count++;
  }

  #note(node: NodeId, port: string, format: FrameFormat): void {
    const ports = this.#formats.get(node);
    if (ports === undefined) this.#formats.set(node, new Map([[port, format]]));
    else ports.set(port, format);
  }
}
