/**
 * Makes of the packets of a transport stream what encoded frames hold: a picture in each, and single packets of sound, as
 * `docs/processors/media.md` defines them.
 *
 * @module
 */
import type { EncodedFormat } from "../../core/frames/format.ts";
import {
  mp3FrameBytes,
  readAdtsBytes,
  readAdtsHeader,
  readMp3Header,
  soundDurationNs,
} from "../media/audio_headers.ts";
import { joinByteStream, NAL, nalType, readSequenceParameters, splitNalUnits } from "../media/nal_units.ts";
import { TICKS } from "../media/transport_packet.ts";
import type { TsPacket } from "./ts_reader.ts";

/** NAL units of HEVC at which decoding can begin (ITU-T H.265, table 7-1). */
const [HEVC_FIRST_KEY, HEVC_LAST_KEY] = [16, 21];
/** The head of a packet of Opus ("Encapsulation of Opus in MPEG-2 transport streams", 4.2), and its flags. */
const [OPUS_HEAD, OPUS_START_TRIM, OPUS_END_TRIM, OPUS_EXTENSION] = [0x7fe0, 0x10, 0x08, 0x04];
const OPUS_RATE_HZ = 48_000;
/** The shortest frame of sound, and the longest of ADTS, of which a part may wait for the rest. */
const [LEAST_SOUND_BYTES, MOST_PART_BYTES] = [7, 8192];
/** How long a picture lasts where nothing tells it. */
const USUAL_PICTURE_NS = 40e6;
const LONGEST_PICTURE_NS = 1e9;

/** What one frame holds. */
export interface LiveUnit {
  readonly format: EncodedFormat;
  /** Since the first time of the stream. */
  readonly ptsNs: number;
  readonly dtsNs: number;
  readonly durationNs: number;
  readonly keyframe: boolean;
  readonly bytes: Uint8Array;
  readonly isAfterLoss: boolean;
}

/** One elementary stream. */
export class TsUnits {
  /** What cannot be carried of it. */
  unread: string | undefined;
  #part: Uint8Array = new Uint8Array(0);
  /** Bytes in a row in which no sound was found. */
  #uselessBytes = 0;
  /** Where the sound that came last ends. */
  #endNs: number | undefined;
  #dtsNs = 0;
  #pictureNs = USUAL_PICTURE_NS;
  /** The parameters of pictures that came last, and what they tell. */
  #parameters: readonly Uint8Array[] = [];
  #size: Pick<EncodedFormat, "width" | "height"> = {};

  /** The frames of a packet. */
  take(packet: TsPacket): LiveUnit[] {
    switch (packet.codec) {
      case "h264":
      case "hevc":
        return this.#picture(packet, packet.codec);
      case "aac":
        return this.#sound(packet, "aac", (bytes) => readAdtsHeader(bytes) && readAdtsBytes(bytes), readAdtsHeader);
      case "mp2":
        return this.#sound(packet, "mp3", mp3FrameBytes, readMp3Header);
      case "opus":
        return this.#opus(packet);
      default:
        this.unread = packet.codec ?? "unknown";
        return [];
    }
  }

