/**
 * A first-in, first-out queue of planar audio. It grows to the most that it ever held, and allocates nothing after
 * that.
 *
 * @module
 */
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import { kernels } from "../../kernels/kernels.ts";

export class PlaneQueue {
  #planes: Float32Array[] = [];
  #start = 0;
  #end = 0;

  /** @param channels of every frame that is pushed */
  constructor(channels: number) {
    for (let i = 0; i < channels; i++) this.#planes.push(new Float32Array(0));
  }

  /** Number of channels. */
  get channels(): number {
    return this.#planes.length;
  }

  /** Queued samples per channel. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** The memory of one channel. Queued samples start at {@linkcode start}; the view is valid until the next push. */
  plane(channel: number): Float32Array {
    return this.#planes[channel];
  }

  /** Where in its memory the oldest sample stands. */
  get start(): number {
    return this.#start;
  }

  /** Appends a frame's samples. */
  push(frame: AudioFrame): void {
    const count = frame.sampleCount;
    this.#reserve(count);
    for (let i = 0; i < this.#planes.length; i++) this.#planes[i].set(frame.channel(i), this.#end);
    this.#end += count;
  }

  /** One with samples, which it makes its own. */
  static of(planes: readonly Float32Array[]): PlaneQueue {
    const queue = new PlaneQueue(planes.length);
    queue.#reserve(planes[0].length);
    for (const [channel, plane] of planes.entries()) queue.#planes[channel].set(plane);
    queue.#end = planes[0].length;
    return queue;
  }

  /** The queued samples of each channel; the views are valid until the next push. */
  get queued(): Float32Array[] {
    return this.#planes.map((plane) => plane.subarray(this.#start, this.#end));
  }

  /** Appends silence. */
  pushSilence(count: number): void {
    this.#reserve(count);
    for (const plane of this.#planes) plane.fill(0, this.#end, this.#end + count);
    this.#end += count;
  }

  /** Makes silence of what is not finite among the newest samples. */
  mend(count: number): void {
    for (const plane of this.#planes) {
      for (let i = this.#end - count; i < this.#end; i++) if (!Number.isFinite(plane[i])) plane[i] = 0;
    }
  }

  /** Copies the oldest samples of one channel, as many as `target` takes. They stay queued. */
  copy(channel: number, target: Float32Array): void {
    const plane = this.#planes[channel];
    const start = this.#start;
    for (let i = 0; i < target.length; i++) target[i] = plane[start + i];
  }

  /** Forgets the oldest samples. */
  drop(count: number): void {
    this.#start += Math.min(count, this.length);
    if (this.#start === this.#end) this.#start = this.#end = 0;
  }

  #reserve(count: number): void {
    const length = this.length;
    if (this.#end + count <= this.#planes[0].length) return;
    const wanted = length + count;
    const grows = wanted > this.#planes[0].length;
    for (let i = 0; i < this.#planes.length; i++) {
      const old = this.#planes[i];
      if (grows) {
        const plane = kernels.float32(wanted);
        plane.set(old.subarray(this.#start, this.#end));
        this.#planes[i] = plane;
      } else old.copyWithin(0, this.#start, this.#end);
    }
    this.#start = 0;
    this.#end = length;
  }
}
