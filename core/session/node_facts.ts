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

/** Keeps the newest report of each node. */
export class NodeFacts {
  readonly #knows: (node: NodeId) => boolean;
  readonly #progress = new Map<NodeId, NodeProgress>();
  readonly #figures = new Map<NodeId, Figures>();
  /** By node, then by the name of the port. */
  readonly #formats = new Map<NodeId, Map<string, FrameFormat>>();
  /** By record. */
  readonly #carries = new Map<number, Carries>();
  #count = 0;

  /** @param knows whether a node is in the graph: late reports of other nodes are not kept */
  constructor(knows: (node: NodeId) => boolean) {
    this.#knows = knows;
  }

  /** Rises whenever a figure or a format arrives. */
  get count(): number {
    return this.#count;
  }

  /** The progress that sources and sinks report. */
  get progress(): ReadonlyMap<NodeId, NodeProgress> {
    return this.#progress;
  }

  /** Returns the figures that a node reported by `context.report()`. */
  figures(node: NodeId): Figures | undefined {
    return this.#figures.get(node);
  }

  /** Returns the format of a link's frames: as last read, or else as announced. */
  format(link: LinkEntry): FrameFormat | undefined {
    return this.#formats.get(link.toNode)?.get(link.toPort) ?? this.#formats.get(link.fromNode)?.get(link.fromPort);
  }

  /** Returns the state that other instances of the node of a record can continue from. */
  carries(record: number): Carries {
    return this.#carries.get(record) ?? "nothing";
  }

  /** Takes a lane's facts about nodes that it has built. */
  built(carries: ReadonlyMap<number, Carries> = new Map()): void {
    for (const [record, each] of carries) this.#carries.set(record, each);
  }

  /** Takes the progress of a source or a sink. */
  advanced(node: NodeId, progress: NodeProgress): void {
    if (this.#knows(node)) this.#progress.set(node, progress);
  }

  /** Takes the news that a lane passed on. */
  take(told: readonly NodeTold[]): void {
    for (const { node, anew, figures, formats } of told) {
      if (!this.#knows(node)) continue;
      // Drops reports that the old instance sent after the edit was decided.
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

  /** Drops the facts of a node that has gone. */
  forget(node: NodeId): void {
    this.#progress.delete(node);
    this.#figures.delete(node);
    this.#formats.delete(node);
    this.#count++;
  }

  /** Drops the format of an input that has lost its link. */
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
