/**
 * Makes the frame object of the right class for a slot. Only the lane of the pool's view calls it, and nothing blocks. A
 * slot gets a new object when it first has a frame of another kind; in development mode each call makes one.
 *
 * @module
 */
import { KIND, SLOT } from "../../ffi/layout.gen.ts";
import type { Pool } from "../memory/pool.ts";
import { AudioFrame } from "./audio_frame.ts";
import { checkedClass } from "./checked_frame.ts";
import { DataFrame } from "./data_frame.ts";
import { EncodedFrame } from "./encoded_frame.ts";
import type { FrameKind } from "./format.ts";
import type { Frame, FrameClass } from "./frame.ts";
import { PacketFrame } from "./packet_frame.ts";
import { VideoFrame } from "./video_frame.ts";

// Local copies: V8 resolves an imported constant again at each use.
const KIND_AT = SLOT.kind;

/** The classes by the code of their kind. */
const CLASSES: readonly (FrameClass | undefined)[] = [
  undefined,
  AudioFrame,
  VideoFrame,
  EncodedFrame,
  PacketFrame,
  DataFrame,
];

/**
 * Returns the frame in a slot that was laid out before: the slot's cached object, or a new one in development mode.
 *
 * @throws {TypeError} if the slot's header names no known kind
 */
export function frameOf(pool: Pool, slot: number): Frame {
  return frameOfCode(pool, slot, pool.u8[pool.slotOffset(slot) + KIND_AT]);
}

/** Returns the object for a frame of a kind in a slot that was just acquired: call its `shape()`. */
export function blankFrame(pool: Pool, slot: number, kind: FrameKind): Frame {
  return frameOfCode(pool, slot, KIND[kind]);
}

/**
 * Returns the object for a slot, for `frameOf()` and `blankFrame()`. @param code of the kind, as slots' headers have it
 */
export function frameOfCode(pool: Pool, slot: number, code: number): Frame {
  const known = pool.views[slot] as Frame | undefined;
  if (known !== undefined && known.kindCode === code) return known;
  const made = CLASSES[code];
  if (made === undefined) {
    throw new TypeError(`Cannot read slot ${slot} of pool "${pool.name}": its header names no kind of frame (${code})`);
  }
  // Development mode caches nothing, so that an old object cannot stand for a new frame.
  if (pool.development) return new (checkedClass(made))(pool, slot, pool.ledger);
  const view = new made(pool, slot, pool.ledger);
  pool.views[slot] = view;
  return view;
}
