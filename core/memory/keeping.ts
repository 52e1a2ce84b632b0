/**
 * Counts which node keeps how many frames by `retain()`, on the nodes' records: so that where slots run out it can be
 * said who has them. Only the lane's own thread writes there; one that was given up, and comes back, writes no more.
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
  /** Names the node: its number, as lanes know it; `undefined`: whichever the lane calls. */
  #number: number | undefined;

  /** @param number of the one node whose frames these are: the index of its record, from 1; by default any of the lane */
  constructor(thread: LaneThread, number?: number) {
    this.#thread = thread;
    this.#number = number;
  }

  /** For frames of one node of the lane. @param number as lanes know it: the index of its record, from 1 */
  ofNode(number: number): Keeping {
    return new Keeping(this.#thread, number);
  }

  /** The record is not the node's any more. */
  forgo(): void {
    this.#number = 0;
  }

  /** The node keeps one frame more. @returns its number, for `gaveBack()`; 0 if nobody can say which node it is */
  keeps(): number {
    const number = this.#number ?? this.#laneField(LANE.currentNode);
    if (number === 0 || this.#isGivenUp()) return 0;
    this.#thread.page.u32[this.#at(number)]++;
    return number;
  }

  /** A node has given one back. @param number as `keeps()` gave it */
  gaveBack(number: number): void {
    if (number === 0 || this.#isGivenUp()) return;
    const { u32 } = this.#thread.page;
    // The record may be another node's by now.
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
