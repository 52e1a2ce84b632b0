/**
 * The end of a run: a graph that was told to stop drains within its time limit, then its lanes close, and the last
 * figures stay readable.
 *
 * @module
 */
import { serializeError, SluiceError } from "../errors.ts";
import { cutOff } from "../live/edit_errors.ts";
import type { RunSummary, RuntimeStats } from "../stats.ts";
import { warnOfKept } from "./kept_frames.ts";
import type { LaneBalancer } from "./lane_balancer.ts";
import type { LaneReplacer } from "./lane_replacer.ts";
import type { Run } from "./run.ts";
import type { Supervisor } from "./supervisor.ts";
import { abandonOpen, tellClosing, tellUndrained } from "./watch/overdue.ts";
import type { SessionWatch } from "./watch/session_watch.ts";

/** The parts of a run that end with it. */
export interface RunParts {
  readonly watch: SessionWatch;
  readonly supervisor: Supervisor;
  readonly replacer: LaneReplacer;
  readonly balancer: LaneBalancer;
  /** Returns the present figures. */
  stats(): RuntimeStats;
}

/** How long lanes may take to tear their nodes down, milliseconds. */
const CLOSE_TIMEOUT_MS = 5_000;

/** How long they may take until the log names them, milliseconds. */
const TELL_CLOSING_AFTER_MS = 1_000;

/**
 * How long they may take until the processes of isolated stages with a running call are killed, milliseconds. After the
 * time limit of a stop, this is the time in which a call that does not hang returns.
 */
const END_CALLS_AFTER_MS = 4_000;
const END_CALLS_LATE_MS = 250;

/** Ends one run: drains it, tears it down, and keeps its last figures. */
export class RunEnd {
  readonly #run: Run;
  readonly #parts: RunParts;
  readonly #finished = Promise.withResolvers<RunSummary>();
  #outcome: "completed" | "stopped" = "completed";
  #endCallsAfterMs = END_CALLS_AFTER_MS;
  #quiesced = false;
  /** The error of a graph that was disposed of before its end. */
  #broken: SluiceError | undefined;

  /** @param parts of the run that end with it */
  constructor(run: Run, parts: RunParts) {
    this.#run = run;
    this.#parts = parts;
    // No caller has to await it.
    this.#finished.promise.catch(() => {});
  }

  /** Settles when the run has ended and everything is torn down. */
  get finished(): Promise<RunSummary> {
    return this.#finished.promise;
  }

  /** True once no thread runs a node, including threads that come back later. */
  get quiesced(): boolean {
    return this.#quiesced;
  }

