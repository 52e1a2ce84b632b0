/**
 * The elementary streams of MPEG-TS, as its program map tells them (ISO/IEC 13818-1, 2.4.4.9): mediabunny leaves out those
 * whose type it does not know, and says nothing of them.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import { PACKET_BYTES } from "./transport_packet.ts";
import { packetsIn, type TimedView } from "./ts_joints.ts";

/** Where the map is looked for, and the first packets of streams: maps come every 0.1 s. */
const LOOKED_AT_BYTES = 2 ** 24;
const READ_BYTES = 2 ** 20;
/** Tables: that of a program map, and the most bytes of one (2.4.4.10). */
const [MAP_TABLE, MOST_SECTION_BYTES] = [0x02, 1024];
const CRC_BYTES = 4;
/** Stream types without a codec of their own: private data, and what Blu-ray has in place of MPEG-2 video. */
const [PRIVATE_DATA, BLURAY_PCM] = [0x06, 0x80];
/** The descriptor that registers a format (2.6.8). */
const REGISTRATION = 0x05;

type Kind = "video" | "audio";
type Codec = readonly [kind: Kind, codec: string | undefined];

/** Stream types (2.4.4.10, table 2-34; ATSC A/53 part 3; Blu-ray). Those of sections and subtitles are not listed. */
const TYPES: Readonly<Record<number, Codec>> = {
  0x01: ["video", "mpeg1video"],
  0x02: ["video", "mpeg2video"],
  0x03: ["audio", "mp2"],
  0x04: ["audio", "mp2"],
  0x0f: ["audio", "aac"],
  0x10: ["video", "mpeg4"],
  0x11: ["audio", "aac_latm"],
  0x1b: ["video", "h264"],
  0x24: ["video", "hevc"],
  0x33: ["video", "vvc"],
  0x80: ["video", "mpeg2video"],
  0x81: ["audio", "ac3"],
  0x82: ["audio", "dts"],
  0x83: ["audio", "truehd"],
  0x84: ["audio", "eac3"],
  0x85: ["audio", "dts"],
  0x86: ["audio", "dts"],
  0x87: ["audio", "eac3"],
  0xea: ["video", "vc1"],
};

/** Descriptors of DVB that tell a codec of private data (ETSI EN 300 468, 6.1 and annex D). */
const DESCRIPTORS: Readonly<Record<number, Codec>> = {
  0x6a: ["audio", "ac3"],
  0x7a: ["audio", "eac3"],
  0x7b: ["audio", "dts"],
  0x7c: ["audio", "aac"],
};

/** What registrations of private data stand for. */
const REGISTERED: Readonly<Record<string, Codec>> = {
  "Opus": ["audio", "opus"],
  "AC-3": ["audio", "ac3"],
  "EAC3": ["audio", "eac3"],
  "DTS1": ["audio", "dts"],
  "DTS2": ["audio", "dts"],
  "DTS3": ["audio", "dts"],
  "BSSD": ["audio", "s302m"],
  "HEVC": ["video", "hevc"],
  "AV01": ["video", "av1"],
  "VC-1": ["video", "vc1"],
};

/** A stream of pictures or sound. */
export interface TsStream {
  readonly pid: number;
  readonly kind: Kind;
  /** As ffmpeg names it; `undefined` if the map does not tell it. */
  readonly codec: string | undefined;
}

/** A stream as the map has it. */
export interface MappedStream {
  readonly pid: number;
  readonly type: number;
  readonly codec: Codec | undefined;
}

/** The streams of pictures and sound that the first map of a file tells, and of which there are packets. */
export async function findStreams(view: TimedView): Promise<TsStream[]> {
  const size = Math.min(view.size, LOOKED_AT_BYTES);
  const ids = new Map<number, number>();
  let mapped: readonly MappedStream[] | undefined;
  for (let at = 0; at < size; at += READ_BYTES) {
    await setImmediate();
    const end = Math.min(size, at + READ_BYTES);
    mapped ??= findMap(view, at, end);
    for (const [, packet] of packetsIn(view, at, end)) {
      if (packet.streamId !== undefined && !ids.has(packet.pid)) ids.set(packet.pid, packet.streamId);
    }
    const isKnown = ({ pid, type, codec }: MappedStream) =>
      ids.has(pid) || (codec === undefined && type !== PRIVATE_DATA);
    if (mapped?.every(isKnown)) break;
  }
  return (mapped ?? []).flatMap(({ pid, type, codec }): TsStream[] => {
    const id = ids.get(pid);
    const known = codec ?? (type === PRIVATE_DATA && id !== undefined ? codecOf(id) : undefined);
    return id === undefined || known === undefined ? [] : [{ pid, kind: known[0], codec: known[1] }];
  });
}

