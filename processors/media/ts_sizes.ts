/**
 * Finds the sizes of the pictures of H.264 in MPEG-TS: where recordings were joined, or a programme goes over to
 * another one, its parameter sets change within the stream.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import { NAL, nalType, readSequenceParameters, splitNalUnits } from "./nal_units.ts";
import type { PictureSize } from "./scale_advice.ts";
import { packetsIn, type TimedView } from "./ts_joints.ts";

/** Up to here, all of a file is looked through; of larger ones as much, in so many parts at even distances. */
const SMALL_BYTES = 2 ** 26;
const PARTS = 32;
/** Bytes of a part, in which key frames lie, and bytes that are read at once. */
const [PART_BYTES, READ_BYTES] = [2 ** 21, 2 ** 20];

/**
 * The sizes of the pictures of a stream, in the order in which they come.
 *
 * @param pid the stream, which is H.264
 */
export async function findSizes(view: TimedView, pid: number): Promise<PictureSize[]> {
  const sizes = new Map<string, PictureSize>();
  for (const [from, to] of partsOf(view.size)) {
    for (let at = from; at < to; at += READ_BYTES) {
      await setImmediate();
      for (const [, packet] of packetsIn(view, at, Math.min(to, at + READ_BYTES))) {
        const size = packet.pid === pid && packet.content && sizeIn(packet.content);
        if (size) sizes.set(`${size.width} × ${size.height}`, size);
      }
    }
  }
  return [...sizes.values()];
}

function partsOf(size: number): (readonly [number, number])[] {
  if (size <= SMALL_BYTES) return [[0, size]];
  const starts = Array.from({ length: PARTS }, (_, part) => Math.floor(part * (size - PART_BYTES) / (PARTS - 1)));
  return starts.map((from) => [from, from + PART_BYTES]);
}

/** The size that a sequence parameter set says: access units begin with it, so that it lies in their first packet. */
function sizeIn(bytes: Uint8Array): PictureSize | undefined {
  const set = splitNalUnits(bytes).find((unit) => nalType(unit) === NAL.sps);
  const { width, height } = set && readSequenceParameters(set) || {};
  return width === undefined || height === undefined ? undefined : { width, height };
}
