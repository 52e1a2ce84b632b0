/**
 * Audio: planar 32-bit float, one plane a channel, full scale ±1.
 *
 * In the slot's header, `width` is the number of channels and `height` the sample rate in hertz; the planes follow
 * each other without a gap.
 *
 * @module
 */
import { FORMAT, KIND, SLOT } from "../../ffi/layout.gen.ts";
import { SluiceError } from "../errors.ts";
import type { AudioFormat, ChannelLayout } from "./format.ts";
import { Frame } from "./frame.ts";

// Local copies: V8 resolves an imported constant again at each use.
const KIND_AUDIO = KIND.audio;
const HEIGHT = SLOT.height >> 2;
const WIDTH = SLOT.width >> 2;
const STRIDES = SLOT.strides >> 2;
const FORMAT_F32_PLANAR = FORMAT.f32Planar;
const KIND_WORD = SLOT.kind >> 2;
/** The header's word for kind and format, without flags. */
const AUDIO_WORD = KIND_AUDIO | (FORMAT_F32_PLANAR << 8);
const PAYLOAD_LENGTH = SLOT.payloadLength >> 2;
const DURATION_NS = SLOT.durationNs >> 3;

/** Most channels of an audio frame. */
export const MAX_CHANNELS = 64;

/** The shape that an audio frame is acquired with. */
export interface AudioShape<C extends number = number> {
  /** Hertz. */
  readonly sampleRateHz: number;
  /** 1 to 64. */
  readonly channels: C;
  /** Samples in each channel. */
  readonly sampleCount: number;
  /** The loudspeaker of each channel. */
  readonly layout?: ChannelLayout;
}

/** A block of audio with `C` channels. */
export class AudioFrame<C extends number = number> extends Frame {
  /** The kind of the frame. */
  override readonly kind = "audio";
  /** @internal */
  override readonly kindCode = KIND_AUDIO;
  #planes: Float32Array[] = [];
  /** The length of the payload that the planes were made for. */
  #planesBytes = -1;
  #planesOf: ArrayBufferLike | undefined;
  /**
   * The shape that this object last laid the slot out with, its length in bytes and nanoseconds, and the number of its
   * format.
   */
  #laidOutSamples = -1;
  #laidOutChannels = 0;
  #laidOutBytes = 0;
  #laidOutRateHz = 0;
  #laidOutNs = 0;
  #laidOutLayout = 0;

  /** Hertz. */
  get sampleRateHz(): number {
    return this.pool.u32[this.at32 + HEIGHT];
  }

  /** Number of channels. */
  get channels(): C {
    return this.pool.u32[this.at32 + WIDTH] as C;
  }

  /** Samples in each channel. */
  get sampleCount(): number {
    const { u32 } = this.pool;
    return u32[this.at32 + PAYLOAD_LENGTH] / (4 * u32[this.at32 + WIDTH]);
  }

  /** The rate and the channels. */
  override get format(): AudioFormat {
    return { kind: "audio", sampleRateHz: this.sampleRateHz, channels: this.channels };
  }

