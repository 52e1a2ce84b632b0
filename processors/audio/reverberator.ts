/**
 * A room: the reverberator of Schroeder ("Natural sounding artificial reverberation", 1962) with the low-pass combs of
 * Moorer ("About this reverberation business", 1979), in the arrangement and with the delays that Jezar Wakefield
 * placed in the public domain as Freeverb: eight combs side by side, then four all-passes in a row, for each channel.
 * The delays of each further channel are 23 samples longer (at 44.1 kHz), which makes the room wide.
 *
 * Allocates when it is made, never after. Calls belong to one lane.
 *
 * @module
 */

import type { DelayLines } from "../../kernels/engine.ts";
import { kernels } from "../../kernels/kernels.ts";

/** Delays in samples at 44.1 kHz. */
const COMB_DELAYS = [1116, 1188, 1277, 1356, 1422, 1491, 1557, 1617];
const ALLPASS_DELAYS = [556, 441, 341, 225];
const DELAYS_RATE_HZ = 44100;
const SPREAD = 23;
const ALLPASS_GAIN = 0.5;
/** Feedback of the combs at room sizes 0 and 1. Below 1, so the room is stable. */
const LEAST_FEEDBACK = 0.7;
const MOST_FEEDBACK = 0.98;
const MOST_DAMPING = 0.4;
/** Gain of the room: eight combs with feedback 0.98 stay within full scale on music. */
const GAIN = 0.09;

/** Feedback of the combs for a room size from 0 to 1. */
export function feedbackOf(roomSize: number): number {
  return LEAST_FEEDBACK + (MOST_FEEDBACK - LEAST_FEEDBACK) * roomSize;
}

/**
 * How long the room sounds after its input has ended, until it is 60 dB quieter: the time of the longest comb at low
 * frequencies, which damping does not shorten, and what the all-passes add.
 *
 * @param roomSize 0 to 1
 * @param sampleRateHz of the audio
 * @returns samples
 */
export function decaySamples(roomSize: number, sampleRateHz: number): number {
  const longest = scaled(COMB_DELAYS[COMB_DELAYS.length - 1], sampleRateHz);
  const rounds = -3 / Math.log10(feedbackOf(roomSize));
  const allpasses = ALLPASS_DELAYS.reduce((sum, delay) => sum + scaled(delay, sampleRateHz), 0);
  return Math.ceil(longest * rounds) + allpasses;
}

/** What sounds in one channel of a room. */
export interface RoomState {
  readonly combs: DelayLines;
  readonly allpasses: DelayLines;
}

/** One channel of a room. */
export class Reverberator {
  readonly #combs: DelayLines;
  readonly #allpasses: DelayLines;
  #scratch: Float64Array;

  /**
   * @param channel which one, from 0: each has delays of its own
   * @param sampleRateHz of the audio
   * @param blockSize most samples that {@linkcode render} gets at once
   */
  constructor(channel: number, sampleRateHz: number, blockSize: number) {
    const length = (delay: number) => Math.max(1, scaled(delay + channel * SPREAD, sampleRateHz));
    this.#combs = kernels.delayLines(COMB_DELAYS.map(length));
    this.#allpasses = kernels.delayLines(ALLPASS_DELAYS.map(length));
    this.#scratch = kernels.float64(blockSize);
  }

  /** Makes room for longer blocks. */
  reserve(blockSize: number): void {
    if (blockSize > this.#scratch.length) this.#scratch = kernels.float64(blockSize);
  }

  /** What another one goes on from: its own arrays. */
  snapshot(): RoomState {
    const values = ({ records, lines }: DelayLines) => ({ records, lines });
    return { combs: values(this.#combs), allpasses: values(this.#allpasses) };
  }

  /** Goes on from the state of one for the same channel and rate. */
  restore({ combs, allpasses }: RoomState): void {
    for (const [own, from] of [[this.#combs, combs], [this.#allpasses, allpasses]]) {
      own.records.set(from.records);
      own.lines.set(from.lines);
    }
  }

  /**
   * Renders the answer of the room.
   *
   * @param input the average of all channels
   * @param count samples
   * @param roomSize 0 to 1
   * @param damping 0 to 1: how much quicker high frequencies die away
   * @returns `count` samples, in a buffer that the next call writes over
   */
  render(input: Float64Array, count: number, roomSize: number, damping: number): Float64Array {
    const output = this.#scratch.fill(0, 0, count);
    kernels.combs(this.#combs, input, output, count, GAIN, feedbackOf(roomSize), damping * MOST_DAMPING);
    kernels.allpasses(this.#allpasses, output, count, ALLPASS_GAIN);
    return output;
  }
}

function scaled(delay: number, sampleRateHz: number): number {
  return Math.round((delay * sampleRateHz) / DELAYS_RATE_HZ);
}
