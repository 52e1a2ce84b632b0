/**
 * The nodes of a run by id, with the news of all of them.
 *
 * @module
 */
import { serializeError } from "../errors.ts";
import { type EventSink, failureNumber, NodeStates } from "../events/run_events.ts";
import type { FrameFormat } from "../frames/format.ts";
import type { Carries, LinkEntry, NodeEntry } from "../graph/entries.ts";
import type { NodeId } from "../ids.ts";
import type { AnnouncedFormat, NodeTold } from "../lanes/messages.ts";
import { type GraphChange, isOfOneType, type NodeChange } from "../live/graph_change.ts";
import type { NodeProgress } from "../stats.ts";
import { RunNode } from "./run_node.ts";

/** The nodes of one run. Reports of nodes that are not in the graph are dropped. */
export class RunNodes {
  /** The public state of each node, which `RunNode` alone writes. Each change is published. */
  readonly states: NodeStates;
  readonly #events: EventSink;
  readonly #nodes = new Map<NodeId, RunNode>();
  /** By record: a lane reports it before the edit that brings the node is in effect. */
  readonly #carries = new Map<number, Carries>();
  #newsCount = 0;

  constructor(entries: Iterable<NodeEntry>, events: EventSink) {
    this.#events = events;
    this.states = new NodeStates(events);
    for (const entry of entries) this.#nodes.set(entry.id, new RunNode(entry, this.states, "new"));
  }

  get all(): Iterable<RunNode> {
    return this.#nodes.values();
  }

  get(id: NodeId): RunNode | undefined {
    return this.#nodes.get(id);
  }

  /** Returns the nodes with these entries. */
  of(entries: readonly NodeEntry[]): RunNode[] {
    return entries.map(({ id }) => this.#nodes.get(id)!);
  }

  /** Rises whenever a figure or a format arrives. */
  get newsCount(): number {
    return this.#newsCount;
  }

  /** Returns the format of a link's frames: as last read, or else as announced. */
  format({ toNode, toPort, fromNode, fromPort }: LinkEntry): FrameFormat | undefined {
    return this.get(toNode)?.formats.get(toPort) ?? this.get(fromNode)?.formats.get(fromPort);
  }

  /** Returns the state that other instances of the node of a record can continue from. */
  carries(record: number): Carries {
    return this.#carries.get(record) ?? "nothing";
  }

  /** Takes a lane's report about nodes that it has built. */
  built(carries: ReadonlyMap<number, Carries> = new Map()): void {
    for (const [record, each] of carries) this.#carries.set(record, each);
  }

  /** Takes the progress of a source or a sink. */
  advanced(id: NodeId, progress: NodeProgress): void {
    const node = this.get(id);
    if (node !== undefined) node.progress = progress;
  }

  /** Takes figures and formats that a lane passed on. */
  take(told: readonly NodeTold[]): void {
    for (const { node: id, anew, figures, formats } of told) {
      const node = this.get(id);
      // The old instance may have sent reports after the edit was decided.
      if (anew) node?.forgetReports();
      if (node !== undefined && figures !== undefined) node.figures = figures;
      for (const [port, format] of formats ?? []) node?.formats.set(port, format);
    }
    this.#newsCount++;
  }

  /** Takes formats that were announced before any frame. */
  announced(formats: readonly AnnouncedFormat[]): void {
    for (const { node, port, format } of formats) this.get(node)?.formats.set(port, format);
    this.#newsCount++;
  }

  /**
   * Publishes the failure of nodes by one cause: a `failed` event for each, and an `error` event.
   *
   * @param isKnown whether the `error` event was published before
   */
  tellFailure(nodes: readonly RunNode[], reason: Error, isKnown = false): void {
    const error = serializeError(reason);
    const failure = failureNumber(reason);
    for (const node of nodes) {
      node.failures++;
      this.#events.publish({ group: "node", nodeId: node.id, kind: "failed", failure, error });
    }
    if (!isKnown) this.#events.publish({ group: "error", kind: "error", failure, error });
  }

  /** Adopts an edit that has taken effect. */
  edited({ added, removed, replaced, moved, ported, bypassed, unlinked }: GraphChange): void {
    for (const { id } of removed) {
      clearTimeout(this.get(id)?.timer);
      this.#nodes.delete(id);
      this.states.delete(id);
    }
    for (const entry of added) this.#nodes.set(entry.id, new RunNode(entry, this.states, "running"));
    for (const change of replaced) this.#succeed(change, false);
    for (const change of moved) this.#succeed(change, isOfOneType(change));
    for (const entry of [...ported, ...bypassed]) this.get(entry.id)!.entry = entry;
    for (const { toNode, toPort } of unlinked) this.get(toNode)?.formats.delete(toPort);
    this.#newsCount++;
  }

  /** Puts another object in the place of a node. @param goesOn whether it keeps the reports */
  #succeed(change: NodeChange, goesOn: boolean): void {
    const { after } = change;
    const before = this.get(after.id)!;
    clearTimeout(before.timer);
    const node = new RunNode(after, this.states, before.stage === "ended" ? "ended" : "running");
    if (isOfOneType(change)) node.failures = before.failures;
    if (goesOn) {
      node.progress = before.progress;
      node.figures = before.figures;
      for (const [port, format] of before.formats) node.formats.set(port, format);
    }
    this.#nodes.set(after.id, node);
  }
}
