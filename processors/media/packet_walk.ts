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
/** Packets after which timers have their turn. */
const TURN_PACKETS = 256;

/** How often packets come, and how long they are. */
export interface PacketFigures {
  /** Packets a second, on average. */
  readonly packetRate: number;
  readonly bitRate: number;
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

/** Measures the first packets of a track. @param most how many, by default all */
export async function measurePackets(sink: EncodedPacketSink, most = Infinity): Promise<PacketFigures> {
  const guard = new PacketGuard();
  let [start, end, count, bytes] = [Infinity, -Infinity, 0, 0];
  for await (const packet of sink.packets(undefined, undefined, { metadataOnly: true })) {
    // Of pictures whose order of decoding is not that of time, those that are shown before are counted, too.
    if (count >= most && packet.timestamp >= end) break;
    guard.check(packet);
    start = Math.min(start, packet.timestamp);
    end = Math.max(end, packet.timestamp + packet.duration);
    bytes += packet.byteLength;
    if (++count % TURN_PACKETS === 0) await setImmediate();
  }
  const perSecond = (amount: number) => count === 0 ? 0 : Number((amount / (end - start)).toPrecision(16));
  return { packetRate: perSecond(count), bitRate: perSecond(8 * bytes) };
}
