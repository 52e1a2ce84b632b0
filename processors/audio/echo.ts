/**
 * The `echo` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import { type AudioFormat, describeFormat } from "../../core/frames/format.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { carried, carry } from "./carried.ts";
import { OddSamples } from "./odd_samples.ts";
import { samplesToNs } from "./sample_time.ts";

/** The most samples of a block of the tail, over all channels. */
const TAIL_VALUES = 8192;
/** How much quieter than the first one an echo is that is left out: 60 dB. */
const INAUDIBLE = 1e-3;
/** Beyond the greatest number of 32 bits. */
const LOUDEST = 3.4e38;

/** What a successor goes on from. */
interface EchoState {
  format: AudioFormat | undefined;
  past: Float32Array[];
  position: number;
  delay: number;
  /** Feedback, wet and dry of the newest block. */
  amounts: [number, number, number];
  endNs: number;
  /** Samples of the tail in all, and done. */
  tail: [number, number];
}

/**
 * Repeats audio.
 *
 * **Purpose.** Adds what came a while before, and with feedback what came before that, ever quieter. Every channel
 * repeats itself; the delay is a whole number of samples. Live changes glide over one block, that of the delay from one
 * place in the past to the other. The tail follows the end of the stream until it is 60 dB quieter, at most
 * `maxTailSeconds`. Samples that are not finite are not repeated; the figure `notFinite` counts them.
 *
 * **Inputs.** `audioIn`: the rate and number of channels may not change within a stream.
 *
 * **Outputs.** `audioOut`: the blocks that came in, each with its times, then the tail.
 *
 * **Config.** `delayMs`, `feedback`, `wet`, `dry` (all live), `maxDelayMs`, `maxTailSeconds`.
 *
 * **Example.**
 * ```json
 * { "canyon": { "type": "echo", "config": { "delayMs": 350, "feedback": 0.4 } } }
 * ```
 */
@processor({
  keeps: ["sampleRateHz", "channels"],
  tags: ["audio", "effect", "delay", "repeat"],
  figures: ["notFinite"],
})
export class Echo {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** Time from a sound to its first echo, rounded to samples, at most `maxDelayMs`. @minimum 0.1 @maximum 10000 @unit ms */
  @config({ live: true })
  delayMs = 300;
  /** How loud an echo is beside the one before it. @minimum 0 @maximum 0.95 */
  @config({ live: true })
  feedback = 0.35;
  /** How much of the echoes is in the output. @minimum 0 @maximum 1 */
  @config({ live: true })
  wet = 0.4;
  /** How much of the input is in the output. @minimum 0 @maximum 1 */
  @config({ live: true })
  dry = 1;
  /** The longest delay that a live change may set. @minimum 0.1 @maximum 10000 @unit ms */
  @config()
  maxDelayMs = 2000;
  /** Longest tail. @minimum 0 @maximum 120 @unit s */
  @config()
  maxTailSeconds = 20;

  readonly #odd = new OddSamples();
  #nodeId = "";
  #format: AudioFormat | undefined;
  /** What the past is made of, of each channel, in a ring. */
  #past: Float32Array[] = [];
  #position = 0;
  #delay = 0;
  #feedback = 0;
  #wet = 0;
  #dry = 0;
  #endNs = 0;
  #tail = -1;
  #tailDone = 0;

