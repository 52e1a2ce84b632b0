/**
 * Puts the times of a stream's own clocks on one line that rises, from 0 on.
 *
 * @module
 */
import type { Port, StreamPacket } from "./hls_stream.ts";

/** A packet that is earlier by more than this than one before it is of a clock that was set anew. */
const MOST_BACK_NS = 1e9;
/** Behind a gap of more than this, the stream goes on at once. */
const MOST_GAP_NS = 60e9;
/** A gap of more than this is a break. */
const LEAST_GAP_NS = 1e9;
/** How many clocks are kept: lists of pictures and of sound come to a break shortly after each other. */
const KEPT_CLOCKS = 4;

/** The place of a packet. */
export interface Placed {
  readonly timeNs: number;
  /** Whether it does not go on where the one before it, of its output, ended. */
  readonly breaks: boolean;
}

/** A clock of the stream, by what is added to its times. */
interface Clock {
  readonly offsetNs: number;
}

/** What was placed last of an output. */
interface Lane {
  readonly clock: Clock;
  readonly newestNs: number;
  readonly endNs: number;
}

/** A line of times. */
export class HlsTimeline {
  readonly #clocks = new Map<number, Clock>();
  readonly #lanes: { [P in Port]?: Lane } = {};
  /** The end of what was placed. */
  endNs = 0;

  /** Places a packet. */
  place({ port, epoch, isAfterLoss, packet: { timeNs, durationNs } }: StreamPacket): Placed {
    const last = this.#lanes[port];
    let clock = this.#clocks.get(epoch) ?? this.#begin(epoch, timeNs);
    const isBack = last !== undefined && timeNs + clock.offsetNs < last.newestNs - MOST_BACK_NS;
    if (isBack || timeNs + clock.offsetNs > this.endNs + MOST_GAP_NS) clock = this.#begin(epoch, timeNs);
    const placedNs = timeNs + clock.offsetNs;
    const endNs = placedNs + durationNs;
    const goesOn = last === undefined || (last.clock === clock && placedNs <= last.endNs + LEAST_GAP_NS);
    this.#lanes[port] = {
      clock,
      newestNs: Math.max(last?.newestNs ?? -Infinity, placedNs),
      endNs: Math.max(last?.endNs ?? -Infinity, endNs),
    };
    this.endNs = Math.max(this.endNs, endNs);
    return { timeNs: placedNs, breaks: isAfterLoss || !goesOn };
  }

  /** Has a clock go on behind the end of what was placed. */
  #begin(epoch: number, timeNs: number): Clock {
    const clock = { offsetNs: this.endNs - timeNs };
    this.#clocks.set(epoch, clock);
    for (const known of this.#clocks.keys()) if (this.#clocks.size > KEPT_CLOCKS) this.#clocks.delete(known);
    return clock;
  }
}
