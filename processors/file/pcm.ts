/**
 * Converts between interleaved samples, as files hold them, and single channels of 32-bit float samples.
 *
 * An n-bit integer v stands for v / 2^(n-1), so that full scale is [-1, 1); 8-bit samples are unsigned with 128 as
 * zero. The way back rounds to the nearest integer and clamps, so that integers up to 24 bits come back unchanged.
 * 32-bit floats are moved bit for bit, including NaN payloads; 64-bit floats and 32-bit integers are rounded to 32-bit
 * float, which frames hold.
 *
 * Hot path: allocates only when a block is longer than every one before it.
 *
 * @module
 */
import { kernels } from "../../kernels/kernels.ts";
import { bytesPerSample, type WavSampleFormat } from "./wav_format.ts";

/** A reusable block of interleaved samples. One owner, one lane. */
export class PcmBlock {
  readonly sampleFormat: WavSampleFormat;
  readonly channels: number;
  /** Bytes of one sample of all channels. */
  readonly bytesPerFrame: number;
  /** How many samples {@linkcode encode} has clamped to full scale. */
  clipped = 0;
  /** How many NaN samples {@linkcode encode} has written as zero in an integer format. */
  notANumber = 0;
  #capacity = 0;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #view: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #viewStart = 0;
  readonly #counts = new Uint32Array(2);

  /**
   * @param sampleFormat the format of samples in the file
   * @param channels interleaved channels
   * @param capacity samples per channel to make room for
   */
  constructor(sampleFormat: WavSampleFormat, channels: number, capacity: number) {
    this.sampleFormat = sampleFormat;
    this.channels = channels;
    this.bytesPerFrame = bytesPerSample(sampleFormat) * channels;
    this.reserve(capacity);
  }

  /** How many samples per channel fit. */
  get capacity(): number {
    return this.#capacity;
  }

  /**
   * `count` samples per channel as bytes, to be read from and written to files. The view is cached, so that asking for
   * the same again allocates nothing.
   *
   * @param from index of the first one
   */
  bytes(count: number, from = 0): Uint8Array<ArrayBuffer> {
    const start = from * this.bytesPerFrame;
    const length = count * this.bytesPerFrame;
    if (this.#view.length !== length || this.#viewStart !== start) {
      this.#view = this.#bytes.subarray(start, start + length);
      this.#viewStart = start;
    }
    return this.#view;
  }

  /** Makes room for `capacity` samples per channel. Growing the block loses its content. */
  reserve(capacity: number): void {
    if (capacity <= this.#capacity) return;
    this.#bytes = kernels.bytes(capacity * this.bytesPerFrame);
    this.#view = new Uint8Array(0);
    this.#capacity = capacity;
  }

  /**
   * Copies one channel out of the block.
   *
   * @param channel from 0
   * @param target receives `count` samples
   * @param count samples per channel
   * @param from index in the block of the first one
   */
  decode(channel: number, target: Float32Array, count: number, from = 0): void {
    const samples = target.length === count ? target : target.subarray(0, count);
    kernels.decode(this.sampleFormat, this.bytes(count, from), this.channels, channel, samples);
  }

  /**
   * Copies one channel into the block, counting clamped samples.
   *
   * @param channel from 0
   * @param source its samples, no more than the block has room for
   * @param from index in the block of the first one
   */
  encode(channel: number, source: Float32Array, from = 0): void {
    const counts = this.#counts.fill(0);
    kernels.encode(this.sampleFormat, source, this.bytes(source.length, from), this.channels, channel, counts);
    this.clipped += counts[0];
    this.notANumber += counts[1];
  }
}
