/**
 * Converts between interleaved samples, as files hold them, and single channels of 32-bit float samples.
 *
 * An n-bit integer v stands for v / 2^(n-1), so that full scale is [-1, 1); 8-bit samples are unsigned with 128 as
 * zero. The way back rounds to the nearest integer and clamps, so that integers up to 24 bits come back unchanged.
 * 32-bit floats are moved bit for bit, including NaN payloads; 64-bit floats and 32-bit integers are rounded to 32-bit
 * float, which frames hold. The host is little-endian, as on every platform of Deno.
 *
 * Hot path: allocates only when a block is longer than every one before it.
 *
 * @module
 */
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
  #i16 = new Int16Array(0);
  #i32 = new Int32Array(0);
  #u32 = new Uint32Array(0);
  #f64 = new Float64Array(0);
  #lane = new Float32Array(0);
  #laneBits = new Uint32Array(0);

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
   * The first `count` samples per channel as bytes, to be read from and written to files. The view is cached, so that
   * asking for one length again allocates nothing.
   */
  bytes(count: number): Uint8Array<ArrayBuffer> {
    const length = count * this.bytesPerFrame;
    if (this.#view.length !== length) this.#view = this.#bytes.subarray(0, length);
    return this.#view;
  }

  /** Makes room for `capacity` samples per channel. Growing the block loses its content. */
  reserve(capacity: number): void {
    if (capacity <= this.#capacity) return;
    const buffer = new ArrayBuffer(Math.ceil((capacity * this.bytesPerFrame) / 8) * 8);
    this.#bytes = new Uint8Array(buffer);
    this.#view = new Uint8Array(0);
    this.#i16 = new Int16Array(buffer);
    this.#i32 = new Int32Array(buffer);
    this.#u32 = new Uint32Array(buffer);
    this.#f64 = new Float64Array(buffer);
    const lane = new ArrayBuffer(capacity * 4);
    this.#lane = new Float32Array(lane);
    this.#laneBits = new Uint32Array(lane);
    this.#capacity = capacity;
  }

  /**
   * Copies one channel out of the block.
   *
   * @param channel from 0
   * @param target receives `count` samples
   * @param count samples per channel in the block
   */
  decode(channel: number, target: Float32Array, count: number): void {
    const step = this.channels;
    let at = channel;
    switch (this.sampleFormat) {
      case "u8": {
        const source = this.#bytes;
        for (let i = 0; i < count; i++, at += step) target[i] = (source[at] - 128) / 128;
        return;
      }
      case "s16": {
        const source = this.#i16;
        for (let i = 0; i < count; i++, at += step) target[i] = source[at] / 0x8000;
        return;
      }
      case "s24": {
        const source = this.#bytes;
        at *= 3;
        for (let i = 0; i < count; i++, at += 3 * step) {
          const high = (source[at] << 8) | (source[at + 1] << 16) | (source[at + 2] << 24);
          target[i] = (high >> 8) / 0x800000;
        }
        return;
      }
      case "s32": {
        const source = this.#i32;
        for (let i = 0; i < count; i++, at += step) target[i] = source[at] / 0x80000000;
        return;
      }
      case "f32": {
        const source = this.#u32;
        const bits = this.#laneBits;
        for (let i = 0; i < count; i++, at += step) bits[i] = source[at];
        target.set(count === this.#lane.length ? this.#lane : this.#lane.subarray(0, count));
        return;
      }
      case "f64": {
        const source = this.#f64;
        for (let i = 0; i < count; i++, at += step) target[i] = source[at];
        return;
      }
    }
  }

  /**
   * Copies one channel into the block, counting clamped samples.
   *
   * @param channel from 0
   * @param source its samples, no more than the block has room for
   */
  encode(channel: number, source: Float32Array): void {
    switch (this.sampleFormat) {
      case "u8":
        return this.#encodeIntegers(channel, source, 0x80, this.#bytes, 0x80);
      case "s16":
        return this.#encodeIntegers(channel, source, 0x8000, this.#i16, 0);
      case "s24":
        return this.#encode24(channel, source);
      case "s32":
        return this.#encodeIntegers(channel, source, 0x80000000, this.#i32, 0);
      case "f32": {
        this.#lane.set(source);
        const bits = this.#laneBits;
        const target = this.#u32;
        for (let i = 0, at = channel; i < source.length; i++, at += this.channels) target[at] = bits[i];
        return;
      }
      case "f64": {
        const target = this.#f64;
        for (let i = 0, at = channel; i < source.length; i++, at += this.channels) target[at] = source[i];
        return;
      }
    }
  }

  #encodeIntegers(
    channel: number,
    source: Float32Array,
    scale: number,
    target: Uint8Array | Int16Array | Int32Array,
    zero: number,
  ): void {
    const step = this.channels;
    for (let i = 0, at = channel; i < source.length; i++, at += step) {
      target[at] = this.#quantize(source[i], scale) + zero;
    }
  }

  #encode24(channel: number, source: Float32Array): void {
    const target = this.#bytes;
    const step = 3 * this.channels;
    for (let i = 0, at = 3 * channel; i < source.length; i++, at += step) {
      const value = this.#quantize(source[i], 0x800000);
      target[at] = value;
      target[at + 1] = value >> 8;
      target[at + 2] = value >> 16;
    }
  }

  /** Rounds to the nearest integer, halves upwards, within [-scale, scale - 1]. */
  #quantize(sample: number, scale: number): number {
    const value = Math.floor(sample * scale + 0.5);
    if (value >= -scale && value < scale) return value;
    if (sample !== sample) {
      this.notANumber++;
      return 0;
    }
    this.clipped++;
    return value < 0 ? -scale : scale - 1;
  }
}
