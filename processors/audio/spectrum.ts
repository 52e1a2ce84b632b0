/**
 * The `spectrum` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../core/frames/data_frame.ts";
import { kernels } from "../../kernels/kernels.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { carried, carry } from "./carried.ts";
import { HeadFrame, type HeadState } from "./head_frame.ts";
import { PlaneQueue } from "./plane_queue.ts";
import { samplesToNs } from "./sample_time.ts";
import { SpectrumAnalyzer, type SpectrumReading } from "./spectrum_reading.ts";

/** What a successor goes on from, also one of another `size`. */
interface SpectrumState {
  head: HeadState | undefined;
  queued: Float32Array[];
  /** Rate, time of the newest frame, and how many samples are older. */
  numbers: [number, number, number];
}

/**
 * Measures the frequencies in audio.
 *
 * **Purpose.** Takes overlapping windows of `size` samples, weights them, and gives the magnitude of each frequency in
 * decibels of full scale: a sine at full scale on a bin reads 0 dB. No window spans a gap in the stream; a remainder
 * shorter than a window is not measured. Its figures are `peakHz` and `peakDb`, the strongest frequency of the newest
 * reading.
 *
 * **Inputs.** `audio`: any rate and number of channels.
 *
 * **Outputs.** `spectrum`: readings, one for every `size` × (1 - `overlap`) samples.
 *
 * **Config.** `size`, `overlap`, `window`, `channel`.
 *
 * **Example.**
 * ```json
 * { "analyser": { "type": "spectrum", "config": { "size": 4096, "window": "blackman" } } }
 * ```
 */
@processor({ tags: ["audio", "fft", "frequency", "analyser", "analyzer"] })
export class Spectrum {
  @input()
  audio!: StreamInput<AudioFrame>;
  @output()
  spectrum!: StreamOutput<DataFrame<SpectrumReading>>;
  /** Samples of a window: a power of two. @integer @minimum 16 @maximum 65536 @unit samples */
  @config()
  size = 2048;
  /** Share of a window that the next one repeats. @minimum 0 @maximum 0.95 */
  @config()
  overlap = 0.5;
  /** Window: `hann` for most, `flat-top` for levels, `blackman` for weak tones beside strong ones. */
  @config()
  window: "hann" | "blackman" | "flat-top" | "rectangular" = "hann";
  /** Channel to measure, from 0; -1 for the average of all. @integer @minimum -1 @maximum 63 */
  @config()
  channel = -1;

  #analyzer: SpectrumAnalyzer | undefined;
  #head: HeadFrame | undefined;
  #queue = new PlaneQueue(1);
  #hop = 1;
  #sampleRateHz = 0;
  /** Time of the newest frame, and how many samples of the queue are older. */
  #frameNs = 0;
  #older = 0;
  #nodeId = "";

  /** Prepares the window function and the transform. */
  setup(context: ProcessorContext): void {
    this.#nodeId = context.nodeId;
    if (!Number.isInteger(Math.log2(this.size))) {
      throw new SluiceError(
        "InvalidConfig",
        `Cannot set "${this.#nodeId}.size" to ${this.size}: wanted a power of two, such as ${
          2 ** Math.round(Math.log2(this.size))
        }`,
        { nodeId: this.#nodeId, key: "size" },
      );
    }
    this.#hop = Math.max(1, Math.round(this.size * (1 - this.overlap)));
    this.#analyzer = new SpectrumAnalyzer(this.size, this.window);
  }

  /** Writes at most one reading for each block that it reads. */
  process(context: ProcessorContext): void {
    const head = this.#head ??= new HeadFrame(this.audio);
    let wrote = false;
    for (;;) {
      if (this.#queue.length >= this.size) {
        if (wrote || !this.#write(context)) return;
        wrote = true;
        continue;
      }
      const outcome = head.readAway();
      if (outcome === "blocked") return;
      if (outcome === "read") wrote = false;
      const frame = head.peek();
      if (frame === undefined) return;
      this.#take(frame, head.continues(frame));
      head.take(frame);
    }
  }

  /** Writes the remaining readings, one a call. */
  flush(context: ProcessorContext): boolean {
    if (this.#queue.length < this.size && this.audio.peek() === undefined) return false;
    this.process(context);
    return true;
  }

  /** Gives what a successor goes on from. */
  snapshot(): unknown {
    return carry("spectrum", this.#state());
  }

  /** Goes on from there. */
  restore(state: unknown): void {
    const from = carried<SpectrumState>("spectrum", state);
    if (from === undefined) return;
    if (from.head === undefined) return;
    this.#head = new HeadFrame(this.audio);
    this.#head.state = from.head;
    this.#queue = PlaneQueue.of(from.queued);
    [this.#sampleRateHz, this.#frameNs, this.#older] = from.numbers;
  }

  #state(): SpectrumState {
    return {
      head: this.#head?.state,
      queued: this.#queue.queued,
      numbers: [this.#sampleRateHz, this.#frameNs, this.#older],
    };
  }

  #take(frame: AudioFrame, continues: boolean): void {
    if (this.channel >= frame.channels) {
      throw new SluiceError(
        "TypeMismatch",
        `Cannot measure channel ${this.channel} in "${this.#nodeId}": "${this.#nodeId}.audio" has ${frame.channels} ` +
          `channels; set "channel" to -1 or less than ${frame.channels}`,
        { nodeId: this.#nodeId, port: "audio", key: "channel" },
      );
    }
    if (frame.channels !== this.#queue.channels) this.#queue = new PlaneQueue(frame.channels);
    if (!continues) this.#queue.drop(this.#queue.length);
    this.#sampleRateHz = frame.sampleRateHz;
    this.#frameNs = frame.ptsNs;
    this.#older = this.#queue.length;
    this.#queue.push(frame);
  }

  #write(context: ProcessorContext): boolean {
    const queue = this.#queue;
    const analyzer = this.#analyzer!;
    const samples = analyzer.samples;
    const only = this.channel >= 0;
    samples.fill(0);
    for (let channel = only ? this.channel : 0; channel < (only ? this.channel + 1 : queue.channels); channel++) {
      const part = queue.plane(channel).subarray(queue.start, queue.start + samples.length);
      kernels.widen(samples, part, only ? 1 : 1 / queue.channels);
    }
    const ptsNs = this.#frameNs + samplesToNs(-this.#older, this.#sampleRateHz);
    const durationNs = samplesToNs(this.size, this.#sampleRateHz);
    const value = analyzer.analyze(ptsNs, durationNs, this.#sampleRateHz);
    const frame = this.spectrum.tryAcquire({ value });
    if (frame === undefined) return false;
    context.report({ peakHz: value.peakHz, peakDb: value.peakDb });
    frame.ptsNs = ptsNs;
    frame.durationNs = durationNs;
    queue.drop(this.#hop);
    this.#older -= this.#hop;
    this.spectrum.write(frame);
    return true;
  }
}
