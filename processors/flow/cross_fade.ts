/**
 * The end of one stream of sound, kept until the next one begins, so that the two can be mixed.
 *
 * @module
 */

/** How a gain goes from 0 to 1, or the other way round: in a line, or so that two which cross keep their power. */
export type FadeCurve = "linear" | "equal-power";

/** Samples of all channels, the newest of which are kept back. */
export class CrossFade {
  readonly #length: number;
  readonly #curve: FadeCurve;
  /** What is kept back, of each channel, and how many samples of it there are. */
  #held: Float32Array[];
  #count = 0;
  /** The next stream is mixed into what is kept: up to where that is done, and up to where it is to be done. */
  #mixedTo = 0;
  #mixEnd = 0;

  /** @param length how many samples of each channel are kept back */
  constructor(channels: number, length: number, curve: FadeCurve) {
    this.#length = length;
    this.#curve = curve;
    this.#held = Array.from({ length: channels }, () => new Float32Array(2 * length));
  }

  /** How many samples can be taken. */
  get ready(): number {
    return this.#mixedTo < this.#mixEnd ? 0 : Math.max(0, this.#count - this.#length);
  }

  /** How many samples are kept, those that can be taken included. */
  get count(): number {
    return this.#count;
  }

  /** Adds samples of the stream, and mixes them with the end of the one before where that is kept. */
  push(channels: readonly Float32Array[], count: number): void {
    const mixed = Math.min(count, this.#mixEnd - this.#mixedTo);
    const added = count - mixed;
    if (this.#held[0].length < this.#count + added) this.#grow(this.#count + added);
    for (const [channel, held] of this.#held.entries()) {
      const samples = channels[channel];
      for (let i = 0; i < mixed; i++) {
        const place = this.#mixedTo + i;
        held[place] = held[place] * this.#gain(this.#mixEnd - place) + samples[i] * this.#gain(place);
      }
      held.set(samples.subarray(mixed, count), this.#count);
    }
    this.#mixedTo += mixed;
    this.#count += added;
  }

  /** The stream has ended, and the next one is mixed into its end. */
  turn(): void {
    // One that is shorter than the mix leaves the rest of the one before it.
    for (const held of this.#held) {
      for (let at = this.#mixedTo; at < this.#mixEnd; at++) held[at] *= this.#gain(this.#mixEnd - at);
    }
    this.#mixedTo = 0;
    this.#mixEnd = Math.min(this.#count, this.#length);
  }

  /** Takes the oldest samples. */
  take(into: readonly Float32Array[], count: number): void {
    for (const [channel, held] of this.#held.entries()) {
      into[channel].set(held.subarray(0, count));
      held.copyWithin(0, count, this.#count);
    }
    this.#count -= count;
    this.#mixedTo = Math.max(0, this.#mixedTo - count);
    this.#mixEnd = Math.max(0, this.#mixEnd - count);
  }

  #gain(place: number): number {
    const open = place / this.#mixEnd;
    return this.#curve === "linear" ? open : Math.sin(open * Math.PI / 2);
  }

  #grow(count: number): void {
    this.#held = this.#held.map((held) => {
      const longer = new Float32Array(2 * count);
      longer.set(held);
      return longer;
    });
  }
}
