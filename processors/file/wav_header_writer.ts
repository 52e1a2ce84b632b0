/**
 * Writes the header of a WAV file. Space for the 64-bit sizes of RF64 (EBU Tech 3306) is kept free in a `JUNK` chunk,
 * so that the header has a fixed length and can be rewritten at any time: as RIFF while 32-bit sizes suffice, as RF64
 * afterwards.
 *
 * @module
 */
import { bytesPerSample, maskOfLayout, type WavFormat } from "./wav_format.ts";

/** The largest size in a RIFF header. 0xFFFFFFFF stands for "see ds64". */
export const RIFF_MAX_SIZE = 0xfffffffe;

const GUID_TAIL = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

/** Makes the header for one format and any number of samples. Reuses one buffer. */
export class WavHeaderWriter {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;
  readonly #frameBytes: number;
  readonly #riffMaxSize: number;
  readonly #factOffset: number;
  readonly #dataSizeOffset: number;

  /**
   * @param format of the file
   * @param riffMaxSize from which RIFF size on the header is RF64; less than the default only to try it out
   */
  constructor(format: WavFormat, riffMaxSize: number = RIFF_MAX_SIZE) {
    const { sampleFormat, channels, sampleRateHz, layout } = format;
    const isFloat = sampleFormat === "f32" || sampleFormat === "f64";
    const mask = maskOfLayout(channels, layout);
    const usual = (channels === 1 && layout === "mono") || (channels === 2 && layout === "stereo");
    const extensible = !usual || sampleFormat === "s24" || sampleFormat === "s32";
    const fmtSize = extensible ? 40 : isFloat ? 18 : 16;
    const hasFact = isFloat;
    const length = 12 + 36 + 8 + fmtSize + (hasFact ? 12 : 0) + 8;
    this.#bytes = new Uint8Array(length);
    this.#view = new DataView(this.#bytes.buffer);
    this.#frameBytes = channels * bytesPerSample(sampleFormat);
    this.#riffMaxSize = riffMaxSize;
    const view = this.#view;
    this.#tag(8, "WAVE");
    view.setUint32(16, 28, true);
    let at = 48;
    this.#tag(at, "fmt ");
    view.setUint32(at + 4, fmtSize, true);
    at += 8;
    const bits = bytesPerSample(sampleFormat) * 8;
    const tag = isFloat ? 3 : 1;
    view.setUint16(at, extensible ? 0xfffe : tag, true);
    view.setUint16(at + 2, channels, true);
    view.setUint32(at + 4, sampleRateHz, true);
    view.setUint32(at + 8, Math.min(sampleRateHz * this.#frameBytes, 0xffffffff), true);
    view.setUint16(at + 12, this.#frameBytes, true);
    view.setUint16(at + 14, bits, true);
    if (extensible) {
      view.setUint16(at + 16, 22, true);
      view.setUint16(at + 18, bits, true);
      view.setUint32(at + 20, mask, true);
      view.setUint16(at + 24, tag, true);
      this.#bytes.set(GUID_TAIL, at + 26);
    }
    at += fmtSize;
    this.#factOffset = hasFact ? at + 8 : 0;
    if (hasFact) {
      this.#tag(at, "fact");
      view.setUint32(at + 4, 4, true);
      at += 12;
    }
    this.#tag(at, "data");
    this.#dataSizeOffset = at + 4;
  }

  /** Bytes of the header, where the samples start. */
  get byteLength(): number {
    return this.#bytes.length;
  }

  /**
   * The header for a number of samples.
   *
   * @param sampleCount samples per channel
   * @returns a buffer that the next call overwrites
   */
  encode(sampleCount: number): Uint8Array<ArrayBuffer> {
    const view = this.#view;
    const dataBytes = sampleCount * this.#frameBytes;
    const riffSize = this.#bytes.length - 8 + dataBytes + (dataBytes % 2);
    const is64 = riffSize > this.#riffMaxSize;
    this.#tag(0, is64 ? "RF64" : "RIFF");
    this.#tag(12, is64 ? "ds64" : "JUNK");
    view.setUint32(4, is64 ? 0xffffffff : riffSize, true);
    this.#setUint64(20, is64 ? riffSize : 0);
    this.#setUint64(28, is64 ? dataBytes : 0);
    this.#setUint64(36, is64 ? sampleCount : 0);
    if (this.#factOffset > 0) view.setUint32(this.#factOffset, is64 ? 0xffffffff : sampleCount, true);
    view.setUint32(this.#dataSizeOffset, is64 ? 0xffffffff : dataBytes, true);
    return this.#bytes;
  }

  /**
   * The header of a stream, whose length nobody knows: its sizes are the largest of 32 bits.
   *
   * @returns the buffer of {@linkcode encode}
   */
  encodeStream(): Uint8Array<ArrayBuffer> {
    this.encode(0);
    const sizes = [4, this.#dataSizeOffset, ...(this.#factOffset > 0 ? [this.#factOffset] : [])];
    for (const at of sizes) this.#view.setUint32(at, 0xffffffff, true);
    return this.#bytes;
  }

  #setUint64(at: number, value: number): void {
    this.#view.setUint32(at, value % 0x100000000, true);
    this.#view.setUint32(at + 4, Math.floor(value / 0x100000000), true);
  }

  #tag(at: number, tag: string): void {
    for (let i = 0; i < 4; i++) this.#bytes[at + i] = tag.charCodeAt(i);
  }
}
