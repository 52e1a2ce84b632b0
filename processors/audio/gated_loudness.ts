/**
 * Loudness of a whole programme, from that of its blocks: what is quiet beside the rest does not count (the gates of ITU-R
 * BS.1770-4), and how far loud and quiet passages are apart (EBU Tech 3342). Blocks are counted in steps of 0.01 LU, so
 * that a stream of any length takes the same memory.
 *
 * @module
 */

/** LUFS of the absolute gate: what is quieter is no programme. */
export const GATE_LUFS = -70;
/** LUFS of the loudest step, in which louder blocks are counted too. */
const LOUDEST_LUFS = 30;
const STEPS_PER_LU = 100;
const STEPS = (LOUDEST_LUFS - GATE_LUFS) * STEPS_PER_LU;
/** What a sine of 997 Hz at full scale is read as without it, in decibels, is 3.01 below this. */
const OFFSET_DB = -0.691;
/** LU by which a block may be quieter than the mean of all, to count for the loudness and for the range. */
const [LOUDNESS_GATE, RANGE_GATE] = [10, 20];
/** Which shares of blocks are quieter than the ends of the range. */
const [QUIET_SHARE, LOUD_SHARE] = [0.1, 0.95];

/** The mean power of each step. */
const POWERS = Float64Array.from({ length: STEPS }, (_, step) => lufsToPower(lufsOf(step)));

/** LUFS of a weighted mean square. */
export function powerToLufs(power: number): number {
  return OFFSET_DB + 10 * Math.log10(power);
}

/** Counts blocks by their loudness. */
export class GatedLoudness {
  readonly #counts: Uint32Array;

  /** @param counts of each step, from {@linkcode counts} */
  constructor(counts: Uint32Array = new Uint32Array(STEPS)) {
    this.#counts = counts;
  }

  /** How many blocks each step has: its own array. */
  get counts(): Uint32Array {
    return this.#counts;
  }

  /** Counts a block; not if it is below the absolute gate. */
  add(lufs: number): void {
    if (lufs >= GATE_LUFS) this.#counts[Math.min(Math.floor((lufs - GATE_LUFS) * STEPS_PER_LU), STEPS - 1)]++;
  }

  /** The integrated loudness; {@linkcode GATE_LUFS} where nothing counts. */
  get integratedLufs(): number {
    return this.#meanFrom(this.#gate(LOUDNESS_GATE)) ?? GATE_LUFS;
  }

  /** The loudness range, LU; 0 where nothing counts. */
  get rangeLu(): number {
    const gate = this.#gate(RANGE_GATE);
    let count = 0;
    for (let step = gate; step < STEPS; step++) count += this.#counts[step];
    return count === 0 ? 0 : this.#quantile(gate, count, LOUD_SHARE) - this.#quantile(gate, count, QUIET_SHARE);
  }

  /** The first step that is not so much quieter than the mean of all. */
  #gate(belowLu: number): number {
    const mean = this.#meanFrom(0);
    return mean === undefined ? 0 : Math.max(0, Math.ceil((mean - belowLu - GATE_LUFS) * STEPS_PER_LU - 0.5));
  }

  /** LUFS of the mean power of the blocks from a step on. */
  #meanFrom(first: number): number | undefined {
    let [count, sum] = [0, 0];
    for (let step = first; step < STEPS; step++) {
      count += this.#counts[step];
      sum += this.#counts[step] * POWERS[step];
    }
    return count === 0 ? undefined : powerToLufs(sum / count);
  }

  #quantile(first: number, count: number, share: number): number {
    let left = Math.round((count - 1) * share);
    let step = first;
    while (left >= this.#counts[step]) left -= this.#counts[step++];
    return lufsOf(step);
  }
}

/** The middle of a step. */
function lufsOf(step: number): number {
  return GATE_LUFS + (step + 0.5) / STEPS_PER_LU;
}

function lufsToPower(lufs: number): number {
  return 10 ** ((lufs - OFFSET_DB) / 10);
}
