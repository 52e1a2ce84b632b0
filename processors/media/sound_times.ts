/**
 * When the packets of a track of encoded sound are heard, and how much of each: an encoder is late, and fills its last
 * packet up. Each container says it in its own way.
 *
 * @module
 */
import type { EncodedPacket } from "mediabunny";
import { opusDurationNs, soundDurationNs } from "./audio_headers.ts";
import type { CodecDelays } from "./codec_delay.ts";
import type { EditEnd } from "./mp4_edits.ts";

/** By how much Matroska rounds times to milliseconds, once when they are written, once when a delay is added. */
const MOST_ROUNDED_NS = 2e6;

/** When a packet is shown or heard. */
export interface PacketTimes {
  /** Nanoseconds since the file's start; may be negative. */
  readonly timeNs: number;
  readonly durationNs: number;
  /** How much of that, at its start, is not heard: a stream of sound begins within it. */
  readonly unheardNs: number;
}

/** What a file says of a track of sound. */
export interface SoundHeader {
  readonly codec: string;
  /** How much at the start is not heard. */
  readonly primingNs: number;
  readonly isOgg: boolean;
  /** Of Matroska and WebM, which round times. */
  readonly delays: CodecDelays | undefined;
  /** Where an edit list, or the tag of an MP3 file, ends the track. */
  readonly editEnd: EditEnd | undefined;
  /** The time of its first packet. */
  readonly firstSeconds: () => Promise<number>;
}

/** The times of the packets of a track, in their order. */
export class SoundTimes {
  readonly #header: SoundHeader;
  /** The time of the container at the file's start, nanoseconds. */
  #originNs = 0;
  /** When the next packet that was moved to 0 begins. */
  #earlyNs = 0;
  /** Where sound goes on whose times are rounded. */
  #endNs = NaN;
  /** When the first sample is heard. */
  #heardNs: number | undefined;

  constructor(header: SoundHeader) {
    this.#header = header;
  }

  /** Where the track ends, if the file says so beside its packets. */
  get endNs(): number | undefined {
    return this.#header.editEnd?.endNs;
  }

  /** Begins at the start, or at another place. @param originSeconds the time of the container at the file's start */
  async begin(originSeconds: number): Promise<void> {
    const { isOgg, primingNs } = this.#header;
    this.#originNs = originSeconds * 1e9;
    this.#earlyNs = isOgg ? -primingNs : 0;
    this.#endNs = NaN;
    this.#heardNs ??= await this.#firstHeardNs();
  }

  /** The times of the packet that is next. `undefined`: nothing of it is heard, and nothing after it needs it. */
  of(packet: EncodedPacket, bytes: Uint8Array): PacketTimes | undefined {
    const { isOgg, delays, codec, editEnd } = this.#header;
    const { timeNs, durationNs } = this.#timesOf(packet, bytes);
    // Opus tells how long it lasts, so that this is no packet without a duration.
    if (durationNs === 0 && codec === "opus" && (isOgg || delays !== undefined)) return undefined;
    const unheardNs = Math.max(0, this.#heardNs! - timeNs);
    if (editEnd === undefined || timeNs + durationNs <= editEnd.endNs + editEnd.roundingNs) {
      return { timeNs, durationNs, unheardNs };
    }
    return timeNs < editEnd.endNs ? { timeNs, durationNs: editEnd.endNs - timeNs, unheardNs } : undefined;
  }

  async #firstHeardNs(): Promise<number> {
    const { isOgg, primingNs, firstSeconds } = this.#header;
    if (primingNs === 0) return -Infinity;
    const first = await firstSeconds();
    return (isOgg && first === 0 ? -primingNs : Math.round(first * 1e9 - this.#originNs)) + primingNs;
  }

  #timesOf({ data, timestamp, duration }: EncodedPacket, bytes: Uint8Array): Omit<PacketTimes, "unheardNs"> {
    const { delays, codec } = this.#header;
    if (this.#isMovedTo0(bytes, timestamp, duration)) {
      const timeNs = this.#earlyNs;
      // All of what lies before 0 is there; the end may be cut.
      const durationNs = duration > 0 ? Math.round(duration * 1e9) - timeNs : opusDurationNs(bytes);
      this.#earlyNs += durationNs;
      return { timeNs, durationNs };
    }
    const timeNs = Math.round(timestamp * 1e9 - this.#originNs);
    const wholeNs = delays && soundDurationNs(codec, bytes);
    if (wholeNs !== undefined) return this.#unrounded(timeNs, wholeNs, data);
    return { timeNs, durationNs: Math.max(0, Math.round((timestamp + duration) * 1e9 - this.#originNs) - timeNs) };
  }

  /** Whether it is one of the first packets of Opus in Ogg: mediabunny has those that begin before 0 begin at 0. */
  #isMovedTo0(bytes: Uint8Array, timestamp: number, duration: number): boolean {
    return this.#earlyNs < 0 && timestamp === 0 && duration * 1e9 < opusDurationNs(bytes) - 1e6;
  }

  /** A packet whose rounded time may be where the one before it ends goes on there. */
  #unrounded(roundedNs: number, wholeNs: number, data: Uint8Array): Omit<PacketTimes, "unheardNs"> {
    // Behind a jump, packets are taken to have lasted as long since the start.
    const jumped = Math.round((roundedNs + this.#originNs) / wholeNs) * wholeNs - this.#originNs;
    const expectedNs = Number.isNaN(this.#endNs) ? jumped : this.#endNs;
    const startNs = Math.abs(roundedNs - expectedNs) < MOST_ROUNDED_NS ? expectedNs : roundedNs;
    this.#endNs = startNs + wholeNs;
    const timeNs = Math.round(startNs);
    const heardNs = Math.max(0, wholeNs - this.#header.delays!.discardNs(data));
    return { timeNs, durationNs: Math.round(startNs + heardNs) - timeNs };
  }
}
