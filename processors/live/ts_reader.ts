/**
 * Reads a transport stream (ISO/IEC 13818-1) as it comes: its first program, packet by packet, whatever is lost of it.
 * Keeps at most one packet of each elementary stream, of up to 4 MiB.
 *
 * @module
 */
import { joined } from "../media/joined.ts";
import { NOTHING_PID, PACKET_BYTES, readTime, SYNC, ticksBetween } from "../media/transport_packet.ts";
import { checksum, type MappedStream, readMap } from "../media/ts_streams.ts";

/** The most bytes of a packet of an elementary stream, and of a section with what is behind it. */
const [MOST_BYTES, MOST_SECTION_BYTES] = [2 ** 22, 4096];

/** The most parts of one: a part may have a single byte. */
const MOST_PARTS = 2 ** 16;
/** The association of programs, and the tables that are read (2.4.4.3, 2.4.4.8). */
const [ASSOCIATION_PID, ASSOCIATION_TABLE, MAP_TABLE] = [0, 0x00, 0x02];
const CRC_BYTES = 4;
/** The head of a packet of an elementary stream before its optional parts. */
const PES_HEAD_BYTES = 9;

/** A packet of an elementary stream. */
export interface TsPacket {
  readonly pid: number;
  /** As the map names it; `undefined` if it does not tell. */
  readonly codec: string | undefined;
  readonly kind: "video" | "audio";
  /** When it is shown and decoded, in ticks of 90 kHz since the first time of the stream, which rise beyond a round. */
  readonly ptsTicks: number | undefined;
  readonly dtsTicks: number | undefined;
  readonly bytes: Uint8Array;
  /** Whether something of the stream is missing before it. */
  readonly isAfterLoss: boolean;
}

/** What is kept of the packets with one number. */
interface Assembly {
  /** The counter of its last transport packet; below 0 before the first. */
  counter: number;
  parts: Uint8Array[];
  length: number;
  /** Bytes that it will have; 0: until the next one begins. */
  wanted: number;
  /** Whether a beginning was seen, and nothing is missing since. */
  isWhole: boolean;
  isAfterLoss: boolean;
}

/** Reads bytes in pieces of any size. */
export class TsReader {
  /** Transport packets that did not come, by their counters. */
  lostPackets = 0;
  #rest: Uint8Array = new Uint8Array(0);
  #mapPid: number | undefined;
  #streams = new Map<number, MappedStream>();
  readonly #assemblies = new Map<number, Assembly>();
  #firstTicks: number | undefined;
  #lastTicks = 0;

  /** The streams of the program that is read, once its map has come. */
  get streams(): readonly MappedStream[] {
    return [...this.#streams.values()];
  }

  /** Takes what has come. @returns the packets of pictures and sound that are complete */
  push(bytes: Uint8Array): TsPacket[] {
    const all = this.#rest.length === 0 ? bytes : joined([this.#rest, bytes]);
    const done: TsPacket[] = [];
    let at = 0;
    while (at + PACKET_BYTES <= all.length) {
      const isInStep = all[at] === SYNC && (at + PACKET_BYTES === all.length || all[at + PACKET_BYTES] === SYNC);
      if (!isInStep) {
        at++;
        continue;
      }
      this.#take(all.subarray(at, at + PACKET_BYTES), done);
      at += PACKET_BYTES;
    }
    this.#rest = all.slice(at);
    return done;
  }

  #take(packet: Uint8Array, done: TsPacket[]): void {
    const pid = (packet[1] & 0x1f) * 256 + packet[2];
    const isDamaged = (packet[1] & 0x80) !== 0;
    const hasContent = (packet[3] & 0x10) !== 0;
    const isKnown = pid === ASSOCIATION_PID || pid === this.#mapPid || this.#streams.has(pid);
    if (isDamaged || !hasContent || pid === NOTHING_PID || !isKnown) return;
    const hasField = (packet[3] & 0x20) !== 0;
    const content = packet.subarray(hasField ? 5 + packet[4] : 4);
    const assembly = this.#assembly(pid);
    if (!this.#follows(assembly, packet[3] & 0x0f, hasField && packet[4] > 0 && (packet[5] & 0x80) !== 0)) return;
    const begins = (packet[1] & 0x40) !== 0;
    if (!this.#streams.has(pid)) return this.#takeSection(pid, assembly, content, begins);
    if (begins) {
      this.#finish(pid, assembly, done);
      assembly.isWhole = true;
      const length = content.length >= 6 ? content[4] * 256 + content[5] : 0;
      assembly.wanted = length === 0 ? 0 : length + 6;
    }
    if (!assembly.isWhole || content.length === 0) return;
    assembly.parts.push(content.slice());
    assembly.length += content.length;
    if (assembly.length > MOST_BYTES || assembly.parts.length > MOST_PARTS) this.#lose(assembly);
    else if (assembly.wanted > 0 && assembly.length >= assembly.wanted) this.#finish(pid, assembly, done);
  }

  #assembly(pid: number): Assembly {
    let assembly = this.#assemblies.get(pid);
    if (assembly === undefined) {
      assembly = { counter: -1, parts: [], length: 0, wanted: 0, isWhole: false, isAfterLoss: false };
      this.#assemblies.set(pid, assembly);
    }
    return assembly;
  }

  /** Looks at the counter of a packet. @returns whether it is a new one: a packet may come twice */
  #follows(assembly: Assembly, counter: number, isJoint: boolean): boolean {
    const { counter: last } = assembly;
    assembly.counter = counter;
    if (last < 0 || isJoint) return true;
    if (counter === last) return false;
    const missing = (counter - last - 1 + 16) % 16;
    if (missing > 0) {
      this.lostPackets += missing;
      this.#lose(assembly);
    }
    return true;
  }