  #picture({ ptsTicks, dtsTicks, bytes, isAfterLoss }: TsPacket, codec: "h264" | "hevc"): LiveUnit[] {
    if (ptsTicks === undefined || bytes.length === 0) return [];
    const [ptsNs, dtsNs] = [nsOf(ptsTicks), nsOf(dtsTicks!)];
    const stepNs = dtsNs - this.#dtsNs;
    if (stepNs > 0 && stepNs < LONGEST_PICTURE_NS) this.#pictureNs = stepNs;
    this.#dtsNs = dtsNs;
    const units = splitNalUnits(bytes);
    const keyframe = codec === "h264" ? this.#isKey(units) : units.some(isHevcKey);
    const isBare = keyframe && codec === "h264" && !units.some(isParameters);
    // A delimiter stays in front of them.
    const first = nalType(units[0] ?? bytes) === NAL.accessUnitDelimiter ? 1 : 0;
    const whole = isBare ? joinByteStream(units.toSpliced(first, 0, ...this.#parameters)) : bytes;
    const format = { kind: "encoded", codec, ...this.#size } as const;
    return [{ format, ptsNs, dtsNs, durationNs: this.#pictureNs, keyframe, bytes: whole, isAfterLoss }];
  }

  /** Whether decoding can begin: broadcasters send parameters where it can, also without a picture that begins anew. */
  #isKey(units: readonly Uint8Array[]): boolean {
    const parameters = units.filter((unit) => isParameters(unit) || nalType(unit) === NAL.pps);
    const sps = parameters.find(isParameters);
    if (sps === undefined) return units.some((unit) => nalType(unit) === NAL.idr);
    const isKnown = parameters.length === this.#parameters.length &&
      parameters.every((unit, k) => isSame(unit, this.#parameters[k]));
    if (isKnown) return true;
    this.#parameters = parameters.map((unit) => unit.slice());
    const found = readSequenceParameters(sps);
    this.#size = found === undefined ? {} : { width: found.width, height: found.height };
    return true;
  }

  #sound(
    packet: TsPacket,
    codec: "aac" | "mp3",
    bytesOf: (bytes: Uint8Array) => number | undefined,
    formatOf: (bytes: Uint8Array) => { readonly sampleRateHz: number; readonly channels: number } | undefined,
  ): LiveUnit[] {
    if (packet.isAfterLoss) this.#part = new Uint8Array(0);
    const partBytes = this.#part.length;
    const bytes = new Uint8Array(partBytes + packet.bytes.length);
    bytes.set(this.#part);
    bytes.set(packet.bytes, partBytes);
    const units: LiveUnit[] = [];
    // The time is that of the first frame that begins in the packet.
    let timeTicks = packet.ptsTicks;
    let at = 0;
    while (at + LEAST_SOUND_BYTES <= bytes.length) {
      const rest = bytes.subarray(at);
      const length = bytesOf(rest) ?? 0;
      if (length < LEAST_SOUND_BYTES) {
        at++;
        continue;
      }
      if (length > rest.length) break;
      if (at >= partBytes && timeTicks !== undefined) {
        this.#endNs = nsOf(timeTicks);
        timeTicks = undefined;
      }
      const unit = rest.subarray(0, length);
      const ptsNs = this.#endNs ?? 0;
      const durationNs = Math.round(soundDurationNs(codec, unit) ?? 0);
      const format = { kind: "encoded", codec, ...formatOf(unit)! } as const;
      const isFirst = units.length === 0;
      units.push({
        ...{ format, ptsNs, dtsNs: ptsNs, durationNs, keyframe: true, bytes: unit },
        isAfterLoss: isFirst && packet.isAfterLoss,
      });
      this.#endNs = ptsNs + durationNs;
      at += length;
    }
    this.#uselessBytes = units.length > 0 ? 0 : this.#uselessBytes + packet.bytes.length;
    if (this.#uselessBytes > MOST_PART_BYTES) this.unread = codec === "mp3" ? "mp2" : `no ${codec}`;
    this.#part = bytes.slice(Math.max(at, bytes.length - MOST_PART_BYTES));
    return units;
  }

  #opus({ ptsTicks, bytes, isAfterLoss }: TsPacket): LiveUnit[] {
    const units: LiveUnit[] = [];
    let ptsNs = ptsTicks === undefined ? this.#endNs ?? 0 : nsOf(ptsTicks);
    for (let at = 0; at + 3 <= bytes.length;) {
      const flags = bytes[at + 1];
      if (((bytes[at] * 256 + flags) & OPUS_HEAD) !== OPUS_HEAD) break;
      at += 2;
      let length = 0;
      do length += bytes[at]; while (bytes[at++] === 255 && at < bytes.length);
      at += (flags & OPUS_START_TRIM ? 2 : 0) + (flags & OPUS_END_TRIM ? 2 : 0);
      if (flags & OPUS_EXTENSION) at += 1 + bytes[at];
      if (length === 0 || at + length > bytes.length) break;
      const unit = bytes.subarray(at, at + length);
      const durationNs = Math.round(soundDurationNs("opus", unit) ?? 0);
      // The table of contents tells whether it is stereo (RFC 6716, 3.1).
      const channels = unit[0] & 4 ? 2 : 1;
      const format = { kind: "encoded", codec: "opus", sampleRateHz: OPUS_RATE_HZ, channels } as const;
      units.push({ format, ptsNs, dtsNs: ptsNs, durationNs, keyframe: true, bytes: unit, isAfterLoss });
      ptsNs = this.#endNs = ptsNs + durationNs;
      at += length;
      isAfterLoss = false;
    }
    return units;
  }
}

/** Whether a unit of H.264 has the parameters of pictures to come. */
function isParameters(unit: Uint8Array): boolean {
  return nalType(unit) === NAL.sps;
}

function isHevcKey(unit: Uint8Array): boolean {
  const type = Math.floor(unit[0] / 2) & 0x3f;
  return type >= HEVC_FIRST_KEY && type <= HEVC_LAST_KEY;
}

function isSame(first: Uint8Array, second: Uint8Array): boolean {
  return first.length === second.length && first.every((byte, at) => byte === second[at]);
}

function nsOf(ticks: number): number {
  return Math.round(ticks * 1e9 / TICKS);
}
