/**
 * Converts one stream from one sample rate to another, by the exact ratio of whole numbers. An output sample stands
 * for the same moment as the input around it: there is no delay, and a stream of N samples becomes one of
 * ceil(N × L / M).
 *
 * @module
 */
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { PolyphaseTable } from "../../kernels/engine.ts";
import { kernels } from "../../kernels/kernels.ts";
import { PlaneQueue } from "./plane_queue.ts";
import { makePolyphaseTable } from "./polyphase_filter.ts";

/** All that changes in a {@linkcode RateConverter}, and what it is for. */
export interface RateConverterState {
  readonly inputRateHz: number;
  readonly outputRateHz: number;
  readonly queued: readonly Float32Array[];
  /** Phase, samples taken and samples made. */
  readonly numbers: readonly [number, number, number];
  readonly ended: boolean;
}

/** Converts the rate of one stream. It allocates only when a frame is longer than every one before it. */
export class RateConverter {
  readonly channels: number;
  readonly inputRateHz: number;
  readonly outputRateHz: number;
  readonly #up: number;
  readonly #down: number;
  readonly #filter: PolyphaseTable;
  #queue: PlaneQueue;
  /** How far the next output sample is past the middle of the filter on the queue's oldest samples, in phases. */
  #phase = 0;
  #taken = 0;
  #made = 0;
  #ended = false;

  /**
   * @param inputRateHz of the input
   * @param outputRateHz of the output
   * @param channels to convert
   */
  constructor(inputRateHz: number, outputRateHz: number, channels: number) {
    const divisor = greatestCommonDivisor(inputRateHz, outputRateHz);
    this.inputRateHz = inputRateHz;
    this.outputRateHz = outputRateHz;
    this.channels = channels;
    this.#up = outputRateHz / divisor;
    this.#down = inputRateHz / divisor;
    this.#filter = makePolyphaseTable(this.#up, this.#down);
    this.#queue = new PlaneQueue(channels);
    this.restart();
  }

  /** One that goes on from a state. */
  static restored({ inputRateHz, outputRateHz, queued, numbers, ended }: RateConverterState): RateConverter {
    const converter = new RateConverter(inputRateHz, outputRateHz, queued.length);
    converter.#queue = PlaneQueue.of(queued);
    [converter.#phase, converter.#taken, converter.#made] = numbers;
    converter.#ended = ended;
    return converter;
  }

  /** What another one goes on from. */
  snapshot(): RateConverterState {
    return {
      inputRateHz: this.inputRateHz,
      outputRateHz: this.outputRateHz,
      queued: this.#queue.queued,
      numbers: [this.#phase, this.#taken, this.#made],
      ended: this.#ended,
    };
  }

  /** Resets the converter for a new stream. */
  restart(): void {
    this.#queue.drop(this.#queue.length);
    this.#queue.pushSilence(this.#filter.taps / 2 - 1);
    this.#phase = 0;
    this.#taken = 0;
    this.#made = 0;
    this.#ended = false;
  }

  /** Output samples since the stream began. */
  get made(): number {
    return this.#made;
  }

  /** Input samples since the stream began. */
  get taken(): number {
    return this.#taken;
  }

  /** Whether {@linkcode end} was called. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Output samples that can be made now. */
  get ready(): number {
    const { taps } = this.#filter;
    const room = this.#queue.length - taps;
    const reach = room < 0 ? 0 : Math.floor((room * this.#up + this.#up - 1 - this.#phase) / this.#down) + 1;
    if (!this.#ended) return Math.max(0, reach);
    return Math.max(0, Math.min(reach, Math.ceil((this.#taken * this.#up) / this.#down) - this.#made));
  }

  /** Takes input. */
  push(frame: AudioFrame): void {
    this.#queue.push(frame);
    this.#taken += frame.sampleCount;
  }

  /** Makes silence of what is not finite among the newest samples. */
  mend(count: number): void {
    this.#queue.mend(count);
  }

  /** Ends the input, which makes the remaining output ready. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#queue.pushSilence(this.#filter.taps / 2 + 1);
  }

  /**
   * Makes the next samples of every channel of a frame, at most as many as are {@linkcode ready}.
   *
   * @param frame to fill
   */
  render(frame: AudioFrame): void {
    const queue = this.#queue;
    for (let channel = 0; channel < this.channels; channel++) {
      kernels.polyphase(queue.plane(channel), queue.start, frame.channel(channel), this.#filter, this.#phase);
    }
    const count = frame.sampleCount;
    const moved = this.#phase + count * this.#down;
    const steps = Math.floor(moved / this.#up);
    this.#phase = moved - steps * this.#up;
    this.#made += count;
    queue.drop(steps);
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b];
  return a;
}