/** What private data is by the number of its packets (2.4.3.7, table 2-22). */
function codecOf(streamId: number): Codec | undefined {
  if (streamId >= 0xc0 && streamId <= 0xdf) return ["audio", undefined];
  return streamId >= 0xe0 && streamId <= 0xef ? ["video", undefined] : undefined;
}

/** The first map between two places of a file that is whole. */
function findMap({ read, stride, size }: TimedView, from: number, to: number): MappedStream[] | undefined {
  const first = from - from % stride;
  const bytes = read(first, Math.min(size, to + MOST_SECTION_BYTES * stride));
  const sections = new Map<number, number[]>();
  for (let at = stride === 192 ? 4 : 0; at + PACKET_BYTES <= bytes.length; at += stride) {
    const packet = bytes.subarray(at, at + PACKET_BYTES);
    if ((packet[3] & 0x10) === 0) continue;
    const pid = (packet[1] & 0x1f) * 256 + packet[2];
    const content = packet.subarray(packet[3] & 0x20 ? 5 + packet[4] : 4);
    const isStart = (packet[1] & 0x40) !== 0;
    if (isStart && first + at >= to) return undefined;
    const section = isStart ? [] : sections.get(pid);
    if (section === undefined) continue;
    // In front of a section stands how far behind it begins.
    section.push(...(isStart ? content.subarray(1 + content[0]) : content));
    sections.set(pid, section);
    if (section[0] !== MAP_TABLE || section.length > MOST_SECTION_BYTES + PACKET_BYTES) sections.delete(pid);
    const length = 3 + (section[1] & 0x0f) * 256 + section[2];
    if (section[0] !== MAP_TABLE || section.length < length) continue;
    sections.delete(pid);
    const whole = Uint8Array.from(section.slice(0, length));
    if (whole.length >= 12 + CRC_BYTES && checksum(whole) === 0) return readMap(whole);
  }
  return undefined;
}

/** The streams of a program map, a whole section with its checksum. */
export function readMap(section: Uint8Array): MappedStream[] {
  const end = section.length - CRC_BYTES;
  const lengthAt = (at: number) => (section[at] & 0x0f) * 256 + section[at + 1];
  const first = 12 + lengthAt(10);
  const isBluray = [...descriptorsIn(section.subarray(12, Math.min(end, first)))].some(([tag, content]) =>
    tag === REGISTRATION && ["HDMV", "HDPR"].includes(nameIn(content))
  );
  const streams: MappedStream[] = [];
  for (let at = first; at + 5 <= end;) {
    const [type, pid] = [section[at], (section[at + 1] & 0x1f) * 256 + section[at + 2]];
    const next = at + 5 + lengthAt(at + 3);
    const described = [...descriptorsIn(section.subarray(at + 5, Math.min(end, next)))].map(([tag, content]) =>
      tag === REGISTRATION ? REGISTERED[nameIn(content)] : DESCRIPTORS[tag]
    );
    const known = isBluray && type === BLURAY_PCM ? ["audio", "pcm_bluray"] as const : TYPES[type];
    const codec = type === PRIVATE_DATA ? described.find((each) => each !== undefined) : known;
    streams.push({ pid, type, codec });
    at = next;
  }
  return streams;
}

function* descriptorsIn(bytes: Uint8Array): Generator<[tag: number, content: Uint8Array]> {
  for (let at = 0; at + 2 <= bytes.length; at += 2 + bytes[at + 1]) {
    yield [bytes[at], bytes.subarray(at + 2, at + 2 + bytes[at + 1])];
  }
}

function nameIn(content: Uint8Array): string {
  return String.fromCharCode(...content.subarray(0, 4));
}

/** The checksum of a section (annex A): 0 over one that is whole, with its own at its end. */
export function checksum(bytes: Uint8Array): number {
  let sum = -1;
  for (const byte of bytes) {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) sum = 2 * sum ^ (sum < 0 ? 0x04c11db7 : 0);
  }
  return sum;
}
