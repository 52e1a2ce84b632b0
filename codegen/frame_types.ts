/**
 * The frame types that ports can carry, by the name of their class. A test holds this table against the classes.
 *
 * @module
 */
import { FRAME_KINDS, type FrameKind } from "../core/frames/format.ts";
import { KIND_FACTS, type KindFacts } from "../core/frames/kinds.ts";

/** What the generator knows of a frame type. */
export interface FrameTypeInfo extends Pick<KindFacts, "argument"> {
  readonly kind: FrameKind;
}

/** Most channels of an audio frame. */
export const CHANNEL_LIMIT = 64;

/** The frame types by class name. */
export const FRAME_TYPES: { readonly [name: string]: FrameTypeInfo } = Object.fromEntries(
  FRAME_KINDS.map((kind) => [KIND_FACTS[kind].frame, { kind, argument: KIND_FACTS[kind].argument }]),
);
