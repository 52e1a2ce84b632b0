/**
 * One stream of a mix: the samples of its newest frame that are not mixed yet, after silence for the time without
 * samples.
 *
 * @module
 */
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import { kernels } from "../../kernels/kernels.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import { PlaneQueue } from "./plane_queue.ts";
import { nsToSamples, samplesToNs } from "./sample_time.ts";

/** How far a frame may be from its place, in nanoseconds, before silence is inserted or samples are left out. */
const TOLERANCE_NS = 5_000_000;

/**
 * A stream that joins further behind the mix than this, in nanoseconds, counts its times from another start, as does a
 * source that was added while the graph runs. It is put at the current place of the mix, since it would otherwise never
 * be heard.
 */
const OWN_CLOCK_NS = 1_000_000_000;

/** What a {@linkcode MixerInput} goes on from. */
export interface MixerInputState {
  readonly port: string;
  readonly queued: readonly Float32Array[];
  /** Time of the first frame, samples of silence, end of the queue, and the offset of times. */
  readonly numbers: readonly [number, number, number, number];
  readonly any: boolean;
}

/** One stream. */
export class MixerInput {
  readonly port: StreamInput<AudioFrame>;
  /** Time of the first frame of the mix. */
  firstNs = 0;
  #queue = new PlaneQueue(1);
  /** Samples of silence before the queue. */
  #silence = 0;
  /** Where the queue ends, in samples since the mix began. */
  #end = 0;
  #any = false;
  /** The offset that is added to its times. */
  #shiftNs = 0;

  /** @param port of the stream */
  constructor(port: StreamInput<AudioFrame>) {
    this.port = port;
  }

  /** What another one goes on from; the views of samples are valid until the next frame. */
  snapshot(): MixerInputState {
    return {
      port: this.port.name,
      queued: this.#queue.queued,
      numbers: [this.firstNs, this.#silence, this.#end, this.#shiftNs],
      any: this.#any,
    };
  }

  /** Goes on from a state. */
  restore({ queued, numbers, any }: MixerInputState): void {
    this.#queue = PlaneQueue.of(queued);
    [this.firstNs, this.#silence, this.#end, this.#shiftNs] = numbers;
    this.#any = any;
  }

  /** Channels of the newest frame; 0 before the first. */
  get channels(): number {
    return this.#any ? this.#queue.channels : 0;
  }

  /** How many samples can be mixed, including silence. */
  get length(): number {
    return this.#silence + this.#queue.length;
  }

  /**
   * Takes a frame. All earlier samples must have been mixed.
   *
   * @param startNs when the mix began, or `undefined` if it has not
   * @param position how far the mix is, in samples since it began
   */
  take(frame: AudioFrame, startNs: number | undefined, position: number): void {
    if (frame.channels !== this.#queue.channels) this.#queue = new PlaneQueue(frame.channels);
    this.#queue.push(frame);
    if (startNs === undefined) this.firstNs = frame.ptsNs;
    else {
      // Catches up with a mix that went on without this stream.
      const joins = this.#end < position;
      if (joins) {
        this.#end = position;
        this.#join(frame.ptsNs - startNs, samplesToNs(position, frame.sampleRateHz));
      }
      this.#place(frame.ptsNs - startNs, frame.sampleRateHz, joins || frame.discontinuity);
    }
    this.#any = true;
  }

  /** Places the frame that was already taken, now that the mix begins. */
  begin(startNs: number, sampleRateHz: number): void {
    this.#end = 0;
    this.#join(this.firstNs - startNs, 0);
    if (this.#queue.length > 0) this.#place(this.firstNs - startNs, sampleRateHz, true);
  }

  /** Adds the oldest samples, or silence, to a channel of the mix. */
  addTo(target: Float32Array, channel: number, factor: number): void {
    const mono = this.#queue.channels === 1;
    if (mono && channel > 1) return;
    const from = Math.min(this.#silence, target.length);
    const to = Math.min(target.length, from + this.#queue.length);
    if (from === to) return;
    const source = this.#queue.plane(mono ? 0 : channel);
    kernels.mix(target, from, source, this.#queue.start, to - from, factor);
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

  /** Inserts silence before a late frame, and leaves out the part of a frame that is already past. */
  #place(offsetNs: number, sampleRateHz: number, always: boolean): void {
    const at = nsToSamples(offsetNs + this.#shiftNs, sampleRateHz);
    const off = at - this.#end;
    const moves = always ? off !== 0 : Math.abs(off) * 1e9 > TOLERANCE_NS * sampleRateHz;
    if (moves && off > 0) this.#silence += off;
    if (moves && off < 0) this.#queue.drop(-off);
    this.#end += this.length;
  }
}
