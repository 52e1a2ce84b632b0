/**
 * The packets of one segment, with times of the stream's own clock.
 *
 * @module
 */
import type { EncodedFormat } from "../../core/frames/format.ts";
import type { Mediabunny } from "../media/containers.ts";
import type { FilePacket } from "../media/file_track.ts";
import { mediaError, MediaFile } from "../media/media_file.ts";
import { MediaFault } from "../media/media_fault.ts";

/** How many times its own size the packets of a segment may have: parameters stand before each key frame. */
const MOST_GROWTH = 4;
const LEAST_ALLOWED_BYTES = 2 ** 20;

/** Stands in ID3 before 8 bytes: the time of the first packet, in ticks of MPEG-TS (RFC 8216, 3.4). */
const TIME_TAG = new TextEncoder().encode("com.apple.streaming.transportStreamTimestamp\0");
/** How far into a segment that tag is looked for, bytes. */
const TAG_BYTES = 4096;
const TICKS_PER_SECOND = 90_000;

/** A packet of a segment. */
export interface SegmentPacket {
  readonly port: "video" | "audio";
  readonly format: EncodedFormat;
  readonly packet: FilePacket;
}

/** What a segment holds. */
export interface SegmentContent {
  readonly packets: readonly SegmentPacket[];
  /** Tracks that are left out, with the reason: `video_0: its codec is …`. */
  readonly unread: readonly string[];
}

/**
 * Reads the packets of a segment: of the first track of pictures and the first one of sound, in the order of time.
 *
 * @param place the segment, as messages name it
 * @param behindNs when one begins whose container tells no times: AAC or MP3 by themselves
 * @throws {SluiceError} `InvalidMedia` for what is no MP4, MPEG-TS, AAC or MP3, or where no track is of a codec that frames
 * carry
 */
export async function readSegment(
  mediabunny: Mediabunny,
  place: string,
  bytes: Uint8Array,
  ports: ReadonlySet<SegmentPacket["port"]>,
  behindNs = 0,
): Promise<SegmentContent> {
  using file = await MediaFile.ofBytes(mediabunny, place, bytes);
  const format = await file.input.getFormat();
  const isUntimed = format === mediabunny.ADTS || format === mediabunny.MP3;
  const unread = file.unread.map(({ name, refusal }) => `${name}: ${refusal}`);
  const originNs = isUntimed ? taggedTimeNs(bytes) ?? behindNs : Math.round(file.originSeconds * 1e9);
  const lanes: SegmentPacket[][] = [];
  let room = bytes.length * MOST_GROWTH + LEAST_ALLOWED_BYTES;
  try {
    for (const port of ports) {
      const found = file.tracks.get(`${port}_0`);
      if (found === undefined) continue;
      if (found.format?.kind !== "encoded") {
        unread.push(`${port}_0: ${found.refusal}`);
        continue;
      }
      const lane: SegmentPacket[] = [];
      for (await found.begin(); found.next !== undefined; await found.advance()) {
        const { next } = found;
        room -= next.bytes.length;
        if (room < 0) throw new MediaFault("its packets are larger than it");
        const durationNs = next.durationNs > 0 ? next.durationNs : lane.at(-1)?.packet.durationNs ?? 0;
        lane.push({ port, format: found.format, packet: { ...next, timeNs: next.timeNs + originNs, durationNs } });
      }
      await found.close();
      lanes.push(lane);
    }
    if (lanes.length === 0 && unread.length > 0) throw new MediaFault(`nothing of it is read: ${unread.join(", ")}`);
  } catch (error) {
    throw mediaError(place, error);
  }
  return { packets: merge(lanes), unread };
}

/** The time that a tag in front tells; `undefined` if there is none. */
function taggedTimeNs(bytes: Uint8Array): number | undefined {
  const head = bytes.subarray(0, TAG_BYTES);
  for (let at = head.indexOf(TIME_TAG[0]); at >= 0; at = head.indexOf(TIME_TAG[0], at + 1)) {
    const end = at + TIME_TAG.length;
    if (end + 8 > head.length || !TIME_TAG.every((byte, k) => head[at + k] === byte)) continue;
    const ticks = new DataView(head.buffer, head.byteOffset + end, 8).getBigUint64(0);
    return Math.round(Number(ticks) / TICKS_PER_SECOND * 1e9);
  }
  return undefined;
}

/** Packets of tracks in the order of time; those of one track stay in the order of decoding. */
function merge(lanes: readonly (readonly SegmentPacket[])[]): SegmentPacket[] {
  const places = lanes.map(() => 0);
  const merged: SegmentPacket[] = [];
  for (;;) {
    let [first, firstNs] = [-1, Infinity];
    for (const [k, lane] of lanes.entries()) {
      const timeNs = lane[places[k]]?.packet.timeNs ?? Infinity;
      if (timeNs < firstNs) [first, firstNs] = [k, timeNs];
    }
    if (first < 0) return merged;
    merged.push(lanes[first][places[first]++]);
  }
}
