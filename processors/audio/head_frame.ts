/**
 * Reads an input for a node that makes several output frames of each input frame. It looks at the oldest frame, uses it
 * up over as many ticks as the outputs take, and only then reads it. The node thus keeps to a burst of one and the
 * memory of one frame, and back-pressure reaches the writer.
 *
 * @module
 */
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import { samplesToNs } from "./sample_time.ts";

/** How far a frame may be from the end of the previous one, in nanoseconds, and still continue it. */
const TOLERANCE_NS = 5_000_000;

/** Whether the frame was taken (1), its time, number, end, rate and channels. */
export type HeadState = [number, number, number, number, number, number];

/** The oldest frame of an input, and whether it continues the previous one. */
export class HeadFrame {
  readonly #input: StreamInput<AudioFrame>;
  /** The frame was copied, and still has to be read. */
  #taken = false;
  #ptsNs = 0;
  #sequence = 0;
  #endNs = 0;
  #sampleRateHz = 0;
  #channels = 0;

  /** @param input to take frames from */
  constructor(input: StreamInput<AudioFrame>) {
    this.#input = input;
  }

  /**
   * Reads the frame that was taken.
   *
   * @returns `read` if it was read and the outputs have room for another burst; `none` if no frame was taken; `blocked`
   * if an output has no room
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

  /** The oldest frame that was not taken, valid for this tick. Call {@linkcode readAway} first. */
  peek(): AudioFrame | undefined {
    return this.#input.peek();
  }

  /** Whether a frame starts where the last taken one ended, in the same format. False for the first frame. */
  continues(frame: AudioFrame): boolean {
    if (frame.sampleRateHz !== this.#sampleRateHz || frame.channels !== this.#channels) return false;
    const offNs = Math.abs(frame.ptsNs - this.#endNs);
    if (frame.discontinuity || offNs > TOLERANCE_NS) return false;
    return frame.sequence === this.#sequence + 1 || offNs < 1e9 / this.#sampleRateHz;
  }

  /** Marks the content of a frame as copied. */
  take(frame: AudioFrame): void {
    this.#taken = true;
    this.#ptsNs = frame.ptsNs;
    this.#sequence = frame.sequence;
    this.#sampleRateHz = frame.sampleRateHz;
    this.#channels = frame.channels;
    this.#endNs = frame.ptsNs + samplesToNs(frame.sampleCount, frame.sampleRateHz);
  }

  /** What it knows of the newest frame, which another one goes on from. */
  get state(): HeadState {
    return [this.#taken ? 1 : 0, this.#ptsNs, this.#sequence, this.#endNs, this.#sampleRateHz, this.#channels];
  }

  set state(state: HeadState) {
    this.#taken = state[0] === 1;
    [, this.#ptsNs, this.#sequence, this.#endNs, this.#sampleRateHz, this.#channels] = state;
  }

  /** A `roll-off` link may have dropped the frame meanwhile. */
  #isStillThere(): boolean {
    const frame = this.#input.peek();
    return frame !== undefined && frame.ptsNs === this.#ptsNs && frame.sequence === this.#sequence;
  }
}