  /**
   * The samples of one channel: a view over the slot, valid as long as the frame.
   *
   * @throws {RangeError} if the frame has no such channel
   */
  channel(index: number): Float32Array {
    const { u32 } = this.pool;
    const bytes = u32[this.at32 + PAYLOAD_LENGTH];
    const planes = this.#planes;
    const plane = planes[index];
    // A plane is empty if a node has transferred its memory away.
    const isThere = plane !== undefined && plane.length !== 0;
    if (isThere && bytes === this.#planesBytes && planes.length === u32[this.at32 + WIDTH]) return plane;
    return this.#planeOf(index, bytes);
  }

  /**
   * Lays a frame out in a slot that was just acquired.
   *
   * @internal
   */
  shape(shape: AudioShape<C>): this {
    const { channels, sampleCount, sampleRateHz } = shape;
    if (this.#isLike(channels, sampleCount, sampleRateHz)) {
      this.renewHeader(AUDIO_WORD);
      this.layout = this.#laidOutLayout;
    } else this.#layOutSlot(channels, sampleCount, sampleRateHz);
    this.pool.f64[this.at64 + DURATION_NS] = this.#laidOutNs;
    return this;
  }

  /** True if this object has laid the slot out with this shape before, and its header still says so. */
  #isLike(channels: number, sampleCount: number, sampleRateHz: number): boolean {
    if (this.#laidOutSamples !== sampleCount || this.#laidOutChannels !== channels) return false;
    if (this.#laidOutRateHz !== sampleRateHz) return false;
    const { u32 } = this.pool;
    const at = this.at32;
    if ((u32[at + KIND_WORD] & 0xffff) !== AUDIO_WORD || u32[at + WIDTH] !== channels) return false;
    return u32[at + HEIGHT] === sampleRateHz && u32[at + PAYLOAD_LENGTH] === this.#laidOutBytes;
  }

  #layOutSlot(channels: number, sampleCount: number, sampleRateHz: number): void {
    const bytes = channels * sampleCount * 4;
    if (!(Number.isInteger(channels) && channels >= 1 && channels <= MAX_CHANNELS)) {
      throw new RangeError(`Cannot acquire an audio frame of ${channels} channels: wanted 1 to ${MAX_CHANNELS}`);
    }
    if (!(Number.isInteger(sampleCount) && sampleCount >= 0)) {
      throw new RangeError(`Cannot acquire an audio frame of ${sampleCount} samples: wanted a whole number of them`);
    }
    if (bytes > this.pool.payloadBytes) {
      throw new RangeError(
        `Cannot acquire an audio frame of ${channels} × ${sampleCount} samples (${bytes} bytes): a slot of pool ` +
          `"${this.pool.name}" has ${this.pool.payloadBytes}; use smaller blocks, or set pools.${this.pool.name}.slotBytes`,
      );
    }
    if (!(Number.isInteger(sampleRateHz) && sampleRateHz >= 1 && sampleRateHz <= 0xffffffff)) {
      throw new RangeError(`Cannot acquire an audio frame at ${sampleRateHz} Hz: wanted a whole number of hertz`);
    }
    this.clearHeader(KIND_AUDIO, FORMAT_F32_PLANAR);
    const { u32 } = this.pool;
    u32[this.at32 + PAYLOAD_LENGTH] = bytes;
    u32[this.at32 + WIDTH] = channels;
    u32[this.at32 + HEIGHT] = sampleRateHz;
    u32[this.at32 + STRIDES] = sampleCount * 4;
    this.#laidOutSamples = sampleCount;
    this.#laidOutChannels = channels;
    this.#laidOutBytes = bytes;
    this.#laidOutRateHz = sampleRateHz;
    this.#laidOutNs = Math.round((sampleCount * 1e9) / sampleRateHz);
    this.#laidOutLayout = this.layoutNumber();
  }

  /** Makes the plane of a channel that has none yet, or whose memory was transferred away. */
  #planeOf(index: number, bytes: number): Float32Array {
    const { channels } = this;
    const fits = bytes === this.#planesBytes && this.#planes.length === channels;
    if (!fits || this.#planesOf !== this.pool.payloads) this.#layOut(bytes);
    const plane = this.#planes[index];
    if (plane !== undefined) return plane;
    throw new RangeError(
      `Cannot take channel ${index} of an audio frame with ${channels} channels: wanted 0 to ${channels - 1}`,
    );
  }

  #layOut(bytes: number): void {
    this.#planes = [];
    const start = this.payloadAt;
    const { channels, sampleCount: length } = this;
    const { payloads, payloadBytes } = this.pool;
    // A stray write of native code can reach a header.
    if (channels > MAX_CHANNELS || channels * length * 4 > payloadBytes) throw spoiled(this.pool.name);
    this.#planesOf = payloads;
    for (let channel = 0; channel < channels; channel++) {
      this.#planes.push(new Float32Array(payloads, start + channel * length * 4, length));
    }
    this.#planesBytes = bytes;
  }
}

function spoiled(pool: string): SluiceError {
  return new SluiceError(
    "NodeFailed",
    `Cannot read an audio frame of pool "${pool}": its header makes no sense; a native stage has written over it`,
  );
}
