/**
 * The levels of another stream, which say when and how far a node turns down its own: those of the same moment, by the
 * times of both. The other one may have any rate, number of channels and size of blocks, and is silent before its start,
 * in its gaps and after its end. Holds about as much as the longest block of either. Allocates only when it grows.
 *
 * @module
 */
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import { LinkedPeaks } from "./gain_rider.ts";
import { nsToSamples, samplesToNs } from "./sample_time.ts";

/** How far a frame may be from its place, in nanoseconds, before levels are inserted or left out. */
const TOLERANCE_NS = 5_000_000;
/** How much earlier the levels may end than the block, in nanoseconds: times are rounded. */
const ROUNDING_NS = 1_000;

/** What a {@linkcode SideChain} goes on from. */
export interface SideChainState {
  readonly levels: Float32Array;
  /** The sample rate, and when the levels begin. */
  readonly numbers: readonly [number, number];
}

/** Levels that wait for the blocks of their time. */
export class SideChain {
  readonly #peaks = new LinkedPeaks();
  #queue = new Float32Array(0);
  #start = 0;
  #end = 0;
  #sampleRateHz = 1;
  #startNs = 0;
  #levels = new Float32Array(0);

  /** What another one goes on from; the view is valid until the next frame. */
  snapshot(): SideChainState {
    return { levels: this.#queue.subarray(this.#start, this.#end), numbers: [this.#sampleRateHz, this.#startNs] };
  }

  /** Goes on from a state. */
  restore({ levels, numbers }: SideChainState): void {
    [this.#queue, this.#start, this.#end] = [levels.slice(), 0, levels.length];
    [this.#sampleRateHz, this.#startNs] = numbers;
  }

  /** Reads what there is up to the end of a block. @returns whether that is all up to there */
  collect(port: StreamInput<AudioFrame>, { ptsNs, sampleCount, sampleRateHz }: AudioFrame): boolean {
    const endNs = ptsNs + samplesToNs(sampleCount, sampleRateHz);
    this.#drop(nsToSamples(ptsNs - this.#startNs, this.#sampleRateHz));
    while (this.#start === this.#end || this.#endNs < endNs - ROUNDING_NS) {
      const next = port.peek();
      if (next === undefined) return port.ended;
      if (next.ptsNs >= endNs) return true;
      if (port.read() === undefined) return false;
      this.#push(next);
      this.#drop(nsToSamples(ptsNs - this.#startNs, this.#sampleRateHz));
    }
    return true;
  }

  /** The level at each sample of a block, valid until the next one. */
  levelsFor({ ptsNs, sampleCount, sampleRateHz }: AudioFrame): Float32Array {
    if (this.#levels.length < sampleCount) this.#levels = new Float32Array(sampleCount);
    const levels = this.#levels.subarray(0, sampleCount);
    const first = nsToSamples(ptsNs - this.#startNs, this.#sampleRateHz);
    const ratio = this.#sampleRateHz / sampleRateHz;
    const length = this.#end - this.#start;
    for (let i = 0; i < sampleCount; i++) {
      const at = first + Math.floor(i * ratio);
      levels[i] = at >= 0 && at < length ? this.#queue[this.#start + at] : 0;
    }
    return levels;
  }

  get #endNs(): number {
    return this.#startNs + samplesToNs(this.#end - this.#start, this.#sampleRateHz);
  }

  #push(frame: AudioFrame): void {
    const { ptsNs, sampleRateHz } = frame;
    let levels = this.#peaks.measure(frame);
    if (sampleRateHz !== this.#sampleRateHz) this.#start = this.#end = 0;
    this.#sampleRateHz = sampleRateHz;
    const held = this.#end - this.#start;
    const offNs = held === 0 ? 0 : ptsNs - this.#endNs;
    const off = Math.abs(offNs) <= TOLERANCE_NS ? 0 : nsToSamples(offNs, sampleRateHz);
    if (off < 0) levels = levels.subarray(-off);
    const silence = Math.max(0, off);
    if (off === 0) this.#startNs = ptsNs - samplesToNs(held, sampleRateHz);
    this.#reserve(silence + levels.length);
    this.#queue.fill(0, this.#end, this.#end + silence);
    this.#queue.set(levels, this.#end + silence);
    this.#end += silence + levels.length;
  }

  /** Forgets the oldest levels. */
  #drop(count: number): void {
    const dropped = Math.min(Math.max(0, count), this.#end - this.#start);
    this.#start += dropped;
    this.#startNs += samplesToNs(dropped, this.#sampleRateHz);
  }

  #reserve(count: number): void {
    if (this.#end + count <= this.#queue.length) return;
    const held = this.#queue.subarray(this.#start, this.#end);
    const queue = held.length + count > this.#queue.length ? new Float32Array(held.length + count) : this.#queue;
    queue.set(held);
    [this.#queue, this.#start, this.#end] = [queue, 0, held.length];
  }
}
