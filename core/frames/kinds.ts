/**
 * The properties of each kind of frame that the rest of the runtime and the generator need, one line a kind.
 *
 * @module
 */
import type { FrameKind } from "./format.ts";

/** The properties of a kind of frame. */
export interface KindFacts {
  /** Name of its class. */
  readonly frame: string;
  /**
   * The meaning of the class's type argument: a number of channels, the type of the value, or the type of a record's
   * fields; `none` if the class takes none.
   */
  readonly argument: "channels" | "value" | "fields" | "none";
  /** How many frames a link holds by default. For audio, about 170 ms in blocks of 1,024 samples at 48 kHz. */
  readonly capacity: number;
  /**
   * The default for a link into a delaying node: the least time between two frames, in milliseconds. For audio, blocks
   * of 120 samples at 48 kHz; for pictures, 60 a second.
   */
  readonly leastMs: number;
  /**
   * The default payload of a slot, bytes: 16,384 audio samples over all channels; a picture of 1920 × 1080 pixels in
   * RGBA; one encoded picture of 1 MiB; 64 KiB of packets; 16 KiB of serialized data.
   */
  readonly slotBytes: number;
}

/** The kinds of frame, in the order of their codes in a slot's header. */
export const KIND_FACTS: { readonly [K in FrameKind]: KindFacts } = {
  audio: { frame: "AudioFrame", argument: "channels", capacity: 8, leastMs: 2.5, slotBytes: 65_536 },
  video: { frame: "VideoFrame", argument: "none", capacity: 4, leastMs: 16, slotBytes: 1920 * 1080 * 4 },
  encoded: { frame: "EncodedFrame", argument: "none", capacity: 32, leastMs: 16, slotBytes: 1_048_576 },
  packet: { frame: "PacketFrame", argument: "fields", capacity: 32, leastMs: 5, slotBytes: 65_536 },
  data: { frame: "DataFrame", argument: "value", capacity: 16, leastMs: 1, slotBytes: 16_384 },
};
