/**
 * What the test pushes into an input of a node under test: it waits here until the link, which holds as many frames as
 * a link of a graph does, has room.
 *
 * @module
 */
import type { Frame } from "../core/frames/frame.ts";
import { describeValue } from "../core/errors/describe_value.ts";
import { isPlainObject, kindOf } from "../core/errors/kind_of.ts";
import type { LocalLink } from "../core/links/local_link.ts";

/** Audio to push. */
export interface AudioInput {
  /** Hertz. */
  readonly sampleRateHz: number;
  /** One array a channel, all of one length. */
  readonly channels: readonly Float32Array[];
  /** Presentation time, nanoseconds; by default that of the end of the block pushed before. */
  readonly ptsNs?: number;
  /** True if samples are missing before the block. */
  readonly discontinuity?: boolean;
}

/** Checks that audio is such. @throws {TypeError | RangeError} */
export function assertAudio(port: string, audio: AudioInput): void {
  const attempt = `Cannot push audio to "${port}"`;
  if (!isPlainObject(audio) || !Array.isArray(audio.channels)) {
    const found = isPlainObject(audio) ? `channels is ${kindOf(audio.channels)}` : `found ${kindOf(audio)}`;
    throw new TypeError(`${attempt}: ${found}, wanted { sampleRateHz, channels: [new Float32Array(…)] }`);
  }
  const { sampleRateHz, channels } = audio;
  if (typeof sampleRateHz !== "number") {
    throw new TypeError(`${attempt}: sampleRateHz is ${describeValue(sampleRateHz)}, wanted a whole number of hertz`);
  }
  for (const [at, samples] of channels.entries()) {
    if (!(samples instanceof Float32Array)) {
      throw new TypeError(`${attempt}: channel ${at} is ${kindOf(samples)}, wanted a Float32Array`);
    }
    if (samples.length === channels[0].length) continue;
    throw new RangeError(
      `${attempt}: channel ${at} has ${samples.length} samples and channel 0 has ${channels[0].length}, wanted as many`,
    );
  }
}

export class HarnessInput {
  readonly link: LocalLink;
  readonly #waiting: Frame[] = [];
  #ends = false;

  constructor(link: LocalLink) {
    this.link = link;
  }

  /** Frames that the node has not read. */
  get pushed(): number {
    return this.#waiting.length + this.link.available();
  }

  push(frame: Frame): void {
    this.#waiting.push(frame);
    this.feed();
  }

  /** Ends the stream after what was pushed. */
  end(): void {
    this.#ends = true;
    this.feed();
  }

  /** Writes what waits for as long as there is room. */
  feed(): void {
    const fits = Math.min(this.link.room(), this.#waiting.length);
    if (fits > 0) { for (const frame of this.#waiting.splice(0, fits)) this.link.write(frame); }
    if (!this.#ends || this.#waiting.length > 0) return;
    this.#ends = false;
    this.link.end();
  }

  /** Drops what the node has not read. */
  discard(): void {
    const queued: Frame[] = [];
    for (let frame = this.link.take(); frame !== undefined; frame = this.link.take()) queued.push(frame);
    for (const frame of [...queued, ...this.#waiting.splice(0)]) {
      frame.dropValue();
      frame.pool.release(frame.slot);
    }
  }
}
