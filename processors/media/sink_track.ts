/**
 * One input of a sink that writes media files: what has come of it, and what is to come.
 *
 * @module
 */
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import { describeFormat, type EncodedFormat } from "../../core/frames/format.ts";
import { SluiceError } from "../../core/errors.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import { PcmBlock } from "../file/pcm.ts";
import type { Packet } from "./recording.ts";
import { encodedTrack, type PcmFormat, pcmTrack, type TrackFormat } from "./track_format.ts";

/** A frame that a sink writes. */
export type MediaFrame = EncodedFrame | AudioFrame;

/** What lies before a file's start by no more than this is written all the same: decoders need it for what follows. */
const PRIMING_NS = 1e8;

/** An input and its place in time. */
export class SinkTrack {
  readonly input: StreamInput<MediaFrame>;
  readonly #address: string;
  readonly #pcm: PcmFormat;
  #block: PcmBlock | undefined;
  #format: TrackFormat | undefined;
  #rateAndChannels = "";
  /** The end of the newest frame that was taken; infinitely far back before the first one. */
  endNs = -Infinity;
  /**
   * The newest time of a frame, and what it was when the newest key frame came: no time is before that. Infinite after a
   * key frame that was too late.
   */
  #newestNs = -Infinity;
  #floorNs = -Infinity;
  /** Its place among the tracks of the file; negative if it has none. */
  index = -1;

  constructor(input: StreamInput<MediaFrame>, nodeId: string, pcm: PcmFormat) {
    this.input = input;
    this.#address = `${nodeId}.${input.name}`;
    this.#pcm = pcm;
  }

  /** What the file has to know; after {@linkcode describe}. */
  get format(): TrackFormat {
    return this.#format!;
  }

  /** Whether something can be read, or never will be. */
  get isKnown(): boolean {
    return this.input.ended || !this.input.connected || this.input.peek() !== undefined;
  }

  /** Whether it may still bring frames. */
  get isOpen(): boolean {
    return this.input.connected && !this.input.ended;
  }

  /** The time of the frame that is next; `undefined` if none is queued. */
  get nextNs(): number | undefined {
    return this.input.peek()?.ptsNs;
  }

  /**
   * Learns from the frame that is next what the track holds.
   *
   * @throws {SluiceError} `TypeMismatch` or `InvalidMedia` if no file holds it
   */
  describe(): void {
    const frame = this.input.peek()!;
    if (frame.kind === "audio") {
      this.#format = pcmTrack(frame.format, this.#pcm);
      this.#block = new PcmBlock(this.#pcm, frame.channels, frame.sampleCount);
    } else {
      this.#format = encodedTrack({ format: frame.format, bytes: frame.bytes, input: this.#address });
    }
    this.#rateAndChannels = describeFormat(streamFormat(frame));
  }

  /**
   * Makes a packet of a frame that was read.
   *
   * @param originNs the time at which the file starts
   * @returns `undefined` for a frame that comes too late
   * @throws {SluiceError} `TypeMismatch` if the stream has become another one
   */
  take(frame: MediaFrame, originNs: number): Packet | undefined {
    const keyframe = frame.kind === "audio" || frame.keyframe;
    const { ptsNs, durationNs } = frame;
    const floorNs = keyframe ? this.#newestNs : this.#floorNs;
    if (!Number.isFinite(ptsNs) || ptsNs < floorNs || ptsNs < originNs - PRIMING_NS) {
      // Without its key frame, nothing up to the next one can be decoded.
      if (keyframe) this.#floorNs = Infinity;
      return undefined;
    }
    this.#floorNs = floorNs;
    this.#newestNs = Math.max(this.#newestNs, ptsNs);
    this.endNs = Math.max(this.endNs, ptsNs + durationNs);
    this.#assertSame(frame);
    const bytes = frame.kind === "audio" ? this.#interleave(frame) : this.format.convert(frame.bytes);
    return { bytes, timeNs: ptsNs - originNs, durationNs, keyframe };
  }

  #interleave(frame: AudioFrame): Uint8Array {
    const block = this.#block!;
    block.reserve(frame.sampleCount);
    for (let channel = 0; channel < frame.channels; channel++) block.encode(channel, frame.channel(channel));
    return block.bytes(frame.sampleCount).slice();
  }

  #assertSame(frame: MediaFrame): void {
    const found = describeFormat(streamFormat(frame));
    if (found === this.#rateAndChannels) return;
    throw new SluiceError(
      "TypeMismatch",
      `Cannot go on writing "${this.#address}": it changed from ${this.#rateAndChannels} to ${found}, and a track has ` +
        "one format",
      { port: this.input.name },
    );
  }
}

/** What of a frame's format stays the same within a track: a codec tells its size itself. */
function streamFormat(frame: MediaFrame) {
  if (frame.kind === "audio") return frame.format;
  const format: EncodedFormat = { kind: "encoded", codec: frame.codec };
  return format;
}