  #lose(assembly: Assembly): void {
    clear(assembly);
    assembly.isAfterLoss = true;
  }

  #takeSection(pid: number, assembly: Assembly, content: Uint8Array, begins: boolean): void {
    if (begins) clear(assembly);
    else if (!assembly.isWhole) return;
    // In front of a section stands how far behind it begins.
    const part = begins ? content.subarray(1 + content[0]) : content;
    assembly.isWhole = true;
    if (part.length === 0) return;
    assembly.parts.push(part.slice());
    assembly.length += part.length;
    const section = joined(assembly.parts);
    const length = 3 + (section[1] & 0x0f) * 256 + section[2];
    if (section.length > MOST_SECTION_BYTES) return clear(assembly);
    if (section.length < 3 || section.length < length) return;
    clear(assembly);
    const whole = section.subarray(0, length);
    if (length < 12 + CRC_BYTES || checksum(whole) !== 0) return;
    if (pid === ASSOCIATION_PID && whole[0] === ASSOCIATION_TABLE) this.#mapPid = firstProgram(whole);
    else if (pid === this.#mapPid && whole[0] === MAP_TABLE) this.#setStreams(readMap(whole));
  }

  #setStreams(streams: readonly MappedStream[]): void {
    this.#streams = new Map(streams.map((stream) => [stream.pid, stream]));
    for (const pid of this.#assemblies.keys()) {
      if (pid !== ASSOCIATION_PID && pid !== this.#mapPid && !this.#streams.has(pid)) this.#assemblies.delete(pid);
    }
  }

  #finish(pid: number, assembly: Assembly, done: TsPacket[]): void {
    const { parts, isWhole, isAfterLoss, wanted } = assembly;
    clear(assembly);
    const { codec } = this.#streams.get(pid)!;
    if (!isWhole || parts.length === 0) return;
    const all = joined(parts);
    const pes = wanted > 0 ? all.subarray(0, wanted) : all;
    const isPes = pes.length >= PES_HEAD_BYTES && pes[0] === 0 && pes[1] === 0 && pes[2] === 1;
    const start = PES_HEAD_BYTES + pes[8];
    if (!isPes || start > pes.length || codec === undefined) return;
    assembly.isAfterLoss = false;
    const [kind, name] = codec;
    const hasTime = (pes[7] & 0x80) !== 0 && pes[8] >= 5;
    const ptsTicks = hasTime ? this.#unwrapped(readTime(pes, 9)) : undefined;
    const dtsTicks = (pes[7] & 0x40) !== 0 && pes[8] >= 10 ? this.#unwrapped(readTime(pes, 14)) : ptsTicks;
    done.push({ pid, kind, codec: name, ptsTicks, dtsTicks, bytes: pes.subarray(start), isAfterLoss });
  }

  #unwrapped(ticks: number): number {
    this.#firstTicks ??= ticks;
    const wrapped = this.#lastTicks + this.#firstTicks;
    return this.#lastTicks += ticksBetween(wrapped, ticks);
  }
}

function clear(assembly: Assembly): void {
  assembly.parts = [];
  assembly.length = 0;
  assembly.isWhole = false;
}

/** Where the map of the first program is found; 0 is the number of what tells of the network. */
function firstProgram(section: Uint8Array): number | undefined {
  for (let at = 8; at + 4 <= section.length - CRC_BYTES; at += 4) {
    if (section[at] !== 0 || section[at + 1] !== 0) return (section[at + 2] & 0x1f) * 256 + section[at + 3];
  }
  return undefined;
}
