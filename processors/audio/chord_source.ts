/**
 * The `chord-source` processor.
 *
 * @module
 */
import { config, output, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { carried, carry } from "./carried.ts";
import { noteFrequencyHz } from "./chord_notes.ts";
import { Oscillator, type Waveform } from "./oscillator.ts";
import { samplesToNs } from "./sample_time.ts";

/** A note that sounds, and how it is made. */
interface Voice {
  readonly frequencyHz: number;
  readonly oscillator: Oscillator;
}

/** What a successor goes on from. */
interface ChordState {
  voices: { frequencyHz: number; wave: [number, number] }[];
  leaving: { frequencyHz: number; wave: [number, number] }[];
  position: number;
  sampleRateHz: number;
}

/**
 * Plays a chord.
 *
 * **Purpose.** Adds the waves of several notes, the same on every channel, for ever or for a given time: something to
 * hear while a graph is built. The notes share the amplitude, so that the sum keeps to it. A live change of the notes
 * glides over one block, in which the old ones fade out and the new ones in; notes that stay keep their phase. In a live
 * graph blocks come at the pace of the clock, offline as fast as the graph takes them.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `audio`: blocks of `blockSize` samples, the last one shorter where the chord ends.
 *
 * **Config.** `notes`, `amplitude`, `waveform` (all live), `sampleRateHz`, `channels`, `blockSize`, `durationSeconds`.
 *
 * **Example.**
 * ```json
 * { "chord": { "type": "chord-source", "config": { "notes": ["A3", "C4", "E4"], "durationSeconds": 5 } } }
 * ```
 */
@processor({ mode: "loop", tags: ["audio", "generator", "music", "notes", "test", "synth"] })
export class ChordSource {
  @output()
  audio!: StreamOutput<AudioFrame>;
  /**
   * The notes: a letter, `#` or `b`, and an octave. `A4` is 440 Hz. @maxItems 16
   */
  @config({ live: true })
  notes: string[] = ["C4", "E4", "G4"];
  /** Peak of all notes together, where 1 is full scale. @minimum 0 @maximum 1 */
  @config({ live: true })
  amplitude = 0.5;
  /** Shape of each wave. */
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
  /** How long the chord lasts, rounded to whole samples; without it, for ever. @minimum 0 @unit s */
  @config()
  durationSeconds?: number;

  #nodeId = "";
  #voices: Voice[] = [];
  /** Voices that fade out in the next block. */
  #leaving: Voice[] = [];
  #one = new Float32Array(0);
  #totalSamples = Infinity;
  #position = 0;
  #startNs = -1;

  /** Announces the format. */
  setup({ nodeId }: ProcessorContext): void {
    this.#nodeId = nodeId;
    const { sampleRateHz, channels } = this;
    if (this.durationSeconds !== undefined) this.#totalSamples = Math.round(this.durationSeconds * sampleRateHz);
    // The first block starts with its amplitude; voices that come later fade in.
    this.#voices = this.#frequencies().map((frequencyHz) => ({
      frequencyHz,
      oscillator: new Oscillator(this.amplitude / new Set(this.notes).size),
    }));
    this.audio.announce({ kind: "audio", sampleRateHz, channels });
  }

  /** Lets new notes join in the next block, and those that are not among them leave. */
  configChanged(key: string): void {
    if (key !== "notes") return;
    const wanted = this.#frequencies();
    const before = this.#voices;
    this.#voices = wanted.map((frequencyHz) =>
      before.find((voice) => voice.frequencyHz === frequencyHz) ?? { frequencyHz, oscillator: new Oscillator(0) }
    );
    this.#leaving.push(...before.filter((voice) => !this.#voices.includes(voice)));
  }

  /** Writes one block. */
  process(context: ProcessorContext): void {
    const { sampleRateHz, channels } = this;
    const sampleCount = Math.min(this.blockSize, this.#totalSamples - this.#position);
    if (sampleCount <= 0) return context.finish();
    const ptsNs = samplesToNs(this.#position, sampleRateHz);
    if (context.mode === "live" && this.#isEarly(ptsNs, context)) return;
    const frame = this.audio.tryAcquire({ sampleRateHz, channels, sampleCount });
    if (frame === undefined) return;
    const first = frame.channel(0).fill(0);
    this.#add(first);
    for (let channel = 1; channel < channels; channel++) frame.channel(channel).set(first);
    this.#position += sampleCount;
    const endNs = samplesToNs(this.#position, sampleRateHz);
    frame.ptsNs = ptsNs;
    frame.durationNs = endNs - ptsNs;
    this.audio.write(frame);
    if (this.#totalSamples !== Infinity) context.progress(endNs, samplesToNs(this.#totalSamples, sampleRateHz));
    if (this.#position >= this.#totalSamples) context.finish();
  }

  /** Gives what a successor goes on from. */
  snapshot(): unknown {
    return carry("chord-source", this.#state());
  }

  /** Goes on from there. */
  restore(state: unknown): void {
    const from = carried<ChordState>("chord-source", state);
    if (from === undefined) return;
    const made = (voices: ChordState["voices"]) =>
      voices.map(({ frequencyHz, wave }) => {
        const oscillator = new Oscillator();
        oscillator.state = wave;
        return { frequencyHz, oscillator };
      });
    this.#voices = made(from.voices);
    this.#leaving = made(from.leaving);
    // Other notes than before take over as after a live change.
    this.configChanged("notes");
    // The time that has gone stays, also where the rate is another one.
    this.#position = Math.round(from.position * this.sampleRateHz / from.sampleRateHz);
  }

  #state(): ChordState {
    const state = ({ frequencyHz, oscillator }: Voice) => ({ frequencyHz, wave: oscillator.state });
    return {
      voices: this.#voices.map(state),
      leaving: this.#leaving.map(state),
      position: this.#position,
      sampleRateHz: this.sampleRateHz,
    };
  }

  #add(sum: Float32Array): void {
    if (this.#one.length < sum.length) this.#one = new Float32Array(sum.length);
    const one = this.#one.subarray(0, sum.length);
    const addVoice = ({ frequencyHz, oscillator }: Voice, amplitude: number) => {
      oscillator.fill(one, this.waveform satisfies Waveform, frequencyHz / this.sampleRateHz, amplitude);
      for (let i = 0; i < sum.length; i++) sum[i] += one[i];
    };
    for (const voice of this.#voices) addVoice(voice, this.amplitude / this.#voices.length);
    for (const voice of this.#leaving) addVoice(voice, 0);
    this.#leaving.length = 0;
  }

  /** @throws {SluiceError} `InvalidConfig` for what is no note */
  #frequencies(): number[] {
    return [...new Set(this.notes)].map((note) => {
      const frequencyHz = noteFrequencyHz(note);
      if (frequencyHz !== undefined) return frequencyHz;
      throw new SluiceError(
        "InvalidConfig",
        `Cannot play ${JSON.stringify(note)} in "${this.#nodeId}": wanted a letter from A to G, "#" or "b" if it is ` +
          'raised or lowered, and an octave from 0 to 9, such as "C#4"',
        { nodeId: this.#nodeId, key: "notes" },
      );
    });
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
