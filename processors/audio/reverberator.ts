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
/** Gain before the combs: eight of them with feedback 0.98 stay within full scale on music. */
const INPUT_GAIN = 0.015;
const WET_GAIN = 3;
/** Smaller values become zero: they are inaudible, and subnormal numbers are slow. */
const TINY = 1e-20;

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

/** One channel of a room. */
export class Reverberator {
  readonly #combs: Comb[];
  readonly #allpasses: Allpass[];
  #scratch: Float64Array;

  /**
   * @param channel which one, from 0: each has delays of its own
   * @param sampleRateHz of the audio
   * @param blockSize most samples that {@linkcode render} gets at once
   */
  constructor(channel: number, sampleRateHz: number, blockSize: number) {
    const length = (delay: number) => Math.max(1, scaled(delay + channel * SPREAD, sampleRateHz));
    this.#combs = COMB_DELAYS.map((delay) => new Comb(length(delay)));
    this.#allpasses = ALLPASS_DELAYS.map((delay) => new Allpass(length(delay)));
    this.#scratch = new Float64Array(blockSize);
  }

  /** Makes room for longer blocks. */
  reserve(blockSize: number): void {
    if (blockSize > this.#scratch.length) this.#scratch = new Float64Array(blockSize);
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
    const output = this.#scratch;
    output.fill(0, 0, count);
    const feedback = feedbackOf(roomSize);
    const lowpass = damping * MOST_DAMPING;
    for (let k = 0; k < this.#combs.length; k++) this.#combs[k].addTo(output, input, count, feedback, lowpass);
    for (let k = 0; k < this.#allpasses.length; k++) this.#allpasses[k].apply(output, count);
    for (let i = 0; i < count; i++) output[i] *= WET_GAIN;
    return output;
  }
}

class Comb {
  readonly #line: Float64Array;
  #at = 0;
  #filtered = 0;

  constructor(length: number) {
    this.#line = new Float64Array(length);
  }

  addTo(output: Float64Array, input: Float64Array, count: number, feedback: number, lowpass: number): void {
    const line = this.#line;
    let at = this.#at;
    let filtered = this.#filtered;
    for (let i = 0; i < count; i++) {
      const delayed = line[at];
      filtered = delayed + (filtered - delayed) * lowpass;
      if (filtered < TINY && filtered > -TINY) filtered = 0;
      line[at] = input[i] * (2 * INPUT_GAIN) + filtered * feedback;
      output[i] += delayed;
      if (++at === line.length) at = 0;
    }
    this.#at = at;
    this.#filtered = filtered;
  }
}

class Allpass {
  readonly #line: Float64Array;
  #at = 0;

  constructor(length: number) {
    this.#line = new Float64Array(length);
  }

  apply(samples: Float64Array, count: number): void {
    const line = this.#line;
    let at = this.#at;
    for (let i = 0; i < count; i++) {
      const delayed = line[at];
      let kept = samples[i] + delayed * ALLPASS_GAIN;
      if (kept < TINY && kept > -TINY) kept = 0;
      line[at] = kept;
      samples[i] = delayed - kept * ALLPASS_GAIN;
      if (++at === line.length) at = 0;
    }
    this.#at = at;
  }
}

function scaled(delay: number, sampleRateHz: number): number {
  return Math.round((delay * sampleRateHz) / DELAYS_RATE_HZ);
}
