/**
 * Finds in MPEG-TS (ISO/IEC 13818-1, 2.4.3) the last packets of elementary streams (PES) that are cut. One of sound says
 * how long it is. One of pictures mostly does not: it fills its last transport packet up by stuffing, and where that has
 * none, more was to come.
 *
 * @module
 */
import { readAdtsHeader } from "./audio_headers.ts";
import type { ReadRange } from "./mp4_check.ts";
import { NOTHING_PID as NOTHING, PACKET_BYTES, SYNC } from "./transport_packet.ts";

/** How far from the end a packet is looked for: pictures are smaller. */
const END_BYTES = 2 ** 14 * PACKET_BYTES;

/** What is cut at the end of a file. */
export interface CutStreams {
  /** Transport packets that belong to it: their bytes. */
  readonly bytes: number;
  /** Where those of them lie that are to be left out: all but those of AAC, whose frames say how long they are. */
  readonly places: readonly number[];
}

/** A packet of an elementary stream, from its first transport packet on. */
interface StreamPacket {
  /** Where its transport packets lie. */
  readonly places: number[];
  /** How long it says it is; 0 if it does not. */
  readonly wanted: number;
  readonly isAdts: boolean;
  found: number;
  isFilledUp: boolean;
}

/** Whether a file is MPEG-TS, by its first packets. */
export function isMpegTs(read: ReadRange, size: number): boolean {
  return size >= 3 * PACKET_BYTES && [0, 1, 2].every((k) => read(k * PACKET_BYTES, k * PACKET_BYTES + 1)[0] === SYNC);
}

/** Finds what is cut. The transport packet that the file ends within is no part of it. */
export function cutStreams(read: ReadRange, size: number): CutStreams {
  const end = size - size % PACKET_BYTES;
  const from = Math.max(0, end - END_BYTES);
  const bytes = read(from, end);
  const last = new Map<number, StreamPacket>();
  for (let at = 0; at < bytes.length; at += PACKET_BYTES) {
    const packet = bytes.subarray(at, at + PACKET_BYTES);
    if (packet[0] !== SYNC) return { bytes: 0, places: [] };
    const payload = payloadOf(packet);
    const id = (packet[1] & 0x1f) << 8 | packet[2];
    if (id === NOTHING || payload.length === 0) continue;
    if (packet[1] & 0x40) {
      const begins = payload[0] === 0 && payload[1] === 0 && payload[2] === 1;
      const length = payload[4] << 8 | payload[5];
      if (!begins) last.delete(id);
      else {
        const wanted = length === 0 ? 0 : length + 6;
        const isAdts = readAdtsHeader(payload.subarray(9 + payload[8])) !== undefined;
        last.set(id, { places: [], wanted, isAdts, found: 0, isFilledUp: false });
      }
    }
    const known = last.get(id);
    if (known === undefined) continue;
    known.places.push(from + at);
    known.found += payload.length;
    known.isFilledUp = isFilledUp(packet);
  }
  const isCut = ({ wanted, found, isFilledUp }: StreamPacket) => wanted === 0 ? !isFilledUp : found < wanted;
  const cut = [...last.values()].filter(isCut);
  const count = cut.reduce((sum, { places }) => sum + places.length, 0);
  return { bytes: count * PACKET_BYTES, places: cut.flatMap(({ isAdts, places }) => isAdts ? [] : places) };
}

/** Reads with transport packets made ones that carry nothing. */
export function withoutTransportPackets(read: ReadRange, places: readonly number[]): ReadRange {
  return (start, end) => {
    const bytes = read(start, end);
    for (const place of places) {
      for (const [at, byte] of [[place + 1, NOTHING >> 8], [place + 2, NOTHING & 0xff]]) {
        if (at >= start && at < end) bytes[at - start] = byte;
      }
    }
    return bytes;
  };
}

/** What a transport packet carries behind its adaptation field. */
function payloadOf(packet: Uint8Array): Uint8Array {
  if ((packet[3] & 0x10) === 0) return packet.subarray(PACKET_BYTES);
  return packet.subarray(packet[3] & 0x20 ? 5 + packet[4] : 4);
}

/** Whether the adaptation field of a transport packet is longer than what it says (2.4.3.4). */
function isFilledUp(packet: Uint8Array): boolean {
  if ((packet[3] & 0x20) === 0) return false;
  const [length, flags] = packet.subarray(4, 6);
  if (length === 0 || (flags & 0x1f) === 0) return true;
  const clocks = (flags & 0x10 ? 6 : 0) + (flags & 0x08 ? 6 : 0) + (flags & 0x04 ? 1 : 0);
  const own = flags & 0x02 ? 1 + packet[6 + clocks] : 0;
  const extension = flags & 0x01 ? 1 + packet[6 + clocks + own] : 0;
  return length > 1 + clocks + own + extension;
}
