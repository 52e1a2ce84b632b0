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
  /** What its type argument is: a number of channels, or the type of the value. */
  readonly argument: "channels" | "value";
}

/** Most channels of an audio frame. */
export const CHANNEL_LIMIT = 64;

/** The frame types by class name. */
export const FRAME_TYPES: { readonly [name: string]: FrameTypeInfo } = {
  AudioFrame: { kind: "audio", argument: "channels" },
  DataFrame: { kind: "data", argument: "value" },
};