  /** Starts with the amounts of the first block. */
  setup(context: ProcessorContext): void {
    this.#nodeId = context.nodeId;
    if (this.delayMs > this.maxDelayMs) throw this.#tooLong();
    [this.#feedback, this.#wet, this.#dry] = [this.feedback, this.wet, this.dry];
  }

  /** Refuses a delay beyond the longest one. */
  configChanged(key: string): void {
    if (key === "delayMs" && this.delayMs > this.maxDelayMs) throw this.#tooLong();
  }

  /** Adds echoes to every queued block. */
  process(context: ProcessorContext): void {
    let frame;
    while ((frame = this.audioIn.read()) !== undefined) {
      this.#keepFormat(frame);
      this.#tail = -1;
      this.#tailDone = 0;
      const own = frame.writable();
      this.#endNs = own.ptsNs + samplesToNs(own.sampleCount, own.sampleRateHz);
      this.#odd.report(own, context);
      this.#render(own);
      this.audioOut.write(own);
    }
  }

  /** Writes one block of the tail. */
  flush(): boolean {
    const format = this.#format;
    if (format === undefined || this.wet === 0) return false;
    const { sampleRateHz, channels } = format;
    if (this.#tail < 0) this.#tail = this.#tailSamples(sampleRateHz);
    const sampleCount = Math.min(this.#tail - this.#tailDone, Math.floor(TAIL_VALUES / channels));
    if (sampleCount <= 0) return false;
    const frame = this.audioOut.tryAcquire({ sampleRateHz, channels, sampleCount });
    if (frame === undefined) return true;
    for (let channel = 0; channel < channels; channel++) frame.channel(channel).fill(0);
    this.#render(frame);
    frame.ptsNs = this.#endNs + samplesToNs(this.#tailDone, sampleRateHz);
    this.#tailDone += sampleCount;
    this.audioOut.write(frame);
    return this.#tailDone < this.#tail;
  }

  /** Gives what a successor goes on from. */
  snapshot(): unknown {
    return carry("echo", this.#state());
  }

  /** Goes on from there. */
  restore(state: unknown): void {
    const from = carried<EchoState>("echo", state);
    if (from === undefined) return;
    if (from.format === undefined) return;
    this.#begin(from.format);
    this.#position = from.position;
    for (const [channel, past] of from.past.entries()) {
      const own = this.#past[channel];
      // Another "maxDelayMs" makes another ring: what there is room for goes along.
      for (let k = Math.max(0, from.position - Math.min(own.length, past.length)); k < from.position; k++) {
        own[k % own.length] = past[k % past.length];
      }
    }
    this.#delay = Math.min(from.delay, this.#past[0].length - 1);
    [this.#feedback, this.#wet, this.#dry] = from.amounts;
    this.#endNs = from.endNs;
    [this.#tail, this.#tailDone] = from.tail;
  }

  #state(): EchoState {
    return {
      format: this.#format,
      past: this.#past,
      position: this.#position,
      delay: this.#delay,
      amounts: [this.#feedback, this.#wet, this.#dry],
      endNs: this.#endNs,
      tail: [this.#tail, this.#tailDone],
    };
  }

  #tailSamples(sampleRateHz: number): number {
    const echoes = 1 + (this.feedback > 0 ? Math.ceil(Math.log(INAUDIBLE) / Math.log(this.feedback)) : 0);
    return Math.min(Math.round(this.maxTailSeconds * sampleRateHz), echoes * this.#delaySamples(sampleRateHz));
  }

  #delaySamples(sampleRateHz: number): number {
    return Math.max(1, Math.round(this.delayMs * sampleRateHz / 1000));
  }

  #render(frame: AudioFrame): void {
    const delay = this.#delaySamples(frame.sampleRateHz);
    for (let channel = 0; channel < frame.channels; channel++) {
      this.#renderChannel(frame.channel(channel), this.#past[channel], delay);
    }
    this.#position += frame.sampleCount;
    this.#delay = delay;
    [this.#feedback, this.#wet, this.#dry] = [this.feedback, this.wet, this.dry];
  }

  #renderChannel(samples: Float32Array, past: Float32Array, delay: number): void {
    const [count, size] = [samples.length, past.length];
    const [feedback, wet, dry] = [this.#feedback, this.#wet, this.#dry];
    const isMoving = delay !== this.#delay;
    for (let i = 0; i < count; i++) {
      const at = this.#position + i;
      const share = (i + 1) / count;
      const there = past[(at - delay + size) % size];
      const echo = isMoving ? past[(at - this.#delay + size) % size] * (1 - share) + there * share : there;
      const sample = samples[i];
      const kept = sample + echo * (feedback + (this.feedback - feedback) * share);
      // What is no number, or none of 32 bits, would come again and again.
      past[at % size] = Math.abs(kept) < LOUDEST ? kept : 0;
      samples[i] = sample * (dry + (this.dry - dry) * share) + echo * (wet + (this.wet - wet) * share);
    }
  }

  #begin(format: AudioFormat): AudioFormat {
    const longest = Math.max(1, Math.round(this.maxDelayMs * format.sampleRateHz / 1000));
    this.#past = Array.from({ length: format.channels }, () => new Float32Array(longest + 1));
    this.#delay = this.#delaySamples(format.sampleRateHz);
    return this.#format = format;
  }

  #keepFormat(frame: AudioFrame): void {
    const { channels, sampleRateHz } = frame;
    const format = this.#format ?? this.#begin({ kind: "audio", channels, sampleRateHz });
    if (channels === format.channels && sampleRateHz === format.sampleRateHz) return;
    const converter = channels === format.channels ? "resampler" : "channel-mapper";
    throw new SluiceError(
      "TypeMismatch",
      `Cannot go on in "${this.#nodeId}": "${this.#nodeId}.audioIn" changed from ${describeFormat(format)} to ` +
        `${describeFormat(frame.format)}; put a "${converter}" before it`,
      { nodeId: this.#nodeId, port: "audioIn", available: [converter] },
    );
  }

  #tooLong(): SluiceError {
    return new SluiceError(
      "InvalidConfig",
      `Cannot delay by ${this.delayMs} ms in "${this.#nodeId}": wanted at most "maxDelayMs", ${this.maxDelayMs} ms`,
      { nodeId: this.#nodeId, key: "delayMs" },
    );
  }
}