  /**
   * Ends the sources and drains the other nodes, within the time limit. Waits for the end of a graph that is aborted.
   */
  async stop(): Promise<RunSummary> {
    const run = this.#run;
    if (run.ending === undefined && run.stopTimer === undefined) {
      this.#outcome = "stopped";
      this.drain();
    }
    return await this.finished.catch((error) => {
      if (error === this.#broken) return run.summary!;
      throw error;
    });
  }

  /** Ends the nodes that no node feeds, and drains the others within the time limit. */
  drain(): void {
    const run = this.#run;
    run.pausing.resume();
    run.events.publish({ group: "runtime", kind: "stopping" });
    this.#parts.supervisor.stop();
    run.stopTimer = setTimeout(() => this.#giveUp(), run.options.stopTimeoutMs);
    if (run.startNs === 0) return;
    run.lanes.send({ kind: "stop" });
    // All nodes may have ended before, so that no later report ends the run.
    run.endIfDone();
  }

  /**
   * Ends a graph that is disposed of. A live graph is stopped. An offline graph has work to do: if its sources have
   * ended, the other nodes may end within the time limit; otherwise it is aborted, so that no incomplete file seems
   * complete, and {@linkcode RunEnd.finished} rejects.
   */
  async dispose(): Promise<void> {
    const run = this.#run;
    const { topology, options: { stopTimeoutMs } } = run;
    if (topology.mode === "live" || run.startNs === 0) void this.stop().catch(() => {});
    // A stop that is requested in the same turn comes first.
    await Promise.resolve();
    if (run.ending === undefined && run.stopTimer === undefined) {
      run.pausing.resume();
      if (this.#sourcesEnded()) run.stopTimer = setTimeout(() => this.#giveUp(), stopTimeoutMs);
      else void this.end(this.#broken = disposedEarly());
    }
    await this.finished.catch(() => {});
  }

  /** Tears everything down, once; later calls wait for the first. */
  end(error?: Error): Promise<void> {
    this.#run.failure ??= error;
    return this.#run.ending ??= this.#tearDown();
  }

  async #tearDown(): Promise<void> {
    const run = this.#run;
    clearTimeout(run.stopTimer);
    const { watch, supervisor, replacer, balancer } = this.#parts;
    for (const part of [watch, supervisor, replacer, balancer]) part.end();
    // Once the graph runs, only an edit opens lanes.
    run.lanes.refuseAllOpening(run.startNs > 0 ? cutOff(false) : stoppedEarly());
    run.edits?.end();
    run.lanes.silenceLost();
    run.pausing.end(run.refusal("pause"));
    run.lanes.send({ kind: "close" });
    const allClosed = await this.#awaitClosed();
    await run.edits?.over();
    this.#quiesced = allClosed && !replacer.gaveUp;
    const summary = this.#summarize();
    // A rejection of a node on main is reported after the turn that made it, while the node is known.
    await new Promise((resolve) => setTimeout(resolve));
    run.lanes.terminate();
    // A lane that did not close may still write: its memory is quarantined.
    if (this.#quiesced) {
      run.plans?.removeAll();
      run.memory?.release();
    }
    run.requests.refuseAll((action) => run.refusal(action));
    if (run.failure === undefined) this.#finished.resolve(summary);
    else this.#finished.reject(run.failure);
  }

  /** Publishes the end. The last figures stay readable after the memory is released. */
  #summarize(): RunSummary {
    const run = this.#run;
    const stuck = new Set(run.lanes.open.map(({ name }) => name));
    for (const node of run.nodes.all) if (!stuck.has(node.entry.lane)) node.meet("closed");
    for (const { index } of run.topology.links.values()) run.page.setClosed(index);
    if (run.failure === undefined) warnOfKept(run.topology, run.page);
    run.memory?.collect();
    const outcome = run.failure !== undefined ? "failed" : this.#outcome;
    const summary = run.summary = { ...this.#parts.stats(), outcome, ...(run.failure && { error: run.failure }) };
    const error = run.failure && { error: serializeError(run.failure) };
    run.events.publish({ group: "runtime", kind: "ended", outcome, ...error });
    run.events.close();
    run.topology.dropHidden();
    run.page = run.page.copy(run.topology.records);
    return summary;
  }

  async #awaitClosed(): Promise<boolean> {
    const telling = setTimeout(() => tellClosing(this.#run, CLOSE_TIMEOUT_MS), TELL_CLOSING_AFTER_MS);
    const { lanes } = this.#run;
    // A call that was reported before is not waited for again.
    const isKept = lanes.open.some(({ hold }) => hold?.isIsolated === true);
    const ending = setTimeout(
      () => lanes.send({ kind: "endCalls" }),
      isKept ? END_CALLS_LATE_MS : this.#endCallsAfterMs,
    );
    const closed = await lanes.awaitClosed(CLOSE_TIMEOUT_MS);
    clearTimeout(telling);
    clearTimeout(ending);
    if (!closed) abandonOpen(this.#run, CLOSE_TIMEOUT_MS);
    return closed;
  }

  /** Gives up draining at the end of its time limit. */
  #giveUp(): void {
    tellUndrained(this.#run, this.#run.options.stopTimeoutMs);
    this.#endCallsAfterMs = END_CALLS_LATE_MS;
    void this.end();
  }

  /** True if no new data enters the graph. */
  #sourcesEnded(): boolean {
    const { shownNodes, shownLinks: all } = this.#run.topology;
    return shownNodes.map(({ id }) => id).filter((id) => all.every(({ toNode }) => toNode !== id)).every((id) => {
      if (this.#run.states.get(id) !== "running") return true;
      // Its lane may not have reported it yet.
      const own = all.filter(({ fromNode }) => fromNode === id);
      return own.length > 0 && own.every(({ index }) => this.#run.page.isEos(index));
    });
  }
}

function disposedEarly(): SluiceError {
  const message = "The graph was disposed of before it came to its end, and was broken off: what it wrote is not " +
    "complete; await runtime.finished, or call runtime.stop() to end it sooner";
  return new SluiceError("Busy", message);
}

/** Returns the error for a graph that is stopped while it starts. */
export function stoppedEarly(): SluiceError {
  return new SluiceError("Busy", "Cannot start: the graph was stopped before every node had returned from setup()");
}
