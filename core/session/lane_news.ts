/**
 * Passes on what lanes say, and what becomes of them, to those whom it concerns.
 *
 * @module
 */
import { serializeError, SluiceError } from "../errors.ts";
import type { NodeStates } from "../events/node_states.ts";
import type { NodeId } from "../ids.ts";
import { reportedError } from "../lanes/lane_port.ts";
import type { LaneReport } from "../lanes/messages.ts";
import type { LiveEdits } from "../live/live_edits.ts";
import { logger, relayLog } from "../log.ts";
import { redact, redactValue } from "../errors/redaction.ts";
import type { ConfigRequests } from "./config_requests.ts";
import { failLane } from "./end_states.ts";
import type { LaneKeeper } from "./lane_keeper.ts";
import type { LaneState } from "./lane_states.ts";
import type { LaneThread } from "./lane_thread.ts";
import type { NodeFacts } from "./node_facts.ts";
import type { NodeFailures } from "./node_failures.ts";
import type { Overdue } from "./overdue.ts";
import type { Pausing } from "./pausing.ts";
import type { SessionOptions } from "./session_options.ts";
import type { Supervisor } from "./supervisor.ts";

/** Whom news of lanes may concern. */
export interface NewsSite {
  readonly options: SessionOptions;
  readonly states: NodeStates;
  readonly facts: NodeFacts;
  readonly failures: NodeFailures;
  readonly supervisor: Supervisor;
  readonly keeper: LaneKeeper;
  readonly pausing: Pausing;
  readonly requests: ConfigRequests;
  readonly overdue: Overdue;
  edits(): LiveEdits | undefined;
  /** Whether the run is over, and lanes close. */
  isEnding(): boolean;
  /** A node has come to its end: it may have been the last. */
  endIfDone(): void;
  endRun(error: Error): void;
}

/** Hears the lanes of a session. */
export class LaneNews {
  readonly #site: NewsSite;

  constructor(site: NewsSite) {
    this.#site = site;
  }

  /** Takes what a lane says. */
  report(thread: LaneThread, report: LaneReport): void {
    const { options: { events }, states, facts, supervisor, pausing, requests, endIfDone } = this.#site;
    const { index, name: lane } = thread;
    switch (report.kind) {
      case "opened":
        facts.announced(report.formats);
        thread.opened(report.formats);
        events.publish({ group: "lane", lane, kind: "started" });
        break;
      case "failed":
        this.failed(thread, reportedError(report), report.node, report.record);
        break;
      case "ended":
        states.set(report.node, "ended");
        endIfDone();
        break;
      case "disabled":
        supervisor.disabled(report.node);
        endIfDone();
        break;
      case "paused":
        pausing.settle(index, report.pause);
        break;
      case "prepared":
      case "yielded":
      case "arrived":
      case "settled":
      case "attached":
      case "refused":
      case "applied":
      case "removed":
        this.#site.edits()?.report(index, report);
        break;
      case "progress":
        facts.advanced(report.node, { doneNs: report.doneNs, totalNs: report.totalNs });
        break;
      case "told":
        facts.take(report.nodes);
        break;
      case "log":
        relayLog(report.entry);
        break;
      case "emitted": {
        // Here, where every secret is known: a lane may not have heard of one that another's frame has brought.
        const [event, data] = [redact(report.name), redactValue(report.data)];
        events.publish({ group: "node", nodeId: report.node, kind: "custom", name: event, data });
        break;
      }
      case "overflow":
        events.publish({ group: "lane", lane, kind: "overflow", lost: report.lost });
        break;
      case "configured":
        requests.settle(report.request, report.error);
        break;
      case "warning":
        thread.warnings.push(report.text);
        events.publish({ group: "lane", lane, kind: "warning", message: report.text });
        break;
      case "gone":
        // Of one that is to be replaced the keeper sees that it has gone.
        if (!thread.is.replaced || this.#site.isEnding()) thread.closed();
        break;
      case "closed":
        thread.closed();
        events.publish({ group: "lane", lane, kind: "closed" });
        break;
    }
  }

  /**
   * A lane, or a node of it, cannot go on.
   *
   * @param setAside the node, where its lane goes on without it
   * @param record the index of its record
   */
  failed(lane: LaneThread, failure: Error, setAside?: NodeId, record?: number): void {
    const { options: { events, topology }, states, failures, supervisor, keeper, endRun } = this.#site;
    const error = serializeError(failure);
    const nodeId = setAside ?? error.details?.nodeId as NodeId | undefined;
    const node = nodeId && topology.nodes.get(nodeId);
    // Another one may have taken its place meanwhile: that one has not failed.
    if (setAside !== undefined && node?.index !== record) {
      logger("runtime").warn(`Node "${setAside}" failed when its time was over: ${failure.message}`);
      return;
    }
    if (node !== undefined) {
      failures.tell([node], failure);
      if (failure instanceof SluiceError) states.set(node.id, "failed");
    } else if (error.code === "LaneCrashed") {
      failLane(topology, states, lane.name);
      events.publish({ group: "lane", lane: lane.name, kind: "crashed", error });
    }
    if (node === undefined) failures.tell([], failure);
    if (setAside !== undefined) supervisor.failed(setAside, failure);
    else if ((lane.is.replaced || nodeId === undefined) && keeper.take(lane, failure)) return;
    else if (!lane.refuseOpening(failure)) endRun(failure);
  }

  /** A lane's thread is in another state: whoever waits for it is told, and what it held is given back once it has gone. */
  changed(lane: LaneThread, before: LaneState): void {
    const { pausing, requests, overdue, keeper } = this.#site;
    const edits = this.#site.edits();
    const { index, name, loss } = lane;
    if (!lane.is.answers) pausing.settle(index);
    switch (lane.state) {
      case "lost":
        requests.refuseLane(index, notAnswering(lane));
        edits?.laneLost(index, loss!.error);
        break;
      case "silent":
      case "closed":
        edits?.laneSilent(index);
        break;
      case "late":
        overdue.tellLate(lane);
        break;
      case "gone":
        if (before === "fenced") break;
        keeper.giveBack(lane);
        requests.refuseLane(index, new SluiceError("LaneCrashed", `Lane "${name}" has ended`));
        edits?.laneGone(index);
        break;
      case "fenced":
        edits?.laneGone(index);
        break;
    }
  }
}

/** A lane that was lost answers nobody, nor does the thread that takes its place before it has its nodes. */
export function notAnswering({ name, loss }: LaneThread): SluiceError {
  return new SluiceError("LaneCrashed", loss?.error.message ?? `Lane "${name}" is being given another thread`);
}
