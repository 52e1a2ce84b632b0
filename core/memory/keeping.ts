/**
 * Counts, on the nodes' records, how many frames each node keeps by `retain()`, so that an error about missing slots
 * can name their holders. Only the lane's own thread writes there; a fenced thread that comes back writes nothing.
 *
 * @module
 */
import { LANE, NODE } from "../../ffi/layout.gen.ts";
import type { ControlPage } from "../control_page.ts";
import { index32 } from "../element_index.ts";

/** A lane's thread. */
interface LaneThread {
  readonly page: ControlPage;
  readonly lane: number;
  readonly generation: number;
}

export class Keeping {
  readonly #thread: LaneThread;
  /** The node's number as lanes know it; `undefined` for the node that the lane is calling. */
  #number: number | undefined;

  /**
   * @param number of the one node that keeps these frames: the index of its record, from 1; by default any of the lane
   */
  constructor(thread: LaneThread, number?: number) {
    this.#thread = thread;
    this.#number = number;
  }

  /** Returns the counter for one node of the lane. @param number as lanes know it: the index of its record, from 1 */
  ofNode(number: number): Keeping {
    return new Keeping(this.#thread, number);
  }

  /** Stops writing to the record, which no longer belongs to the node. */
  forgo(): void {
    this.#number = 0;
  }

  /** Counts one more frame. @returns the node's number, for `gaveBack()`; 0 if it is unknown */
  keeps(): number {
    const number = this.#number ?? this.#laneField(LANE.currentNode);
    if (number === 0 || this.#isGivenUp()) return 0;
    this.#thread.page.u32[this.#at(number)]++;
    return number;
  }

  /** Counts one frame less. @param number from `keeps()` */
  gaveBack(number: number): void {
    if (number === 0 || this.#isGivenUp()) return;
    const { u32 } = this.#thread.page;
    // Another node may have the record by this time.
    if (u32[this.#at(number)] > 0) u32[this.#at(number)]--;
  }

  #isGivenUp(): boolean {
    return this.#laneField(LANE.generation) !== this.#thread.generation;
  }

  #laneField(field: number): number {
    const { page, lane } = this.#thread;
    return page.u32[index32(page.laneOffset(lane) + field)];
  }

  #at(number: number): number {
    return index32(this.#thread.page.nodeOffset(number - 1) + NODE.kept);
  }
}
