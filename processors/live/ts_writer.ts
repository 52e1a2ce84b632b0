/**
 * Writes a transport stream (ISO/IEC 13818-1) of encoded frames as they come, without waiting for others: each in packets
 * of its own, with tables and a clock so often that a receiver may join at any time.
 *
 * @module
 */
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import { AUDIO_CODECS, type Codec, type EncodedFormat } from "../../core/frames/format.ts";
import { joined } from "../media/joined.ts";
import { NAL, nalType, splitNalUnits } from "../media/nal_units.ts";
import { PACKET_BYTES, SYNC, TICKS, WRAP_TICKS, writeTime } from "../media/transport_packet.ts";
import { checksum } from "../media/ts_streams.ts";
import { DecodingTimes } from "./decoding_times.ts";

/** Numbers of packets: of the tables, and of the first stream. */
const [ASSOCIATION_PID, MAP_PID, FIRST_PID] = [0, 0x1000, 0x0100];
/** How the map names the codecs that a transport stream carries (2.4.4.10). */
const TYPES: { readonly [C in Codec]?: number } = { h264: 0x1b, hevc: 0x24, aac: 0x0f, mp3: 0x03, opus: 0x06 };
/** The numbers of packets of an elementary stream (2.4.3.7): pictures, sound, private data. */
const [PICTURES_ID, SOUND_ID, PRIVATE_ID] = [0xe0, 0xc0, 0xbd];
/** What goes before the first unit of a picture: an access unit delimiter. */
const DELIMITERS: { readonly [C in Codec]?: readonly number[] } = {
  h264: [0, 0, 0, 1, 0x09, 0xf0],
  hevc: [0, 0, 0, 1, 0x46, 0x01, 0x50],
};
const HEVC_DELIMITER = 35;
/** Times of the stream begin behind 0; what comes is decoded so long after the clock has come. */
const [FIRST_TICKS, BUFFER_TICKS] = [TICKS, 0.1 * TICKS];
/** Tables come again after so much time of the stream. */
const TABLES_TICKS = 0.25 * TICKS;
/** The most content of a packet of an elementary stream that tells its length. */
const MOST_LENGTH = 0xffff;

/** One elementary stream. */
interface Stream {
  readonly pid: number;
  readonly codec: Codec;
  readonly isVideo: boolean;
  readonly times: DecodingTimes | undefined;
  /** For Opus. */
  readonly channels: number;
}

/** What is written of a frame. */
export type TsFrame = Pick<EncodedFrame, "codec" | "ptsNs" | "dtsNs" | "durationNs" | "keyframe" | "bytes">;

/** Writes the packets of a stream that begins. */
export class TsWriter {
  readonly #streams: readonly Stream[];
  readonly #clock: Stream;
  readonly #originNs: number;
  readonly #counters = new Map<number, number>();
  #tablesAt = -Infinity;

  /**
   * @param tracks pictures first; frames are told by their place
   * @param originNs the time of the graph at which it begins
   */
  constructor(tracks: readonly EncodedFormat[], originNs: number) {
    this.#originNs = originNs;
    this.#streams = tracks.map(({ codec, channels = 2 }, k) => {
      const isVideo = !AUDIO_CODECS.has(codec);
      const times = isVideo ? new DecodingTimes() : undefined;
      return { pid: FIRST_PID + k, codec, isVideo, times, channels };
    });
    this.#clock = this.#streams[0];
  }

  /** The packets of a frame, with tables before them where it is time. */
  write(place: number, frame: TsFrame): Uint8Array<ArrayBuffer> {
    const stream = this.#streams[place];
    // Sound that is not heard at its start begins when it is decoded.
    const shownNs = stream.isVideo ? frame.ptsNs : Math.min(frame.ptsNs, Math.max(frame.dtsNs, frame.ptsNs - 1e8));
    const decodedNs = stream.times?.of(frame) ?? shownNs;
    const [pts, dts] = [shownNs, decodedNs].map((ns) => FIRST_TICKS + Math.round((ns - this.#originNs) * TICKS / 1e9));
    const content = contentOf(stream, frame);
    const packets: Uint8Array[] = [];
    if ((stream.isVideo && frame.keyframe) || dts - this.#tablesAt >= TABLES_TICKS) {
      this.#tablesAt = dts;
      packets.push(this.#section(ASSOCIATION_PID, association()), this.#section(MAP_PID, this.#map()));
    }
    const clock = stream === this.#clock ? dts - BUFFER_TICKS : undefined;
    const isKey = stream.isVideo && frame.keyframe;
    packets.push(...this.#packets(stream, packetOf(stream, pts, dts, content), { clock, isKey }));
    const bytes = new Uint8Array(packets.length * PACKET_BYTES);
    packets.forEach((packet, k) => bytes.set(packet, k * PACKET_BYTES));
    return bytes;
  }

  #packets(
    { pid }: Stream,
    content: Uint8Array,
    { clock, isKey }: { readonly clock: number | undefined; readonly isKey: boolean },
  ): Uint8Array[] {
    const packets: Uint8Array[] = [];
    for (let at = 0; at < content.length;) {
      const field = at > 0 ? [] : adaptation(clock, isKey);
      const packet = this.#begin(pid, at === 0);
      const room = PACKET_BYTES - 4 - (field.length > 0 ? 1 + field.length : 0);
      const part = content.subarray(at, at + room);
      const fieldBytes = PACKET_BYTES - 4 - part.length;
      if (fieldBytes > 0) {
        packet[3] |= 0x20;
        packet.fill(0xff, 4);
        packet[4] = fieldBytes - 1;
        if (fieldBytes > 1) packet[5] = 0;
        packet.set(field, 5);
      }
      packet.set(part, 4 + fieldBytes);
      packets.push(packet);
      at += part.length;
    }
    return packets;
  }

  #section(pid: number, section: Uint8Array): Uint8Array {
    const packet = this.#begin(pid, true);
    packet.fill(0xff, 4);
    packet[4] = 0;
    packet.set(section, 5);
    return packet;
  }

  #begin(pid: number, isFirst: boolean): Uint8Array {
    const counter = this.#counters.get(pid) ?? 0;
    this.#counters.set(pid, (counter + 1) & 0x0f);
    const packet = new Uint8Array(PACKET_BYTES);
    packet.set([SYNC, (isFirst ? 0x40 : 0) | pid >> 8, pid & 0xff, 0x10 | counter]);
    return packet;
  }

  #map(): Uint8Array {
    const streams = this.#streams.flatMap(({ pid, codec, channels }) => {
      // The format of private data is registered, and the number of channels told.
      const described = codec === "opus" ? [0x05, 4, 0x4f, 0x70, 0x75, 0x73, 0x7f, 2, 0x80, channels] : [];
      return [TYPES[codec]!, 0xe0 | pid >> 8, pid & 0xff, 0xf0, described.length, ...described];
    });
    const { pid } = this.#clock;
    return section(0x02, [0xe0 | pid >> 8, pid & 0xff, 0xf0, 0, ...streams]);
  }
}

