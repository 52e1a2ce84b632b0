/**
 * The state that the parts of a session share: the running graph, its lanes and memory, and the phase of the run.
 *
 * @module
 */
import type { ControlPage } from "../control_page.ts";
import type { Driver } from "../driver/driver.ts";
import type { SluiceError } from "../errors.ts";
import { type NodeStates, RunEvents } from "../events/run_events.ts";
import { awaitedInput } from "../graph/complete.ts";
import type { LinkEntry, NodeEntry } from "../graph/entries.ts";
import { isHidden } from "../ids.ts";
import { notRunning } from "../live/edit_errors.ts";
import type { LinkPlans } from "../live/link_plans.ts";
import type { LiveEdits } from "../live/live_edits.ts";
import type { Pool } from "../memory/pool.ts";
import type { RunState } from "../runtime_view.ts";
import type { RunSummary } from "../stats.ts";
import type { Topology } from "../topology.ts";
import { NodeRequests } from "./node_requests.ts";
import { blankPage, type GraphMemory } from "../live/graph_memory.ts";
import type { LaneListener, LaneThread } from "../lanes/ports/lane_thread.ts";
import { Pausing, RunClock } from "./pausing.ts";
import { isOver } from "./run_node.ts";
import { RunNodes } from "./run_nodes.ts";
import { SessionLanes } from "./session_lanes.ts";
import type { SessionOptions } from "./session_options.ts";

/** One run of a graph. The session alone writes the fields that are not `readonly`. */
export class Run {
  readonly options: SessionOptions;
  readonly topology: Topology;
  readonly driver: Driver;
  readonly events: RunEvents;
  readonly nodes: RunNodes;
  readonly clock: RunClock;
  readonly lanes: SessionLanes;
  readonly pausing: Pausing;
  readonly requests: NodeRequests;
  /** Ends the run and tears everything down, once. @param error the reason, if the run fails */
  readonly end: (error?: Error) => void;
  readonly #drain: () => void;
  /** A page of zeros before the run has memory, and a copy of the last figures after its release. */
  page: ControlPage;
  /** These three are made together when the run starts. */
  memory: GraphMemory | undefined;
  plans: LinkPlans | undefined;
  edits: LiveEdits | undefined;
  /** The time at which the nodes began to run, nanoseconds of the nodes' clock; 0 before. */
  startNs = 0;
  /** The timer that ends the draining of a graph that was told to stop. */
  stopTimer: ReturnType<typeof setTimeout> | undefined;
  /** Settles when everything is torn down; `undefined` until the run is over. */
  ending: Promise<void> | undefined;
  /** The reason why the run failed, if it did. */
  failure: Error | undefined;
  /** The figures at the end. */
  summary: RunSummary | undefined;
  #anyEnded = false;

  /**
   * Prepares a run.
   *
   * @param drain ends the nodes that no node feeds, and drains the others
   * @throws {SluiceError} for lanes that cannot be made: see {@linkcode SessionLanes}
   */
  constructor(options: SessionOptions, listener: LaneListener, end: (error?: Error) => void, drain: () => void) {
    const { topology, driver } = options;
    this.options = options;
    this.topology = topology;
    this.driver = driver;
    const events = this.events = new RunEvents(options.events);
    this.end = end;
    this.#drain = drain;
    this.nodes = new RunNodes(topology.nodes.values(), events);
    this.clock = new RunClock(() => driver.nowNs(), options.pausedNs);
    this.lanes = new SessionLanes(options, listener);
    const whatKeeps = (lanes: readonly number[]) => this.edits!.whatKeeps(lanes);
    this.pausing = new Pausing(this.clock, this.lanes, events, whatKeeps);
    this.requests = new NodeRequests((lane) => whatKeeps([lane]));
    this.page = blankPage(topology);
  }

  /** The public states of its nodes. */
  get states(): NodeStates {
    return this.nodes.states;
  }

  /** Its pools; none before the run has memory. */
  get pools(): readonly Pool[] {
    return this.memory?.pools ?? [];
  }

  /** True if the graph was told to stop, and drains. */
  get isStopping(): boolean {
    return this.stopTimer !== undefined && this.ending === undefined;
  }

  /** True if nodes run and continue to run. */
  get isRunning(): boolean {
    return this.startNs > 0 && this.ending === undefined && this.stopTimer === undefined;
  }

  /** How long nodes have run, without pauses, nanoseconds. */
  get elapsedNs(): number {
    return this.startNs === 0 ? 0 : this.clock.nowNs() - this.startNs;
  }

  get state(): RunState {
    if (this.summary !== undefined) return this.summary.outcome;
    if (this.ending !== undefined || this.stopTimer !== undefined) return "stopping";
    if (this.clock.paused) return "paused";
    return this.startNs === 0 ? "starting" : "running";
  }

  /** Returns the error for an action that needs a running graph. */
  refusal(action: string): SluiceError {
    return notRunning(action, this.ending !== undefined ? "completed" : this.state);
  }

  /** Called when a node has ended, or was disabled. */
  nodeEnded(): void {
    this.#anyEnded = true;
    this.endIfDone();
  }

  /**
   * Called after edits, which may have removed the last running nodes. A graph in which no node has ended is being
   * rebuilt: it continues, as one that starts empty does.
   */
  edited(): void {
    if (this.#anyEnded || this.stopTimer !== undefined) this.endIfDone();
  }

  /**
   * Ends the run if every node has ended. If all sources have ended, and the others wait for links that do not exist,
   * the graph is drained.
   */
  endIfDone(): void {
    if (!this.options.endsWithSources && this.stopTimer === undefined) return;
    if ([...this.states].every(([id, state]) => isHidden(id) || isOver(state))) this.end();
    else if (this.isRunning && this.#isSpent()) this.#drain();
  }

  /** True if every source of a live graph has ended, and the other nodes wait for links, or for nodes that do. */
  #isSpent(): boolean {
    const { connections } = this.topology;
    const open = [...this.nodes.all].filter((node) => !isHidden(node.id) && !isOver(this.states.get(node.id)))
      .map(({ entry }) => entry);
    const waiting = new Set(open.filter((node) => awaitedInput(this.topology, node) !== undefined).map(({ id }) => id));
    if (waiting.size === 0) return false;
    const isFed = ({ id, type }: NodeEntry) => type.descriptor.mode === "push" && connections.intoNode(id).length > 0;
    const idle = new Set(open.filter((node) => waiting.has(node.id) || isFed(node)).map(({ id }) => id));
    const gives = ({ fromNode }: LinkEntry) => !idle.has(fromNode) && !isOver(this.states.get(fromNode));
    for (let before = -1; before !== idle.size;) {
      before = idle.size;
      for (const id of idle) if (!waiting.has(id) && connections.intoNode(id).some(gives)) idle.delete(id);
    }
    return idle.size === open.length;
  }

  /** Opens a lane's thread without nodes, and lets it run. */
  async startEmptyLane(lane: LaneThread): Promise<void> {
    await this.lanes.openNodes(lane, this.plans!, [], []);
    lane.send({ kind: "start" });
    this.pausing.brief(lane);
    // The lane did not exist when the others were told.
    if (this.stopTimer !== undefined) lane.send({ kind: "stop" });
  }
}
