/**
 * The `level-meter` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../core/frames/data_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { carried, carry } from "./carried.ts";
import { factorToDecibels } from "./decibels.ts";
import { LevelCounter, type LevelReading, type LevelState } from "./level_reading.ts";
import { OddSamples } from "./odd_samples.ts";
import { samplesToNs } from "./sample_time.ts";

/**
 * Measures how loud audio is.
 *
 * **Purpose.** Gives peak, RMS and held peak of every channel in decibels of full scale, at most once for each block:
 * at the end of the block that completes `intervalMs`, and at the end of the stream for the remainder. Blocks pass
 * through untouched and without a copy, so it can sit in a chain. Its figures are the newest reading: `peakDb_0`,
 * `rmsDb_0` and `peakHoldDb_0` for the first channel, and so on; `notFinite`
 * counts samples that are no finite numbers.
 *
 * **Inputs.** `audioIn`: any rate and number of channels.
 *
 * **Outputs.** `levels`: readings. `audioOut`: the blocks that came in.
 *
 * **Config.** `intervalMs`.
 *
 * **Example.**
 * ```json
 * { "meter": { "type": "level-meter", "config": { "intervalMs": 50 } } }
 * ```
 */
@processor({ keeps: ["sampleRateHz", "channels"], tags: ["audio", "meter", "peak", "rms", "loudness", "vu"] })
export class LevelMeter {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @output()
  levels!: StreamOutput<DataFrame<LevelReading>>;
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** Least time between readings. @minimum 0 @maximum 60000 @unit ms */
  @config({ live: true })
  intervalMs = 100;

  readonly #odd = new OddSamples();
  #counter = new LevelCounter(1);
  #sampleRateHz = 0;
  #startNs = 0;

  /** Measures every queued block and passes it on. */
  process(context: ProcessorContext): void {
    let frame;
    while ((frame = this.audioIn.read()) !== undefined) {
      if (frame.channels !== this.#counter.channels) this.#counter = new LevelCounter(frame.channels);
      const counter = this.#counter;
      if (counter.count === 0) this.#startNs = frame.ptsNs;
      this.#sampleRateHz = frame.sampleRateHz;
      for (let channel = 0; channel < counter.channels; channel++) counter.add(channel, frame.channel(channel));
      this.#odd.countIn(frame);
      counter.advance(frame.sampleCount);
      if (counter.count * 1000 >= this.intervalMs * this.#sampleRateHz) this.#write(context);
      this.audioOut.write(frame);
    }
  }

  /** Makes a reading of the samples since the last one. */
  flush(context: ProcessorContext): void {
    if (this.#counter.count > 0) this.#write(context);
  }

  /** Gives what a successor goes on from. */
  snapshot(): unknown {
    return carry("level-meter", {
      counter: this.#counter.snapshot(),
      sampleRateHz: this.#sampleRateHz,
      startNs: this.#startNs,
    });
  }

  /** Goes on from there. */
  restore(state: unknown): void {
    const from = carried<{ counter: LevelState; sampleRateHz: number; startNs: number }>("level-meter", state);
    if (from === undefined) return;
    this.#counter = LevelCounter.restored(from.counter);
    this.#sampleRateHz = from.sampleRateHz;
    this.#startNs = from.startNs;
  }

  #write(context: ProcessorContext): void {
    const durationNs = samplesToNs(this.#counter.count, this.#sampleRateHz);
    const value = this.#counter.take(this.#startNs, durationNs, factorToDecibels);
    context.report({ ...toFigures(value), notFinite: this.#odd.count });
    const frame = this.levels.tryAcquire({ value });
    if (frame === undefined) return;
    frame.ptsNs = this.#startNs;
    frame.durationNs = durationNs;
    this.levels.write(frame);
  }
}

function toFigures({ peakDb, rmsDb, peakHoldDb }: LevelReading): { readonly [name: string]: number } {
  const figures: { [name: string]: number } = {};
  for (let channel = 0; channel < peakDb.length; channel++) {
    figures[`peakDb_${channel}`] = peakDb[channel];
    figures[`rmsDb_${channel}`] = rmsDb[channel];
    figures[`peakHoldDb_${channel}`] = peakHoldDb[channel];
  }
  return figures;
}
