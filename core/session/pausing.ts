/**
 * Pauses all nodes of a running graph, and resumes them. The nodes' clock is the driver's, less the pauses of the graph
 * in this run and in the runs before.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import type { EventSink } from "../events/run_events.ts";
import type { KeptLanes } from "../live/edit_errors.ts";
import { Replies } from "../live/replies.ts";
import type { LaneThread } from "../lanes/ports/lane_thread.ts";
import type { SessionLanes } from "./session_lanes.ts";

/** How long asynchronous ticks may last after `pause()`, milliseconds. */
const PAUSE_TIMEOUT_MS = 5_000;

/** A clock that stops while the graph is paused. */
export class RunClock {
  readonly #driverNowNs: () => number;
  #paused = false;
  #pausedAtNs = 0;
  #pausedNs: number;

  /**
   * Starts the clock of a run.
   *
   * @param driverNowNs the monotonic clock, nanoseconds
   * @param pausedNs the duration of all pauses of the runs before, nanoseconds
   */
  constructor(driverNowNs: () => number, pausedNs: number = 0) {
    this.#driverNowNs = driverNowNs;
    this.#pausedNs = pausedNs;
  }

  /** True while the clock is stopped. */
  get paused(): boolean {
    return this.#paused;
  }

  /** The duration of all pauses so far, nanoseconds. */
  get pausedNs(): number {
    return this.#pausedNs + (this.#paused ? this.#driverNowNs() - this.#pausedAtNs : 0);
  }

  /** Returns the present time, nanoseconds. */
  nowNs(): number {
    return (this.#paused ? this.#pausedAtNs : this.#driverNowNs()) - this.#pausedNs;
  }

  pause(): void {
    this.#paused = true;
    this.#pausedAtNs = this.#driverNowNs();
  }

  resume(): void {
    this.#paused = false;
    this.#pausedNs += this.#driverNowNs() - this.#pausedAtNs;
  }
}

/** Pauses and resumes one run. */
export class Pausing {
  readonly #clock: RunClock;
  readonly #lanes: SessionLanes;
  readonly #events: EventSink;
  readonly #whatKeeps: (lanes: readonly number[]) => KeptLanes;
  #waiting: Replies<number, true> | undefined;
  /** How often the graph was paused. */
  #count = 0;

  /** @param whatKeeps describes what keeps lanes that do not quiesce */
  constructor(
    clock: RunClock,
    lanes: SessionLanes,
    events: EventSink,
    whatKeeps: (lanes: readonly number[]) => KeptLanes,
  ) {
    this.#clock = clock;
    this.#lanes = lanes;
    this.#events = events;
    this.#whatKeeps = whatKeeps;
  }

  /**
   * Runs no node until `resume()`. Settles also when `resume()` comes first.
   *
   * @throws {SluiceError} `Timeout` if a node's tick does not end: the graph then continues
   */
  async pause(): Promise<void> {
    if (this.#clock.paused) return await this.#waiting?.all.then(() => {});
    this.#clock.pause();
    // A lane that ends or is replaced runs no node.
    const lanes = this.#lanes.all.filter((lane) => lane.is.answers).map(({ index }) => index);
    const waiting = this.#waiting = new Replies(lanes, PAUSE_TIMEOUT_MS, (late) => this.#late(late));
    this.#lanes.send({ kind: "pause", pause: ++this.#count });
    try {
      await waiting.all;
    } catch (error) {
      if (waiting === this.#waiting) this.#goOn();
      throw error;
    }
    if (waiting === this.#waiting) this.#events.publish({ group: "runtime", kind: "paused" });
  }

  resume(): void {
    if (!this.#clock.paused) return;
    this.#waiting?.dismiss();
    this.#goOn();
    this.#events.publish({ group: "runtime", kind: "resumed" });
  }

  /** Tells a new lane about the running pause and the duration of earlier ones. */
  brief(lane: LaneThread): void {
    if (this.#clock.pausedNs > 0) lane.send({ kind: "resume", pausedNs: this.#clock.pausedNs });
    if (this.#clock.paused) lane.send({ kind: "pause", pause: this.#count });
  }

  /** Handles a lane that has quiesced. @param pause for which; absent for a lane that no longer runs nodes */
  quiesced(lane: number, pause = this.#count): void {
    if (pause === this.#count) this.#waiting?.answer(lane, true);
  }

  /** Rejects the waits, because the graph is ending. */
  end(error: Error): void {
    this.#waiting?.refuse(error);
    this.#waiting = undefined;
  }

  #goOn(): void {
    this.#clock.resume();
    this.#waiting = undefined;
    this.#lanes.send({ kind: "resume", pausedNs: this.#clock.pausedNs });
  }

  #late(lanes: readonly number[]): SluiceError {
    const names = lanes.map((lane) => `"${this.#lanes.at(lane)?.name}"`).join(", ");
    const { nodeId, why } = this.#whatKeeps(lanes);
    const message = `Lane ${names} did not quiesce within ${PAUSE_TIMEOUT_MS} ms: ${why}`;
    return new SluiceError("Timeout", message, { nodeId });
  }
}
