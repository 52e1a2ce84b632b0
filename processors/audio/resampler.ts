/**
 * The `resampler` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { carried, carry } from "./carried.ts";
import { HeadFrame, type HeadState } from "./head_frame.ts";
import { OddSamples } from "./odd_samples.ts";
import { RateConverter, type RateConverterState } from "./rate_converter.ts";
import { samplesToNs } from "./sample_time.ts";

/** Most samples of a block, over all channels: what a slot of the default audio pool holds. */
const MAX_BLOCK_VALUES = 16_384;

/** What a successor goes on from; with another `sampleRateHz` its filter begins anew. */
interface ResamplerState {
  head: HeadState | undefined;
  converter: RateConverterState | undefined;
  times: [number, number];
  discontinuity: boolean;
}

/**
 * Converts the sample rate.
 *
 * **Purpose.** Converts by the exact ratio of the two rates, with a windowed sinc of 64 taps or more: flat to 0.85 of
 * the lower half rate, aliases about 100 dB down. Nothing is shifted in time, and N samples become ceil(N × output rate
 * / input rate). Blocks that have the wanted rate pass untouched. After a gap in the stream the filter starts again.
 * Samples that are not finite become silence where it converts; the figure `notFinite` counts them.
 *
 * **Inputs.** `audioIn`: any rate, which may change, and any number of channels.
 *
 * **Outputs.** `audioOut`: the wanted rate.
 *
 * **Config.** `sampleRateHz`.
 *
 * **Example.**
 * ```json
 * { "to48k": { "type": "resampler", "config": { "sampleRateHz": 48000 } } }
 * ```
 */
@processor({ tags: ["audio", "sample rate", "convert", "src"], converts: ["sampleRateHz"], figures: ["notFinite"] })
export class Resampler {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** Samples a second in the output. @integer @minimum 1000 @maximum 768000 @unit Hz */
  @config()
  sampleRateHz = 48000;

  readonly #odd = new OddSamples();
  #head: HeadFrame | undefined;
  #converter: RateConverter | undefined;
  /** The newest frame: its time, and how many input samples of its stream came before it. */
  #frameNs = 0;
  #before = 0;
  #discontinuity = false;
  #shape = { sampleRateHz: 1, channels: 1, sampleCount: 0 };

  /** Writes at most one block for each block that it reads. */
  process(context: ProcessorContext): void {
    const head = this.#head ??= new HeadFrame(this.audioIn);
    let wrote = false;
    for (;;) {
      const converter = this.#converter;
      if (converter !== undefined && converter.ready > 0) {
        if (wrote || !this.#write(converter)) return;
        wrote = true;
        continue;
      }
      const outcome = head.readAway();
      if (outcome === "blocked") return;
      if (outcome === "read") wrote = false;
      const frame = head.peek();
      if (frame === undefined) return;
      const continues = head.continues(frame);
      if (!continues && converter !== undefined && !converter.ended) {
        converter.end();
        continue;
      }
      if (frame.sampleRateHz === this.sampleRateHz) {
        const same = this.audioIn.read();
        if (same === undefined) return;
        this.audioOut.write(same);
        wrote = true;
        continue;
      }
      this.#take(frame, continues, context);
      head.take(frame);
    }
  }

  /** Writes the remaining output after the end of the stream, one block a call. */
  flush(context: ProcessorContext): boolean {
    if (this.audioIn.peek() !== undefined) {
      this.process(context);
      return true;
    }
    const converter = this.#converter;
    if (converter === undefined) return false;
    converter.end();
    if (converter.ready > 0) this.#write(converter);
    return converter.ready > 0;
  }

  /** Gives what a successor goes on from. */
  snapshot(): unknown {
    return carry("resampler", this.#state());
  }

  /** Goes on from there. */
  restore(state: unknown): void {
    const from = carried<ResamplerState>("resampler", state);
    if (from === undefined) return;
    if (from.head === undefined) return;
    this.#head = new HeadFrame(this.audioIn);
    this.#head.state = from.head;
    if (from.converter?.outputRateHz !== this.sampleRateHz) return;
    this.#converter = RateConverter.restored(from.converter);
    this.#shape = { sampleRateHz: this.sampleRateHz, channels: this.#converter.channels, sampleCount: 0 };
    [this.#frameNs, this.#before] = from.times;
    this.#discontinuity = from.discontinuity;
  }

  #state(): ResamplerState {
    return {
      head: this.#head?.state,
      converter: this.#converter?.snapshot(),
      times: [this.#frameNs, this.#before],
      discontinuity: this.#discontinuity,
    };
  }

  #take(frame: AudioFrame, continues: boolean, context: ProcessorContext): void {
    const { channels, sampleRateHz } = frame;
    const known = this.#converter;
    if (known === undefined || known.channels !== channels || known.inputRateHz !== sampleRateHz) {
      this.#converter = new RateConverter(sampleRateHz, this.sampleRateHz, channels);
      this.#shape = { sampleRateHz: this.sampleRateHz, channels, sampleCount: 0 };
      this.audioOut.announce({ kind: "audio", sampleRateHz: this.sampleRateHz, channels });
    } else if (known.ended) known.restart();
    if (!continues) this.#discontinuity = frame.discontinuity || known !== undefined;
    this.#frameNs = frame.ptsNs;
    this.#before = this.#converter!.taken;
    this.#converter!.push(frame);
    if (this.#odd.report(frame, context) > 0) this.#converter!.mend(frame.sampleCount);
  }

  #write(converter: RateConverter): boolean {
    this.#shape.sampleCount = Math.min(converter.ready, Math.floor(MAX_BLOCK_VALUES / converter.channels));
    const frame = this.audioOut.tryAcquire(this.#shape);
    if (frame === undefined) return false;
    const fromNs = samplesToNs(converter.made, this.sampleRateHz);
    converter.render(frame);
    frame.ptsNs = this.#frameNs + fromNs - samplesToNs(this.#before, converter.inputRateHz);
    frame.durationNs = samplesToNs(converter.made, this.sampleRateHz) - fromNs;
    frame.discontinuity = this.#discontinuity;
    this.#discontinuity = false;
    this.audioOut.write(frame);
    return true;
  }
}
