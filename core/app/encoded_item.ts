/**
 * Encoded frames that a script pushes.
 *
 * @module
 */
import { assertEncodedShape, type EncodedFrame } from "../frames/encoded_frame.ts";
import type { EncodedFormat } from "../frames/format.ts";
import { acquire, assertObject, type SourceItem } from "./source_item.ts";

/** The codec of an encoded source's frames and, if known, its rates and sizes. */
export type AppEncodedOptions = Omit<EncodedFormat, "kind">;

/** An access unit or packet to push. */
export interface AppEncodedUnit {
  /** The payload. It is copied before `push()` resolves. */
  readonly bytes: Uint8Array;
  /** True if decoding can start here; by default for audio codecs only. */
  readonly keyframe?: boolean;
  /** Presentation time, nanoseconds; by default the end of the unit before, or 0. */
  readonly ptsNs?: number;
  /** Decoding time, nanoseconds; by default `ptsNs`. */
  readonly dtsNs?: number;
  /** Duration, nanoseconds; by default 0. */
  readonly durationNs?: number;
  /** True if the unit is decoded only for later ones, and not shown or heard; by default `false`. */
  readonly decodeOnly?: boolean;
  /** True if units are missing before this one; by default `false`. */
  readonly discontinuity?: boolean;
}

/** Makes frames of one codec. */
export function encodedItem(options: AppEncodedOptions): SourceItem<AppEncodedUnit, EncodedFrame> {
  assertObject(options, "Cannot make an encoded source", 'an object with "codec"');
  assertEncodedShape(options);
  let endPtsNs = 0;
  return {
    port: { name: "encoded", kind: "encoded", type: "EncodedFrame" },
    announce: (output) => output.announce({ kind: "encoded", ...options }),
    make: async (output, unit) => {
      assertObject(unit, "Cannot push an encoded frame", 'an object with "bytes"');
      const { bytes, keyframe } = unit;
      if (!(bytes instanceof Uint8Array)) {
        throw new TypeError("Cannot push an encoded frame: wanted its bytes as a Uint8Array");
      }
      const frame = await acquire(output, { ...options, maxBytes: bytes.length, keyframe });
      frame.bytes.set(bytes);
      frame.ptsNs = unit.ptsNs ?? endPtsNs;
      frame.dtsNs = unit.dtsNs ?? frame.ptsNs;
      frame.durationNs = unit.durationNs ?? 0;
      frame.decodeOnly = unit.decodeOnly ?? false;
      frame.discontinuity = unit.discontinuity ?? false;
      endPtsNs = frame.ptsNs + frame.durationNs;
      return frame;
    },
  };
}
