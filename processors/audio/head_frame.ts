/**
 * Reading an input whose frames lead to several frames on the output each: the oldest frame is looked at, used up
 * over as many ticks as the outputs take, and only then read away. So the node keeps to a burst of one, needs no
 * more memory than one frame, and back-pressure reaches the writer.
 *
 * @module
 */
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import { samplesToNs } from "./sample_time.ts";

/** How far a frame may be from where the one before ended, in nanoseconds, and still be its continuation. */
const TOLERANCE_NS = 5_000_000;

/** The oldest frame of an input, and whether it continues the one before. */
export class HeadFrame {
  readonly #input: StreamInput<AudioFrame>;
  /** The frame was copied and is still to be read away. */
  #taken = false;
  #ptsNs = 0;
  #sequence = 0;
  #endNs = 0;
  #sampleRateHz = 0;
  #channels = 0;

  /** @param input whose frames are taken */
  constructor(input: StreamInput<AudioFrame>) {
    this.#input = input;
  }

  /**
   * Reads away the frame that was taken.
   *
   * @returns `read`: it was, so the outputs have room for another burst. `none`: there was none to be read.
   * `blocked`: an output has no room
   */
  readAway(): "read" | "none" | "blocked" {
    if (!this.#taken) return "none";
    if (this.#isStillThere()) {
      if (this.#input.read() === undefined) return "blocked";
      this.#taken = false;
      return "read";
    }
    this.#taken = false;
    return "none";
  }

  /** The oldest frame that was not taken, for this tick only. Call {@linkcode readAway} first. */
  peek(): AudioFrame | undefined {
    return this.#input.peek();
  }

  /** Whether a frame starts where the one taken last ended, in the same format. False for the first frame. */
  continues(frame: AudioFrame): boolean {
    if (frame.sampleRateHz !== this.#sampleRateHz || frame.channels !== this.#channels) return false;
    const offNs = Math.abs(frame.ptsNs - this.#endNs);
    if (frame.discontinuity || offNs > TOLERANCE_NS) return false;
    return frame.sequence === this.#sequence + 1 || offNs < 1e9 / this.#sampleRateHz;
  }

  /** Notes that what a frame holds was copied. */
  take(frame: AudioFrame): void {
    this.#taken = true;
    this.#ptsNs = frame.ptsNs;
    this.#sequence = frame.sequence;
    this.#sampleRateHz = frame.sampleRateHz;
    this.#channels = frame.channels;
    this.#endNs = frame.ptsNs + samplesToNs(frame.sampleCount, frame.sampleRateHz);
  }

  /** A link that rolls off may have dropped the frame meanwhile. */
  #isStillThere(): boolean {
    const frame = this.#input.peek();
    return frame !== undefined && frame.ptsNs === this.#ptsNs && frame.sequence === this.#sequence;
  }
}
