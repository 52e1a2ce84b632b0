/**
 * The `fade` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import { carried, carry } from "./carried.ts";
import { applyGains } from "./gain_rider.ts";

/**
 * Fades audio in and out.
 *
 * **Purpose.** Rises from silence at the start, falls to silence at a time, and does both on command. Times are those of
 * the media, from the first block on, to the sample. Behind the fade at the end everything is silent. Where nothing
 * fades, blocks pass untouched. Two of them in front of a `mixer`, the one that falls and the one that rises at the same
 * time, make a cross-fade: of equal power for different music, linear for the same.
 *
 * **Inputs.** `audioIn`: any rate and number of channels.
 *
 * **Outputs.** `audioOut`: the same, with the same times.
 *
 * **Config.** `inSeconds`, `outSeconds`, `outAtSeconds`, `curve`, `muted` (live).
 *
 * **Example.**
 * ```json
 * { "jingle": { "type": "fade", "config": { "inSeconds": 0.5, "outSeconds": 2, "outAtSeconds": 8 } } }
 * ```
 */
@processor({ keeps: ["sampleRateHz", "channels"], tags: ["audio", "fade", "cross-fade", "mute", "level"] })
export class Fade {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** How long it rises at the start, and when it is no longer muted. @minimum 0 @maximum 600 @unit s */
  @config()
  inSeconds = 0;
  /** How long it falls at the end, and when it is muted. @minimum 0 @maximum 600 @unit s */
  @config()
  outSeconds = 0;
  /** When the fall begins, from the first block on; by default never. @minimum 0 @unit s */
  @config()
  outAtSeconds?: number;
  /** How it rises and falls: in a line, or so that two which cross keep their power. */
  @config()
  curve: "linear" | "equal-power" = "linear";
  /** Falls to silence while it is set, and rises again afterwards. */
  @config({ live: true })
  muted = false;

  /** The time of the first block. */
  #startNs: number | undefined;
  /** How far it is open for the command, 0 to 1. */
  #open = 1;
  #gains = new Float32Array(0);

  /** Begins silent where it is muted. */
  setup(): void {
    this.#open = this.muted ? 0 : 1;
  }

  /** Fades every queued block. */
  process(): void {
    let frame;
    while ((frame = this.audioIn.read()) !== undefined) {
      const gains = this.#gainsOf(frame);
      if (gains === undefined) {
        this.audioOut.write(frame);
        continue;
      }
      const own = frame.writable();
      applyGains(own, gains);
      this.audioOut.write(own);
    }
  }

  /** Gives what a successor goes on from. */
  snapshot(): unknown {
    return carry("fade", { startNs: this.#startNs ?? null, open: this.#open });
  }

  /** Goes on from there. */
  restore(state: unknown): void {
    const from = carried<{ startNs: number | null; open: number }>("fade", state);
    if (from === undefined) return;
    this.#startNs = from.startNs ?? undefined;
    this.#open = from.open;
  }

  /** The gain of each sample; `undefined` where all are 1. */
  #gainsOf({ ptsNs, sampleRateHz, sampleCount }: AudioFrame): Float32Array | undefined {
    this.#startNs ??= ptsNs;
    const first = Math.round((ptsNs - this.#startNs) / 1e9 * sampleRateHz);
    const samplesOf = (seconds: number) => Math.round(seconds * sampleRateHz);
    const [rise, fall] = [samplesOf(this.inSeconds), samplesOf(this.outSeconds)];
    const fallsAt = samplesOf(this.outAtSeconds ?? Infinity);
    const isOpen = this.#open === 1 && !this.muted;
    if (isOpen && first >= rise && first + sampleCount <= fallsAt) return undefined;
    if (this.#gains.length !== sampleCount) this.#gains = new Float32Array(sampleCount);
    for (let i = 0; i < sampleCount; i++) {
      this.#open = this.muted ? Math.max(0, this.#open - stepOf(fall)) : Math.min(1, this.#open + stepOf(rise));
      this.#gains[i] = this.#shape(progress(first + i, rise)) *
        this.#shape(1 - progress(first + i - fallsAt, fall)) * this.#shape(this.#open);
    }
    return this.#gains;
  }

  #shape(open: number): number {
    return this.curve === "linear" ? open : Math.sin(open * Math.PI / 2);
  }
}

/** How far something that takes so many samples has come: 0 to 1. */
function progress(sample: number, length: number): number {
  if (sample < 0) return 0;
  return sample >= length ? 1 : sample / length;
}

/** How far it opens or closes with a sample. */
function stepOf(length: number): number {
  return length === 0 ? 1 : 1 / length;
}
