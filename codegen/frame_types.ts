/**
 * The frame types that ports can carry, by the name of their class. A test holds this table against the frames
 * module.
 *
 * @module
 */
import type { FrameKind } from "../core/frames/format.ts";

/** What the generator knows of a frame type. */
export interface FrameTypeInfo {
  readonly kind: FrameKind;
  /**
   * The meaning of its type argument: a number of channels, the type of the value, or the type of a record's fields;
   * `none` if it takes no argument.
   */
  readonly argument: "channels" | "value" | "fields" | "none";
}

/** Most channels of an audio frame. */
export const CHANNEL_LIMIT = 64;

/** The frame types by class name. */
export const FRAME_TYPES: { readonly [name: string]: FrameTypeInfo } = {
  AudioFrame: { kind: "audio", argument: "channels" },
  VideoFrame: { kind: "video", argument: "none" },
  EncodedFrame: { kind: "encoded", argument: "none" },
  PacketFrame: { kind: "packet", argument: "fields" },
  DataFrame: { kind: "data", argument: "value" },
};
