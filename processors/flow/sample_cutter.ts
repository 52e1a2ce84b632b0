/**
 * Cuts sound into blocks of one size, sample for sample.
 *
 * @module
 */
import type { AudioFrame, AudioShape } from "../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import { HeadFrame, type HeadState } from "../audio/head_frame.ts";
import { PlaneQueue } from "../audio/plane_queue.ts";
import { samplesToNs } from "../audio/sample_time.ts";
import type { Cutter, CutterSettings } from "./cutter.ts";

/** What a successor goes on from, also one of another `size`. */
export interface SampleState {
  head: HeadState | undefined;
  queued: Float32Array[];
  shape: Pick<AudioShape, "sampleRateHz" | "channels">;
  times: [number, number, number];
  discontinuity: boolean;
}

/** Makes blocks of exactly as many samples as are wanted. A block's time is that of its first sample. */
export class SampleCutter implements Cutter<SampleState> {
  readonly #input: StreamInput<AudioFrame>;
  readonly #output: StreamOutput<AudioFrame>;
  readonly #settings: CutterSettings;
  #head: HeadFrame | undefined;
  #queue = new PlaneQueue(1);
  #shape: Pick<AudioShape, "sampleRateHz" | "channels"> = { sampleRateHz: 1, channels: 1 };
  /** Time of the oldest sample in the queue. */
  #headNs = 0;
  /** The newest frame: its time, and how many samples of the queue are older. */
  #frameNs = -1;
  #older = 0;
  #discontinuity = false;

  constructor(input: StreamInput<AudioFrame>, output: StreamOutput<AudioFrame>, settings: CutterSettings) {
    this.#input = input;
    this.#output = output;
    this.#settings = settings;
  }

  /** Writes at most one block for each block that it reads. */
  process(): void {
    const head = this.#head ??= new HeadFrame(this.#input);
    let wrote = false;
    for (;;) {
      if (this.#queue.length < this.#settings.size) {
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
    if (this.#queue.length >= this.#settings.size || this.#input.peek() !== undefined) {
      this.process();
      return true;
    }
    return this.#queue.length > 0 && !this.#write();
  }

  get state(): SampleState {
    return {
      head: this.#head?.state,
      queued: this.#queue.queued,
      shape: this.#shape,
      times: [this.#headNs, this.#frameNs, this.#older],
      discontinuity: this.#discontinuity,
    };
  }

  set state(from: SampleState) {
    if (from.head === undefined) return;
    this.#head = new HeadFrame(this.#input);
    this.#head.state = from.head;
    this.#queue = PlaneQueue.of(from.queued);
    this.#shape = from.shape;
    [this.#headNs, this.#frameNs, this.#older] = from.times;
    this.#discontinuity = from.discontinuity;
  }

  #take(frame: AudioFrame, continues: boolean): void {
    const { channels, sampleRateHz, ptsNs } = frame;
    if (channels !== this.#queue.channels) this.#queue = new PlaneQueue(channels);
    const shape = this.#shape;
    if (shape.channels !== channels || shape.sampleRateHz !== sampleRateHz) {
      this.#shape = { channels, sampleRateHz };
      this.#output.announce({ kind: "audio", channels, sampleRateHz });
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
    const { size, pad } = this.#settings;
    const count = Math.min(size, queue.length);
    const frame = this.#output.tryAcquire({ channels, sampleRateHz, sampleCount: pad ? size : count });
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
    this.#output.write(frame);
    return true;
  }
}
