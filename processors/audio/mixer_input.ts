/**
 * One stream of a mix: the samples of its newest frame that were not mixed yet, and silence before them where the
 * stream has none.
 *
 * @module
 */
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import { PlaneQueue } from "./plane_queue.ts";
import { nsToSamples, samplesToNs } from "./sample_time.ts";

/** How far a frame may be off its place, in nanoseconds, before silence is put in or samples are left out. */
const TOLERANCE_NS = 5_000_000;

/**
 * A stream that joins further behind the mix than this, in nanoseconds, counts from a beginning of its own: a source
 * that was added while the graph runs. It is put where the mix stands, or it would never be heard.
 */
const OWN_CLOCK_NS = 1_000_000_000;

export class MixerInput {
  readonly port: StreamInput<AudioFrame>;
  /** Time of the first frame of the mix. */
  firstNs = 0;
  #queue = new PlaneQueue(1);
  /** Samples of silence before those in the queue. */
  #silence = 0;
  /** Where the queue ends, in samples since the mix began. */
  #end = 0;
  #any = false;
  /** What its times are put later by. */
  #shiftNs = 0;

  /** @param port where the stream comes in */
  constructor(port: StreamInput<AudioFrame>) {
    this.port = port;
  }

  /** Channels of the newest frame; 0 before the first. */
  get channels(): number {
    return this.#any ? this.#queue.channels : 0;
  }

  /** Samples that can be mixed, silence included. */
  get length(): number {
    return this.#silence + this.#queue.length;
  }

  /**
   * Takes a frame over. All before must have been mixed.
   *
   * @param startNs when the mix began, or `undefined` if it has not
   * @param position how far the mix is, in samples since it began
   */
  take(frame: AudioFrame, startNs: number | undefined, position: number): void {
    if (frame.channels !== this.#queue.channels) this.#queue = new PlaneQueue(frame.channels);
    this.#queue.push(frame);
    if (startNs === undefined) this.firstNs = frame.ptsNs;
    else {
      // The mix went on without a stream that joins it, or comes back.
      const joins = this.#end < position;
      if (joins) {
        this.#end = position;
        this.#join(frame.ptsNs - startNs, samplesToNs(position, frame.sampleRateHz));
      }
      this.#place(frame.ptsNs - startNs, frame.sampleRateHz, joins || frame.discontinuity);
    }
    this.#any = true;
  }

  /** The mix begins: puts the frame that was taken already where it belongs. */
  begin(startNs: number, sampleRateHz: number): void {
    this.#end = 0;
    this.#join(this.firstNs - startNs, 0);
    if (this.#queue.length > 0) this.#place(this.firstNs - startNs, sampleRateHz, true);
  }

  /** Adds the oldest samples to a channel of the mix, silence where there are none. */
  addTo(target: Float32Array, channel: number, factor: number): void {
    const mono = this.#queue.channels === 1;
    if (mono && channel > 1) return;
    const from = Math.min(this.#silence, target.length);
    const to = Math.min(target.length, from + this.#queue.length);
    if (from === to) return;
    const source = this.#queue.plane(mono ? 0 : channel);
    const shift = this.#queue.start - from;
    for (let i = from; i < to; i++) target[i] += source[i + shift] * factor;
  }

  /** Forgets the oldest samples. */
  drop(count: number): void {
    const silent = Math.min(this.#silence, count);
    this.#silence -= silent;
    this.#queue.drop(count - silent);
  }

  #join(offsetNs: number, positionNs: number): void {
    const behindNs = positionNs - offsetNs;
    this.#shiftNs = behindNs > OWN_CLOCK_NS ? behindNs : 0;
  }

  /** Puts silence before a frame that comes late, and leaves out what of it is over already. */
  #place(offsetNs: number, sampleRateHz: number, always: boolean): void {
    const at = nsToSamples(offsetNs + this.#shiftNs, sampleRateHz);
    const off = at - this.#end;
    const moves = always ? off !== 0 : Math.abs(off) * 1e9 > TOLERANCE_NS * sampleRateHz;
    if (moves && off > 0) this.#silence += off;
    if (moves && off < 0) this.#queue.drop(-off);
    this.#end += this.length;
  }
}
