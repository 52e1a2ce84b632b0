/**
 * Lanes that were told to end, since no node of the graph was left on them, and that a node which has gone keeps: its
 * `flush()` or `teardown()` has not returned. The graph goes on without them. Another lane may have such a lane's name;
 * its index and its row of the tables of holds stay its own until it closes.
 *
 * @module
 */
import type { LanePort } from "../lanes/lane_port.ts";
import type { LaneReport } from "../lanes/messages.ts";

/** What is still heard of them: nothing of nodes and edits, which are not theirs any more. */
const HEARD: ReadonlySet<LaneReport["kind"]> = new Set<LaneReport["kind"]>([
  "closed",
  "configured",
  "emitted",
  "gone",
  "log",
  "overflow",
  "warning",
]);

/**
 * Looks in a row, at least half a second apart, that find a thread ended before what it said last is not waited for.
 */
const LAST_LOOKS = 3;

interface LateLane {
  readonly port: LanePort;
  readonly closed: () => void;
  /** Looks that have found its thread ended. */
  deadLooks: number;
}

/** See the module. */
export class LateLanes {
  /** By index. */
  readonly #lanes = new Map<number, LateLane>();

  get ports(): readonly LanePort[] {
    return [...this.#lanes.values()].map(({ port }) => port);
  }

  has(index: number): boolean {
    return this.#lanes.has(index);
  }

  /** Whether what a lane says is to be taken. */
  hears(port: LanePort, report: LaneReport): boolean {
    return this.#lanes.get(port.index)?.port === port && HEARD.has(report.kind);
  }

  /** @param closed called once it closes */
  add(port: LanePort, closed: () => void): void {
    this.#lanes.set(port.index, { port, closed, deadLooks: 0 });
  }

  /**
   * Looks which of them have come to their end without a word, as a lane does whose thread something else has ended.
   *
   * @param dead lanes whose thread is known to have ended
   * @returns those of which nothing is on its way any more
   */
  deadSince(dead: readonly number[]): readonly number[] {
    return dead.filter((index) => {
      const lane = this.#lanes.get(index);
      return lane !== undefined && ++lane.deadLooks >= LAST_LOOKS;
    });
  }

  /** One of them has closed. */
  remove(index: number): void {
    const lane = this.#lanes.get(index)!;
    this.#lanes.delete(index);
    lane.port.terminate();
    lane.closed();
  }
}
