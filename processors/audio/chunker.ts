/**
 * The `chunker` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import type { AudioFrame, AudioShape } from "../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import { carried, carry } from "./carried.ts";
import { HeadFrame, type HeadState } from "./head_frame.ts";
import { PlaneQueue } from "./plane_queue.ts";
import { samplesToNs } from "./sample_time.ts";

/** What a successor goes on from, also one of another `size`. */
interface ChunkerState {
  head: HeadState | undefined;
  queued: Float32Array[];
  shape: AudioShape;
  times: [number, number, number];
  discontinuity: boolean;
}

/**
 * Cuts audio into blocks of one size.
 *
 * **Purpose.** Joins and splits blocks of any size into blocks of exactly `size` samples, sample for sample, for nodes
 * that need a fixed size. A block's time is that of its first sample. No block spans a gap in the stream or a change of
 * format: the current block then ends early, as at the end of the stream, and the next one starts with the new samples.
 *
 * **Inputs.** `audioIn`: blocks of any size.
 *
 * **Outputs.** `audioOut`: blocks of `size` samples; a block that ends early is shorter, or with `pad` filled with
 * silence.
 *
 * **Config.** `size`, `pad`.
 *
 * **Example.**
 * ```json
 * { "frames": { "type": "chunker", "config": { "size": 480, "pad": true } } }
 * ```
 */
@processor({ tags: ["audio", "block", "reblock", "buffer", "frame size"] })
export class Chunker<C extends number> {
  @input()
  audioIn!: StreamInput<AudioFrame<C>>;
  @output()
  audioOut!: StreamOutput<AudioFrame<C>>;
  /** Samples per channel in a block. @integer @minimum 1 @maximum 16384 @unit samples */
  @config()
  size = 1024;
  /** Fill a block that ends early with silence, instead of making it shorter. */
  @config()
  pad = false;

  #head: HeadFrame | undefined;
  #queue = new PlaneQueue(1);
  #shape: AudioShape = { sampleRateHz: 1, channels: 1, sampleCount: 0 };
  /** Time of the oldest sample in the queue. */
  #headNs = 0;
  /** The newest frame: its time, and how many samples of the queue are older. */
  #frameNs = -1;
  #older = 0;
  #discontinuity = false;

  /** Writes at most one block for each block that it reads. */
  process(): void {
    const head = this.#head ??= new HeadFrame(this.audioIn);
    let wrote = false;
    for (;;) {
      if (this.#queue.length < this.size) {
        const outcome = head.readAway();
        if (outcome === "blocked") return;
        if (outcome === "read") wrote = false;
        const frame = head.peek();
        if (frame === undefined) return;
        const continues = head.continues(frame);
        if (continues || this.#queue.length === 0) {
          this.#take(frame, continues);
          head.take(frame);
          continue;
        }
      }
      if (wrote || !this.#write()) return;
      wrote = true;
    }
  }

  /** Writes the remaining samples, one block a call. */
  flush(): boolean {
    if (this.#queue.length >= this.size || this.audioIn.peek() !== undefined) {
      this.process();
      return true;
    }
    return this.#queue.length > 0 && !this.#write();
  }

  /** Gives what a successor goes on from. */
  snapshot(): unknown {
    return carry("chunker", this.#state());
  }

  /** Goes on from there. */
  restore(state: unknown): void {
    const from = carried<ChunkerState>("chunker", state);
    if (from === undefined) return;
    if (from.head === undefined) return;
    this.#head = new HeadFrame(this.audioIn);
    this.#head.state = from.head;
    this.#queue = PlaneQueue.of(from.queued);
    this.#shape = { ...from.shape, sampleCount: this.size };
    [this.#headNs, this.#frameNs, this.#older] = from.times;
    this.#discontinuity = from.discontinuity;
  }

  #state(): ChunkerState {
    return {
      head: this.#head?.state,
      queued: this.#queue.queued,
      shape: this.#shape,
      times: [this.#headNs, this.#frameNs, this.#older],
      discontinuity: this.#discontinuity,
    };
  }

  #take(frame: AudioFrame, continues: boolean): void {
    const { channels, sampleRateHz, ptsNs } = frame;
    if (channels !== this.#queue.channels) this.#queue = new PlaneQueue(channels);
    const shape = this.#shape;
    if (shape.channels !== channels || shape.sampleRateHz !== sampleRateHz) {
      this.#shape = { channels, sampleRateHz, sampleCount: this.size };
      this.audioOut.announce({ kind: "audio", channels, sampleRateHz });
    }
    if (this.#queue.length === 0) {
      this.#headNs = ptsNs;
      this.#discontinuity = frame.discontinuity || (!continues && this.#frameNs !== -1);
    }
    this.#frameNs = ptsNs;
    this.#older = this.#queue.length;
    this.#queue.push(frame);
  }

  /** Writes one block. */
  #write(): boolean {
    const queue = this.#queue;
    const { channels, sampleRateHz } = this.#shape;
    const count = Math.min(this.size, queue.length);
    const short = count < this.size && !this.pad;
    const shape = short ? { channels, sampleRateHz, sampleCount: count } : this.#shape;
    const frame = this.audioOut.tryAcquire(shape as AudioShape<C>);
    if (frame === undefined) return false;
    if (count < frame.sampleCount) queue.pushSilence(frame.sampleCount - count);
    for (let channel = 0; channel < channels; channel++) queue.copy(channel, frame.channel(channel));
    frame.ptsNs = this.#headNs;
    frame.durationNs = samplesToNs(frame.sampleCount, sampleRateHz);
    frame.discontinuity = this.#discontinuity;
    queue.drop(frame.sampleCount);
    this.#older -= count;
    this.#headNs = this.#frameNs + samplesToNs(-this.#older, sampleRateHz);
    this.#discontinuity = false;
    this.audioOut.write(frame);
    return true;
  }
}
