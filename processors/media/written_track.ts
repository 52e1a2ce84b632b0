/**
 * What an input is to one file of a sink that writes media files: made anew for each file, which says the format of a
 * track once.
 *
 * @module
 */
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import { describeFormat, type EncodedFormat, type FrameFormat } from "../../core/frames/format.ts";
import { PcmBlock } from "../file/pcm.ts";
import { encodedTrack, type PcmFormat, pcmTrack, type StreamChange, type TrackFormat } from "./track_format.ts";

/** A frame that a sink writes. */
export type MediaFrame = EncodedFrame | AudioFrame;

/** A track of a file. */
export class WrittenTrack {
  readonly format: TrackFormat;
  /** Its place among the tracks of the file; negative before the file begins. */
  index = -1;
  /** What has changed of its stream, which is left out of the file from there on. */
  change: StreamChange | undefined;
  /** Whether it was said that the times of its stream went back. */
  isJumpTold = false;
  readonly #stream: string;
  readonly #block: PcmBlock | undefined;

  /**
   * @param first the frame that tells the format of the track
   * @param input as messages name it: `rec.video_0`
   * @throws {SluiceError} `TypeMismatch` or `InvalidMedia` if no file holds it
   */
  constructor(first: MediaFrame, input: string, pcm: PcmFormat) {
    if (first.kind === "audio") {
      this.format = pcmTrack(first.format, pcm);
      this.#block = new PcmBlock(pcm, first.channels, first.sampleCount);
    } else {
      this.format = encodedTrack({ format: first.format, bytes: first.bytes, input });
    }
    this.#stream = describeFormat(streamFormat(first));
  }

  /** What of a frame is other than the file says of the track; `undefined` if the track can go on with it. */
  changeIn(frame: MediaFrame): StreamChange | undefined {
    return this.#changeOfStream(frame) ?? (frame.kind === "audio" ? undefined : this.format.changeIn(frame.bytes));
  }

  /** A frame's payload as the file holds it; or what {@linkcode changeIn} finds. */
  convert(frame: MediaFrame): Uint8Array | StreamChange {
    const change = this.#changeOfStream(frame);
    if (change !== undefined) return change;
    return frame.kind === "audio" ? this.#interleave(frame) : this.format.convert(frame.bytes);
  }

  #changeOfStream(frame: MediaFrame): StreamChange | undefined {
    const found = describeFormat(streamFormat(frame));
    if (found === this.#stream) return undefined;
    return { change: `it changed from ${this.#stream} to ${found}, and a track has one format` };
  }

  #interleave(frame: AudioFrame): Uint8Array {
    const block = this.#block!;
    block.reserve(frame.sampleCount);
    for (let channel = 0; channel < frame.channels; channel++) block.encode(channel, frame.channel(channel));
    return block.bytes(frame.sampleCount).slice();
  }
}

/** What of a frame's format stays the same within a track: a codec tells its size itself. */
function streamFormat(frame: MediaFrame): FrameFormat {
  if (frame.kind === "audio") return frame.format;
  const format: EncodedFormat = { kind: "encoded", codec: frame.codec };
  return format;
}
