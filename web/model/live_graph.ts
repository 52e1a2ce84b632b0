/**
 * What the page knows of the running graph, as the client tells it: the graph, its figures, events and log lines. A
 * graph of another run replaces the figures, one of another version carries over what both have; a graph that is told
 * again, as after a lost connection, does not. Memory is bounded by the size of the graph and the capacities below.
 *
 * @module
 */
import type { ConnectionStatus, ControlClient } from "../../control/client/client.ts";
import type { ControlEvent, LogLine } from "../../control/schemas/feed.ts";
import type { GraphSnapshot, GraphState } from "../../control/schemas/graph.ts";
import type { StatsFrame } from "../../control/schemas/stats_frame.ts";
import { Feed } from "./feed.ts";
import { GraphFigures } from "./graph_figures.ts";

/** Events and log lines that are kept. */
const KEPT_EVENTS = 500;
const KEPT_LINES = 1000;

/** What has changed. */
export type LivePart = "status" | "graph" | "figures" | "events" | "lines" | "problem";

/** What of the client is used. */
export type LiveClient = Pick<ControlClient, "on" | "call" | "status">;

export class LiveGraph {
  readonly #client: LiveClient;
  readonly #changed: (part: LivePart) => void;
  readonly #events = new Feed<ControlEvent>(KEPT_EVENTS);
  readonly #lines = new Feed<LogLine>(KEPT_LINES);
  #status: ConnectionStatus = "connecting";
  #graph: GraphSnapshot | undefined;
  #figures: GraphFigures | undefined;
  #problem: Error | undefined;
  #outcome: GraphState | undefined;
  #restarts = 0;

  /** @param changed is called on each change, from within the client's own events */
  constructor(client: LiveClient, changed: (part: LivePart) => void) {
    this.#client = client;
    this.#changed = changed;
    client.on("status", (status) => this.#takeStatus(status));
    client.on("restart", () => this.#begin());
    client.on("graph", (graph) => this.#takeGraph(graph));
    client.on("stats", (frame) => this.#takeStats(frame));
    client.on("events", (events) => this.#takeEvents(events));
    client.on("logs", (lines) => this.#take("lines", () => this.#lines.add(lines)));
    client.on("problem", (problem) => {
      // The status reports failures that come with a lost connection.
      if (client.status === "open") this.#take("problem", () => this.#problem = problem);
    });
  }

  /** State of the connection. While it is not `open`, everything else is as it was last. */
  get status(): ConnectionStatus {
    return this.#status;
  }

  /** The newest graph. */
  get graph(): GraphSnapshot | undefined {
    return this.#graph;
  }

  /** Figures of {@linkcode LiveGraph.graph}. The same object takes reading after reading. */
  get figures(): GraphFigures | undefined {
    return this.#figures;
  }

  /** State of the graph: how it ended, if it has, and otherwise by the newest reading. */
  get state(): GraphState | undefined {
    return this.#outcome ?? this.#figures?.frame?.state ?? this.#graph?.state;
  }

  /** Events of this run, oldest first. */
  get events(): readonly ControlEvent[] {
    return this.#events.entries;
  }

  /** Log lines of this run, oldest first. */
  get lines(): readonly LogLine[] {
    return this.#lines.entries;
  }

  /** What the client could not understand last; forgotten once another connection is open. */
  get problem(): Error | undefined {
    return this.#problem;
  }

  /** How often the runtime was restarted since the page was opened. */
  get restarts(): number {
    return this.#restarts;
  }

  /**
   * Asks for the graph again: a reading has neither the error that the graph ended with nor the formats that links got
   * since.
   */
  refresh(): void {
    this.#client.call("graph.get", {}).then((graph) => {
      if (graph.run === this.#graph?.run) this.#takeGraph(graph);
      // A connection that is lost meanwhile brings the graph when it is back.
    }, () => {});
  }

  #take(part: LivePart, change: () => void): void {
    change();
    this.#changed(part);
  }

  #takeStatus(status: ConnectionStatus): void {
    if (status === "open" && this.#problem !== undefined) this.#take("problem", () => this.#problem = undefined);
    this.#take("status", () => this.#status = status);
  }

  #takeEvents(events: readonly ControlEvent[]): void {
    this.#take("events", () => this.#events.add(events));
    const last = events.findLast(({ topic, kind }) => topic === "runtime" && (kind === "ended" || kind === "started"));
    if (last?.kind === "started") this.#goOn();
    const outcome = last?.data?.outcome;
    if (outcome !== "completed" && outcome !== "stopped" && outcome !== "failed") return;
    // The server may be gone before it sends another reading.
    this.#outcome = outcome;
    if (this.#figures?.frame === undefined) return;
    this.#figures.end(outcome);
    this.#changed("figures");
  }

  /** A run has begun, of which the graph and the readings tell later: the end of the one before is not its own. */
  #goOn(): void {
    if (this.#outcome === undefined) return;
    this.#outcome = undefined;
    if (this.#graph !== undefined) this.#figures = new GraphFigures(this.#graph);
    this.#changed("figures");
  }

  #begin(): void {
    this.#restarts++;
    this.#outcome = undefined;
    this.#figures = undefined;
    this.#events.clear();
    this.#lines.clear();
    this.#changed("events");
    this.#changed("lines");
  }

  #takeGraph(graph: GraphSnapshot): void {
    const known = this.#figures?.graph;
    this.#graph = graph;
    if (known?.run !== graph.run || known.version !== graph.version) {
      this.#figures = new GraphFigures(graph, this.#figures);
      if (this.#outcome !== undefined) this.#figures.end(this.#outcome);
    }
    this.#changed("graph");
  }

  #takeStats(frame: StatsFrame): void {
    const before = this.state;
    if (this.#figures?.take(frame) !== true) return;
    this.#changed("figures");
    if (before !== frame.state) this.refresh();
  }
}
