/**
 * The `tone-source` processor.
 *
 * @module
 */
import { config, output, processor } from "../../core/annotations.ts";
import type { AudioFrame, AudioShape } from "../../core/frames/audio_frame.ts";
import type { StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { carried, carry } from "./carried.ts";
import { Oscillator, type Waveform } from "./oscillator.ts";
import { samplesToNs } from "./sample_time.ts";

/**
 * Makes a test tone.
 *
 * **Purpose.** A sine, square, sawtooth or triangle wave, the same on every channel, for ever or for a given time. Live
 * changes of frequency keep the phase; those of amplitude glide over one block. Square and sawtooth are not
 * band-limited. In a live graph blocks come at the pace of the clock, offline as fast as the graph takes them: an
 * offline graph needs `durationSeconds`, or another node that ends the run.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `audio`: blocks of `blockSize` samples, the last one shorter where the tone ends.
 *
 * **Config.** `frequencyHz`, `amplitude`, `waveform` (all live), `sampleRateHz`, `channels`, `blockSize`,
 * `durationSeconds`.
 *
 * **Example.**
 * ```json
 * { "tone": { "type": "tone-source", "config": { "frequencyHz": 1000, "amplitude": 0.1, "durationSeconds": 5 } } }
 * ```
 */
@processor({ mode: "loop", tags: ["audio", "generator", "sine", "test", "oscillator"] })
export class ToneSource {
  @output()
  audio!: StreamOutput<AudioFrame>;
  /** Frequency. @minimum 0 @maximum 96000 @unit Hz */
  @config({ live: true })
  frequencyHz = 440;
  /** Peak, where 1 is full scale. @minimum 0 @maximum 1 */
  @config({ live: true })
  amplitude = 0.5;
  /** Shape of the wave. */
  @config({ live: true })
  waveform: "sine" | "square" | "saw" | "triangle" = "sine";
  /** Samples a second in each channel. @integer @minimum 1 @maximum 768000 @unit Hz */
  @config()
  sampleRateHz = 48000;
  /** Number of channels. @integer @minimum 1 @maximum 64 */
  @config()
  channels = 1;
  /** Samples per channel in a block. @integer @minimum 1 @maximum 16384 @unit samples */
  @config()
  blockSize = 1024;
  /** How long the tone lasts, rounded to whole samples; without it, for ever. @minimum 0 @unit s */
  @config()
  durationSeconds?: number;

  #oscillator = new Oscillator();
  #shape: AudioShape = { sampleRateHz: 1, channels: 1, sampleCount: 0 };
  #totalSamples = Infinity;
  #position = 0;
  #startNs = -1;

  /** Announces the format. */
  setup(): void {
    const { sampleRateHz, channels, blockSize } = this;
    this.#shape = { sampleRateHz, channels, sampleCount: blockSize };
    if (this.durationSeconds !== undefined) this.#totalSamples = Math.round(this.durationSeconds * sampleRateHz);
    this.#oscillator = new Oscillator(this.amplitude);
    this.audio.announce({ kind: "audio", sampleRateHz, channels });
  }

  /** Writes one block. */
  process(context: ProcessorContext): void {
    const count = Math.min(this.blockSize, this.#totalSamples - this.#position);
    if (count <= 0) return context.finish();
    const { sampleRateHz, channels } = this;
    const ptsNs = samplesToNs(this.#position, sampleRateHz);
    if (context.mode === "live" && this.#isEarly(ptsNs, context)) return;
    if (count < this.blockSize) this.#shape = { sampleRateHz, channels, sampleCount: count };
    const frame = this.audio.tryAcquire(this.#shape);
    if (frame === undefined) return;
    const first = frame.channel(0);
    this.#oscillator.fill(first, this.waveform satisfies Waveform, this.frequencyHz / sampleRateHz, this.amplitude);
    for (let channel = 1; channel < channels; channel++) frame.channel(channel).set(first);
    this.#position += count;
    const endNs = samplesToNs(this.#position, sampleRateHz);
    frame.ptsNs = ptsNs;
    frame.durationNs = endNs - ptsNs;
    this.audio.write(frame);
    if (this.#totalSamples !== Infinity) context.progress(endNs, samplesToNs(this.#totalSamples, sampleRateHz));
    if (this.#position >= this.#totalSamples) context.finish();
  }

  /** Gives what a successor goes on from. */
  snapshot(): unknown {
    return carry("tone-source", {
      position: this.#position,
      sampleRateHz: this.sampleRateHz,
      wave: this.#oscillator.state,
    });
  }

  /** Goes on from there. */
  restore(state: unknown): void {
    const from = carried<{ position: number; sampleRateHz: number; wave: [number, number] }>(
      "tone-source",
      state,
    );
    if (from === undefined) return;
    this.#oscillator.state = from.wave;
    // The time that has gone stays, also where the rate is another one.
    this.#position = Math.round(from.position * this.sampleRateHz / from.sampleRateHz);
  }

  #isEarly(ptsNs: number, context: ProcessorContext): boolean {
    const nowNs = context.nowNs();
    if (this.#startNs < 0) this.#startNs = nowNs - ptsNs;
    const dueNs = this.#startNs + ptsNs;
    if (nowNs >= dueNs) return false;
    context.waitUntilNs(dueNs);
    return true;
  }
}
