/**
 * Goes through the packets of a track that a library reads, and gives way to timers. A packet of MPEG-TS whose header
 * says that it has no bytes is read again and again: that ends here.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import { MediaFault } from "./media_fault.ts";
import type { EncodedPacket, EncodedPacketSink } from "mediabunny";

/** Packets without bytes in a row that are believed. */
const MOST_EMPTY = 1000;
/** Durations differ if by more than this share of the usual one, and by more than the rounding of two times to milliseconds. */
const [UNEVEN_SHARE, ROUNDING_SECONDS] = [0.1, 0.0021];
/** Packets after which timers have their turn. */
const TURN_PACKETS = 256;

/** How often packets come, and how long they are. */
export interface PacketFigures {
  /** Packets a second, on average. */
  readonly packetRate: number;
  readonly bitRate: number;
  /** Bytes of the largest packet. */
  readonly mostBytes: number;
  /** Of pictures: packets a second by the usual duration of one, if durations differ by more than rounding. */
  readonly usualRate?: number;
}

/** Finds that packets do not go on. */
export class PacketGuard {
  #emptyCount = 0;

  /** @throws {MediaFault} for many packets without bytes in a row */
  check({ timestamp, byteLength }: EncodedPacket): void {
    this.#emptyCount = byteLength === 0 ? this.#emptyCount + 1 : 0;
    if (this.#emptyCount < MOST_EMPTY) return;
    throw new MediaFault(`at ${timestamp.toFixed(2)} s, it has a packet without bytes, which nothing can follow`);
  }
}

/**
 * Measures the first packets of a track.
 *
 * @param isVideo whether they are pictures, whose durations are compared
 * @param most how many, by default all
 */
export async function measurePackets(
  sink: EncodedPacketSink,
  isVideo: boolean,
  most = Infinity,
): Promise<PacketFigures> {
  const guard = new PacketGuard();
  let [start, end, count, bytes, mostBytes] = [Infinity, -Infinity, 0, 0, 0];
  const durations: number[] = [];
  for await (const packet of sink.packets(undefined, undefined, { metadataOnly: true })) {
    // Of pictures whose order of decoding is not that of time, those that are shown before are counted, too.
    if (count >= most && packet.timestamp >= end) break;
    guard.check(packet);
    if (isVideo) durations.push(packet.duration);
    mostBytes = Math.max(mostBytes, packet.byteLength);
    start = Math.min(start, packet.timestamp);
    end = Math.max(end, packet.timestamp + packet.duration);
    bytes += packet.byteLength;
    if (++count % TURN_PACKETS === 0) await setImmediate();
  }
  const perSecond = (amount: number) => count === 0 ? 0 : Number((amount / (end - start)).toPrecision(16));
  const usualRate = unevenRate(durations.slice(0, -1));
  return { packetRate: perSecond(count), bitRate: perSecond(8 * bytes), mostBytes, ...(usualRate && { usualRate }) };
}

/** The rate by the usual one of durations that differ. */
function unevenRate(durations: number[]): number | undefined {
  durations.sort((a, b) => a - b);
  const [shortest, usual, longest] = [0, 0.5, 1].map((part) => durations[Math.round(part * (durations.length - 1))]);
  const isUneven = longest - shortest > Math.max(UNEVEN_SHARE * usual, ROUNDING_SECONDS);
  return isUneven && usual > 0 ? Math.round(1e3 / usual) / 1e3 : undefined;
}
