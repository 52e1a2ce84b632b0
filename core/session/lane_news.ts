/**
 * Passes the reports of lanes, and changes of their state, to the parts of the session that need them.
 *
 * @module
 */
import { serializeError, SluiceError } from "../errors.ts";
import type { NodeId } from "../ids.ts";
import { reportedError } from "../lanes/ports/lane_port.ts";
import type { LaneReport } from "../lanes/messages.ts";
import { logDetail, logger, relayLog } from "../log.ts";
import { redact, redactValue } from "../errors/redaction.ts";
import type { LaneReplacer } from "./lane_replacer.ts";
import type { LaneState } from "../lanes/ports/lane_states.ts";
import type { LaneThread } from "../lanes/ports/lane_thread.ts";
import { tellLate } from "./watch/overdue.ts";
import { RECORDED_FILES } from "./node_plans.ts";
import type { Run } from "./run.ts";
import type { Supervisor } from "./supervisor.ts";

/** Handles the reports of a session's lanes. */
export class LaneNews {
  readonly #run: Run;
  readonly #supervisor: Supervisor;
  readonly #replacer: LaneReplacer;

  constructor(run: Run, supervisor: Supervisor, replacer: LaneReplacer) {
    this.#run = run;
    this.#supervisor = supervisor;
    this.#replacer = replacer;
  }

  /** Takes a lane's report. */
  report(thread: LaneThread, report: LaneReport): void {
    const { events, nodes, pausing, requests, topology, options: { kept } } = this.#run;
    const { index, name: lane } = thread;
    switch (report.kind) {
      case "opened":
        nodes.announced(report.formats);
        nodes.built(report.carries);
        thread.opened(report.formats);
        events.publish({ group: "lane", lane, kind: "started" });
        logDetail(
          "lane",
          "debug",
          () => [`Lane "${lane}" has opened its nodes`, { kind: thread.kind, thread: thread.ordinal }],
        );
        break;
      case "failed":
        this.failed(thread, reportedError(report), report.node, report.record);
        break;
      case "ended":
        nodes.get(report.node)?.meet("ended");
        this.#run.nodeEnded();
        break;
      case "disabled":
        this.#supervisor.disabled(report.node);
        this.#run.nodeEnded();
        break;
      case "paused":
        pausing.quiesced(index, report.pause);
        break;
      case "prepared":
        nodes.built(report.carries);
        this.#run.edits?.report(index, report);
        break;
      case "offered":
      case "tried":
      case "counted":
      case "attached":
      case "refused":
      case "applied":
      case "tornDown":
        this.#run.edits?.report(index, report);
        break;
      case "progress":
        nodes.advanced(report.node, { doneNs: report.doneNs, totalNs: report.totalNs });
        break;
      case "recorded":
        RECORDED_FILES.add(report.path);
        events.publish({ group: "node", nodeId: report.node, kind: "recorded", path: report.path });
        break;
      case "facts":
        nodes.take(report.nodes);
        break;
      case "log":
        relayLog(report.entry);
        break;
      case "emitted": {
        // Secrets are redacted here, where all are known: a lane may not know a secret in a frame of another lane.
        const [event, data] = [redact(report.name), redactValue(report.data)];
        events.publish({ group: "node", nodeId: report.node, kind: "custom", name: event, data });
        break;
      }
      case "handed":
        this.#run.options.handed?.(report.node, report.value);
        break;
      case "overflow":
        events.publish({ group: "lane", lane, kind: "overflow", lost: report.lost });
        break;
      case "configured":
        requests.answered(report.request, report.error);
        break;
      case "answered":
        requests.answered(report.request, report.error, report.json);
        break;
      case "warning":
        logger("runtime").warn(report.text);
        thread.warnings.push(report.text);
        events.publish({ group: "lane", lane, kind: "warning", message: report.text });
        break;
      case "gone":
        // The replacer itself sees that a lane to be replaced has gone.
        if (!thread.is.replaced || this.#run.ending !== undefined) thread.closed();
        break;
      case "closed":
        // Only if this run had begun: another run may have begun meanwhile.
        if (this.#run.startNs > 0 && this.#run.summary === undefined) kept.take(report.states ?? [], topology.nodes);
        thread.closed();
        events.publish({ group: "lane", lane, kind: "closed" });
        logDetail("lane", "debug", () => [`Lane "${lane}" has closed`]);
        break;
    }
  }

  /**
   * Handles a failure of a lane, or of one of its nodes.
   *
   * @param setAside the node, if its lane continues without it
   * @param record the index of its record
   */
  failed(lane: LaneThread, failure: Error, setAside?: NodeId, record?: number): void {
    const { events, nodes } = this.#run;
    const error = serializeError(failure);
    const nodeId = setAside ?? error.details?.nodeId as NodeId | undefined;
    const node = nodeId && nodes.get(nodeId);
    // Another node may have taken its place meanwhile, and has not failed.
    if (setAside !== undefined && node?.entry.index !== record) {
      logger("runtime").warn(`Node "${setAside}" failed when its time was over: ${failure.message}`);
      return;
    }
    if (node !== undefined) {
      nodes.tellFailure([node], failure);
      if (failure instanceof SluiceError) node.meet("failed");
    } else if (error.code === "LaneCrashed") {
      for (const each of nodes.all) if (each.entry.lane === lane.name && each.stage === "running") each.meet("failed");
      events.publish({ group: "lane", lane: lane.name, kind: "crashed", error });
    }
    if (node === undefined) nodes.tellFailure([], failure);
    if (setAside !== undefined) this.#supervisor.failed(setAside, failure);
    else if ((lane.is.replaced || nodeId === undefined) && this.#replacer.take(lane, failure)) return;
    else if (!lane.refuseOpening(failure)) this.#run.end(failure);
  }

  /** Handles a change of a thread's state: informs the waiting parts, and gives back its slots once it has gone. */
  changed(lane: LaneThread, before: LaneState): void {
    const { pausing, requests, edits } = this.#run;
    const { index, name, loss } = lane;
    logDetail("lane", "trace", () => [`Lane "${name}" was ${before} and is ${lane.state}`]);
    if (!lane.is.answers) pausing.quiesced(index);
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
        tellLate(this.#run, lane);
        break;
      case "gone":
        if (before === "fenced") break;
        this.#replacer.giveBack(lane);
        requests.refuseLane(index, new SluiceError("LaneCrashed", `Lane "${name}" has ended`));
        edits?.laneGone(index);
        break;
      case "fenced":
        edits?.laneGone(index);
        break;
    }
  }
}

/** Returns the error for a lost lane, which does not answer, nor does its new thread before it has its nodes. */
export function notAnswering({ name, loss }: LaneThread): SluiceError {
  return new SluiceError("LaneCrashed", loss?.error.message ?? `Lane "${name}" is being given another thread`);
}