function association(): Uint8Array {
  return section(0x00, [0, 1, 0xe0 | MAP_PID >> 8, MAP_PID & 0xff]);
}

/** A section of program 1, or of stream 1, with its head and checksum (2.4.4). */
function section(table: number, content: readonly number[]): Uint8Array {
  const length = 5 + content.length + 4;
  const bytes = Uint8Array.from([table, 0xb0 | length >> 8, length & 0xff, 0, 1, 0xc1, 0, 0, ...content, 0, 0, 0, 0]);
  new DataView(bytes.buffer).setInt32(bytes.length - 4, checksum(bytes.subarray(0, -4)));
  return bytes;
}

/** What stands in front of the first part of a packet (2.4.3.4), behind its length: where decoding can begin, and the clock. */
function adaptation(clock: number | undefined, isKey: boolean): number[] {
  if (clock === undefined && !isKey) return [];
  const flags = (isKey ? 0x40 : 0) | (clock === undefined ? 0 : 0x10);
  if (clock === undefined) return [flags];
  const ticks = ((clock % WRAP_TICKS) + WRAP_TICKS) % WRAP_TICKS;
  const high = Math.floor(ticks / 2);
  const bytes = [24, 16, 8, 0].map((bits) => Math.floor(high / 2 ** bits) & 0xff);
  return [flags, ...bytes, ticks % 2 * 0x80 | 0x7e, 0];
}

/** A packet of an elementary stream (2.4.3.6). */
function packetOf({ isVideo, codec }: Stream, pts: number, dts: number, content: Uint8Array): Uint8Array {
  const isReordered = dts !== pts;
  const headBytes = isReordered ? 10 : 5;
  const bytes = new Uint8Array(9 + headBytes + content.length);
  const length = 3 + headBytes + content.length;
  const told = length > MOST_LENGTH ? 0 : length;
  const id = codec === "opus" ? PRIVATE_ID : isVideo ? PICTURES_ID : SOUND_ID;
  bytes.set([0, 0, 1, id, told >> 8, told & 0xff, 0x84, isReordered ? 0xc0 : 0x80, headBytes]);
  bytes[9] = isReordered ? 0x31 : 0x21;
  writeTime(bytes, 9, pts);
  if (isReordered) {
    bytes[14] = 0x11;
    writeTime(bytes, 14, dts);
  }
  bytes.set(content, 9 + headBytes);
  return bytes;
}

/** A frame's payload as a transport stream has it. */
function contentOf({ codec }: Stream, { bytes }: TsFrame): Uint8Array {
  if (codec === "opus") {
    const head = [0x7f, 0xe0, ...new Array(Math.floor(bytes.length / 255)).fill(255), bytes.length % 255];
    return joined([head, bytes]);
  }
  const delimiter = DELIMITERS[codec];
  if (delimiter === undefined) return bytes;
  const [first] = splitNalUnits(bytes.subarray(0, 64));
  const isThere = first !== undefined &&
    (codec === "h264"
      ? nalType(first) === NAL.accessUnitDelimiter
      : (Math.floor(first[0] / 2) & 0x3f) === HEVC_DELIMITER);
  return isThere ? bytes : joined([delimiter, bytes]);
}
