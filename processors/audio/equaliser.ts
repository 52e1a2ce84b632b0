/**
 * The `equaliser` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import { kernels } from "../../kernels/kernels.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { designBand, type EqualiserBand } from "./biquad_design.ts";
import { carried, carry } from "./carried.ts";
import { OddSamples } from "./odd_samples.ts";

/**
 * Shapes the spectrum of audio.
 *
 * **Purpose.** Filters every channel by bands, one after the other: peaks, shelves, high and low passes, notches, each a
 * section of second order. A live change glides over one block, from what the old bands make of it to what the new ones
 * do. Without bands blocks pass untouched. A sample that is not finite silences the rest of its block; the figure
 * `notFinite` counts it.
 *
 * **Inputs.** `audioIn`: any rate and number of channels; where one changes, the filters begin anew.
 *
 * **Outputs.** `audioOut`: the same, with the same times. It may go beyond full scale.
 *
 * **Config.** `bands` (live).
 *
 * **Example.**
 * ```json
 * { "voice": { "type": "equaliser", "config": { "bands": [
 *   { "type": "high-pass", "frequencyHz": 80 }, { "type": "peak", "frequencyHz": 3000, "gainDb": 4, "q": 1 }
 * ] } } }
 * ```
 */
@processor({
  keeps: ["sampleRateHz", "channels"],
  tags: ["audio", "equalizer", "filter", "eq", "tone", "bass", "treble", "biquad"],
  figures: ["notFinite"],
})
export class Equaliser {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** The bands, in the order of filtering. @maxItems 32 */
  @config({ live: true })
  bands: EqualiserBand[] = [];

  readonly #odd = new OddSamples();
  #filter = new BandFilter([], 1, 0);
  #isChanged = false;
  /** What the old bands make of a block while the new ones take over. */
  #old = new Float32Array(0);

  /** Has the next block glide to the new bands. */
  configChanged(): void {
    this.#isChanged = true;
  }

  /** Filters every queued block. */
  process(context: ProcessorContext): void {
    let frame;
    while ((frame = this.audioIn.read()) !== undefined) {
      const { sampleRateHz, channels } = frame;
      const before = this.#filter.fits(sampleRateHz, channels) ? this.#filter : undefined;
      if (before === undefined || this.#isChanged) {
        this.#filter = new BandFilter(this.bands, sampleRateHz, channels, before);
        this.#isChanged = false;
      }
      const glidesFrom = before === this.#filter ? undefined : before;
      if (this.#filter.isEmpty && glidesFrom === undefined) {
        this.audioOut.write(frame);
        continue;
      }
      const own = frame.writable();
      this.#odd.report(own, context);
      for (let channel = 0; channel < channels; channel++) this.#render(channel, own.channel(channel), glidesFrom);
      this.audioOut.write(own);
    }
  }

  /** Gives what a successor goes on from. */
  snapshot(): unknown {
    return carry("equaliser", this.#filter.snapshot());
  }

  /** Goes on from there. */
  restore(state: unknown): void {
    const from = carried<BandState>("equaliser", state);
    if (from === undefined) return;
    // Other bands than before take over by a glide, as after a live change.
    this.#filter = BandFilter.restored(from);
    this.#isChanged = JSON.stringify(this.bands) !== JSON.stringify(from.bands);
  }

  #render(channel: number, samples: Float32Array, before: BandFilter | undefined): void {
    if (before === undefined) return this.#filter.render(channel, samples);
    const count = samples.length;
    if (this.#old.length < count) this.#old = kernels.float32(count);
    const old = this.#old.subarray(0, count);
    old.set(samples);
    before.render(channel, old);
    this.#filter.render(channel, samples);
    for (let i = 0; i < count; i++) samples[i] = old[i] + (samples[i] - old[i]) * ((i + 1) / count);
  }
}

/** What a filter goes on from. */
interface BandState {
  bands: EqualiserBand[];
  sampleRateHz: number;
  states: Float64Array[];
}

/** Bands as sections of a filter, with the state of each channel. */
class BandFilter {
  readonly #bands: readonly EqualiserBand[];
  readonly #sampleRateHz: number;
  readonly #coefficients: Float64Array;
  readonly #states: Float64Array[];

  /** @param before the filter that it takes the place of: where it has as many bands, its state goes on */
  constructor(bands: readonly EqualiserBand[], sampleRateHz: number, channels: number, before?: BandFilter) {
    this.#bands = bands;
    this.#sampleRateHz = sampleRateHz;
    this.#coefficients = kernels.float64(5 * bands.length);
    this.#coefficients.set(bands.flatMap((band) => designBand(band, sampleRateHz)));
    this.#states = Array.from({ length: channels }, (_, channel) => {
      const state = kernels.float64(2 * bands.length);
      const old = before && before.#states[channel];
      if (old?.length === state.length) state.set(old);
      return state;
    });
  }

  static restored({ bands, sampleRateHz, states }: BandState): BandFilter {
    const filter = new BandFilter(bands, sampleRateHz, states.length);
    for (const [channel, state] of states.entries()) filter.#states[channel].set(state);
    return filter;
  }

  snapshot(): BandState {
    return { bands: [...this.#bands], sampleRateHz: this.#sampleRateHz, states: this.#states };
  }

  get isEmpty(): boolean {
    return this.#coefficients.length === 0;
  }

  fits(sampleRateHz: number, channels: number): boolean {
    return this.#sampleRateHz === sampleRateHz && this.#states.length === channels;
  }

  /** A sample that has no end, or makes the filter have none, silences the rest of its block. */
  render(channel: number, samples: Float32Array): void {
    if (this.isEmpty) return;
    const state = this.#states[channel];
    kernels.biquads(samples, this.#coefficients, state);
    if (state.every(Number.isFinite)) return;
    state.fill(0);
    for (let k = 0; k < samples.length; k++) if (!Number.isFinite(samples[k])) samples[k] = 0;
  }
}
