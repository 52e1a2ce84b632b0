/**
 * The `loudness` processor.
 *
 * @module
 */
import { command, config, input, output, processor } from "../../core/annotations.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../core/frames/data_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { carried, carry } from "./carried.ts";
import { factorToDecibels } from "./decibels.ts";
import { LoudnessMeter, type LoudnessState } from "./loudness_meter.ts";
import type { LoudnessReading } from "./loudness_reading.ts";
import { OddSamples } from "./odd_samples.ts";
import { samplesToNs } from "./sample_time.ts";
import { TruePeaks } from "./true_peaks.ts";

/** The rate of a meter to which nothing has come. */
const FIRST_RATE_HZ = 48_000;

/** What a successor goes on from. */
interface State {
  meter: LoudnessState;
  queued: readonly Float32Array[];
  peak: number;
  count: number;
  startNs: number;
}

/**
 * Measures how loud audio is heard, in LUFS, as EBU R128 has it.
 *
 * **Purpose.** Gives momentary, short-term and integrated loudness, the loudness range and the true peak (ITU-R
 * BS.1770-4, EBU Tech 3341 and 3342), at most once for each block: at the end of the block that completes `intervalMs`,
 * and at the end of the stream for the remainder. Blocks pass through untouched and without a copy. Its figures are the
 * newest reading. Integrated loudness and range are those since the stream began or the last `reset`; where the format of the stream changes
 * they go on. Samples that are not finite count as silence; the figure `notFinite` counts them.
 *
 * **Inputs.** `audioIn`: any rate; channels in the order of WAV files: those at the sides count more, and low-frequency
 * effects not at all.
 *
 * **Outputs.** `readings`: loudness. `audioOut`: the blocks that came in.
 *
 * **Config.** `intervalMs` (live).
 *
 * **Commands.** `reset`: the next programme begins.
 *
 * **Example.**
 * ```json
 * { "meter": { "type": "loudness", "config": { "intervalMs": 1000 } } }
 * ```
 */
@processor({
  keeps: ["sampleRateHz", "channels"],
  tags: ["audio", "meter", "lufs", "lkfs", "r128", "bs1770", "true-peak", "lra"],
  figures: ["momentaryLufs", "shortTermLufs", "integratedLufs", "rangeLu", "truePeakDb", "notFinite"],
})
export class Loudness {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @output()
  readings!: StreamOutput<DataFrame<LoudnessReading>>;
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** Least time between readings. @minimum 0 @maximum 60000 @unit ms */
  @config({ live: true })
  intervalMs = 100;

  readonly #odd = new OddSamples();
  #meter = new LoudnessMeter(FIRST_RATE_HZ, 1);
  #peaks = new TruePeaks(1);
  #peak = 0;
  /** Samples since the last reading, and when they begin. */
  #count = 0;
  #startNs = 0;

  /** Measures every queued block and passes it on. */
  process(context: ProcessorContext): void {
    let frame;
    while ((frame = this.audioIn.read()) !== undefined) {
      const { sampleRateHz, channels } = frame;
      if (!this.#meter.fits(frame)) {
        this.#meter = new LoudnessMeter(sampleRateHz, channels, this.#meter);
        this.#peaks = new TruePeaks(channels);
      }
      if (this.#count === 0) this.#startNs = frame.ptsNs;
      this.#odd.countIn(frame);
      this.#meter.add(frame);
      this.#peak = Math.max(this.#peak, this.#peaks.greatest(frame));
      this.#count += frame.sampleCount;
      if (this.#count * 1000 >= this.intervalMs * sampleRateHz) this.#write(context);
      this.audioOut.write(frame);
    }
  }

  /** Begins another programme: integrated loudness, loudness range and true peak are of what comes from now on. */
  @command()
  reset(): void {
    this.#meter.beginProgramme();
    this.#peaks = new TruePeaks(this.#meter.channels);
    this.#peak = 0;
  }

  /** Makes a reading of what came since the last one. */
  flush(context: ProcessorContext): void {
    this.#peak = Math.max(this.#peak, this.#peaks.greatestAtEnd());
    this.#write(context);
  }

  /** Gives what a successor goes on from. */
  snapshot(): unknown {
    const fields: State = {
      meter: this.#meter.snapshot(),
      queued: this.#peaks.queued,
      peak: this.#peak,
      count: this.#count,
      startNs: this.#startNs,
    };
    return carry("loudness", fields);
  }

  /** Goes on from there. */
  restore(state: unknown): void {
    const from = carried<State>("loudness", state);
    if (from === undefined) return;
    this.#meter = LoudnessMeter.restored(from.meter);
    this.#peaks = new TruePeaks(from.queued.length, from.queued);
    this.#peak = from.peak;
    this.#count = from.count;
    this.#startNs = from.startNs;
  }

  #write(context: ProcessorContext): void {
    const { momentaryLufs, shortTermLufs, integratedLufs, rangeLu, sampleRateHz } = this.#meter;
    const truePeakDb = factorToDecibels(this.#peak);
    const figures = { momentaryLufs, shortTermLufs, integratedLufs, rangeLu, truePeakDb };
    context.report({ ...figures, notFinite: this.#odd.count });
    if (this.#count === 0) return;
    const durationNs = samplesToNs(this.#count, sampleRateHz);
    this.#count = 0;
    const frame = this.readings.tryAcquire({ value: { ptsNs: this.#startNs, durationNs, ...figures } });
    if (frame === undefined) return;
    frame.ptsNs = this.#startNs;
    frame.durationNs = durationNs;
    this.readings.write(frame);
  }
}
