/**
 * One input of a sink that writes media files: what has come of it, and what is to come.
 *
 * @module
 */
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import { AUDIO_CODECS, describeFormat, type EncodedFormat } from "../../core/frames/format.ts";
import { SluiceError } from "../../core/errors.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import { PcmBlock } from "../file/pcm.ts";
import type { Packet } from "./recording.ts";
import { encodedTrack, type PcmFormat, pcmTrack, type TrackFormat } from "./track_format.ts";

/** A frame that a sink writes. */
export type MediaFrame = EncodedFrame | AudioFrame;

/** The most bytes that are held before the file begins. */
const MOST_HELD_BYTES = 64 * 2 ** 20;

/** What lies before a file's start by no more than this is written all the same: decoders need it for what follows. */
const PRIMING_NS = 1e8;

/** A frame as the file holds it, before it is known where the file starts. */
type Taken =
  & Pick<Packet, "bytes" | "durationNs" | "unheardNs" | "keyframe">
  & Pick<EncodedFrame, "ptsNs" | "decodeOnly">;

/** The longest packet of sound whose start may be left out. */
const LONGEST_NS = 120e6;

/** Where and how a file starts. */
export interface FileStart {
  readonly originNs: number;
  /** Whether players leave out what lies before it; of Opus they do in any file. */
  readonly skips: boolean;
}

/** An input and its place in time. */
export class SinkTrack {
  readonly input: StreamInput<MediaFrame>;
  readonly #address: string;
  readonly #pcm: PcmFormat;
  #block: PcmBlock | undefined;
  #format: TrackFormat | undefined;
  #rateAndChannels = "";
  /** What was read before the file began. */
  readonly #held: Taken[] = [];
  #heldBytes = 0;
  /** The end of the newest frame that was taken; infinitely far back before the first one. */
  endNs = -Infinity;
  /**
   * The newest time of a frame, and what it was when the newest key frame came: no time is before that. Infinite after a
   * key frame that was too late.
   */
  #newestNs = -Infinity;
  #floorNs = -Infinity;
  /** What is heard begins with the next frame. */
  #begins = true;
  /** Sound that is not heard has been left out, so that nothing of what else is not heard is needed. */
  #isCut = false;
  /** Its place among the tracks of the file; negative if it has none. */
  index = -1;
  /** Its track of the file was closed, since it had no link or had ended: what comes after all is not in that file. */
  isOver = false;
  /** Whether it was said that something came after that. */
  isToldOver = false;

  constructor(input: StreamInput<MediaFrame>, nodeId: string, pcm: PcmFormat) {
    this.input = input;
    this.#address = `${nodeId}.${input.name}`;
    this.#pcm = pcm;
  }

  /** What the file has to know; after {@linkcode describe}. */
  get format(): TrackFormat {
    return this.#format!;
  }

  /** Whether its first key frame is there, or nothing will come. */
  get isKnown(): boolean {
    return !this.isOpen || this.isNextKey;
  }

  /** Whether what comes of it goes into the file. */
  get isWritten(): boolean {
    return this.index >= 0 && !this.isOver;
  }

  /** Whether it has frames, or may still bring some. */
  get isOpen(): boolean {
    return this.nextNs !== undefined || this.input.connected && !this.input.ended;
  }

  /** The time of the frame that is next; `undefined` if none has come. */
  get nextNs(): number | undefined {
    const held = this.#held[0];
    if (held !== undefined) return held.ptsNs;
    const next = this.input.peek();
    return next && next.ptsNs - this.#unheardOf(next);
  }

  /** How much at the start of the frame that is next is not heard, as far as it tells, or its encoder is known to do. */
  get primingNs(): number {
    const [held] = this.#held;
    const next = this.input.peek();
    return held?.unheardNs || (held === undefined && next && this.#unheardOf(next)) || this.format.primingNs;
  }

  /** Whether nothing before the frame that is next is needed to decode it. */
  get isNextKey(): boolean {
    if (this.#held.length > 0) return this.#held[0].keyframe;
    const next = this.input.peek();
    return next?.kind === "encoded" ? next.keyframe : next !== undefined;
  }

  /**
   * When the first of it is shown or heard, as far as the frame that is next tells: what is only decoded for what follows
   * lies before a start at 0, but for pictures where the file has them shown.
   */
  startNs(skips: boolean): number {
    const { nextNs, format } = this;
    const isUnheard = this.#isNextOnlyDecoded && nextNs! < 0 && (skips || format.type === "audio");
    return isUnheard ? 0 : nextNs!;
  }

  get #isNextOnlyDecoded(): boolean {
    if (this.#held.length > 0) return this.#held[0].decodeOnly;
    const next = this.input.peek();
    return next?.kind === "encoded" && next.decodeOnly;
  }

  /**
   * Learns from the frame that is next what the track holds.
   *
   * @throws {SluiceError} `TypeMismatch` or `InvalidMedia` if no file holds it
   */
  describe(frame: MediaFrame = this.input.peek()!): void {
    if (this.#format !== undefined) return;
    if (frame.kind === "audio") {
      this.#format = pcmTrack(frame.format, this.#pcm);
      this.#block = new PcmBlock(this.#pcm, frame.channels, frame.sampleCount);
    } else {
      this.#format = encodedTrack({ format: frame.format, bytes: frame.bytes, input: this.#address });
    }
    this.#rateAndChannels = describeFormat(streamFormat(frame));
  }

  /**
   * Takes what has come off the link before the file begins, from a key frame on, so that a live one drops nothing of it.
   *
   * @param mostNs how much time of media is taken at most
   * @throws {SluiceError} as {@linkcode describe} and {@linkcode read}
   */
  hold(mostNs: number): void {
    // What may have come since the frames before a key frame were dropped is one of those.
    if (!this.isNextKey) return;
    for (let next = this.input.peek(); next !== undefined; next = this.input.peek()) {
      const [first] = this.#held;
      if (first !== undefined && (next.ptsNs - first.ptsNs > mostNs || this.#heldBytes > MOST_HELD_BYTES)) return;
      const frame = this.input.read();
      if (frame === undefined) return;
      const taken = this.#take(frame);
      this.#held.push(taken);
      this.#heldBytes += taken.bytes.length;
    }
  }

  /**
   * Takes the frame that is next.
   *
   * @returns `undefined` if there is none in this tick
   * @throws {SluiceError} `TypeMismatch` if the stream has become another one
   */
  read(): Taken | undefined {
    const held = this.#held.shift();
    if (held !== undefined) return held;
    const frame = this.input.read();
    return frame && this.#take(frame);
  }

  /**
   * Makes a packet of a frame that was read.
   *
   * @returns `late` for a frame that comes too late, `unheard` for sound that is not to be heard and is not needed
   */
  place(taken: Taken, { originNs, skips }: FileStart): Packet | "late" | "unheard" {
    const { bytes, ptsNs, durationNs, keyframe, decodeOnly } = taken;
    const floorNs = keyframe ? this.#newestNs : this.#floorNs;
    const isSkipped = decodeOnly && skips;
    if (this.#isUnheard(taken, { originNs, skips })) return "unheard";
    if (!Number.isFinite(ptsNs) || ptsNs < floorNs || (ptsNs < originNs - PRIMING_NS && !isSkipped)) {
      // Without its key frame, nothing up to the next one can be decoded.
      if (keyframe) this.#floorNs = Infinity;
      return "late";
    }
    this.#floorNs = floorNs;
    this.#newestNs = Math.max(this.#newestNs, ptsNs);
    this.endNs = Math.max(this.endNs, ptsNs + durationNs);
    return { bytes, timeNs: ptsNs - originNs, durationNs, unheardNs: taken.unheardNs, keyframe };
  }

  /** Whether it is sound that is not to be heard and that players would play, or that is more than decoders need. */
  #isUnheard({ ptsNs, decodeOnly }: Taken, { originNs, skips }: FileStart): boolean {
    const { type, codec } = this.format;
    if (!decodeOnly || type !== "audio") return false;
    if (ptsNs < -PRIMING_NS) this.#isCut = true;
    return ptsNs < originNs - PRIMING_NS || ptsNs >= originNs || (this.#isCut && !skips && codec !== "opus");
  }

  /** How much at the start of a packet of sound is not heard, where a track begins: a file can say it nowhere else. */
  #unheardOf(frame: MediaFrame): number {
    const begins = this.#begins && this.#newestNs === -Infinity;
    if (!begins || frame.kind === "audio" || !AUDIO_CODECS.has(frame.codec)) return 0;
    const unheardNs = frame.ptsNs - frame.dtsNs;
    // A time of decoding that was never set lies farther back.
    return unheardNs > 0 && unheardNs < LONGEST_NS ? unheardNs : 0;
  }

  #take(frame: MediaFrame): Taken {
    this.describe(frame);
    this.#assertSame(frame);
    const unheardNs = this.#unheardOf(frame);
    const ptsNs = frame.ptsNs - unheardNs;
    const durationNs = frame.durationNs > 0 ? frame.durationNs + unheardNs : 0;
    const [bytes, keyframe, decodeOnly] = frame.kind === "audio"
      ? [this.#interleave(frame), true, false]
      : [this.format.convert(frame.bytes), frame.keyframe, frame.decodeOnly];
    this.#begins = decodeOnly;
    frame.release();
    return { bytes, ptsNs, durationNs, unheardNs, keyframe, decodeOnly };
  }

  #interleave(frame: AudioFrame): Uint8Array {
    const block = this.#block!;
    block.reserve(frame.sampleCount);
    for (let channel = 0; channel < frame.channels; channel++) block.encode(channel, frame.channel(channel));
    return block.bytes(frame.sampleCount).slice();
  }

  #assertSame(frame: MediaFrame): void {
    const found = describeFormat(streamFormat(frame));
    if (found === this.#rateAndChannels) return;
    throw new SluiceError(
      "TypeMismatch",
      `Cannot go on writing "${this.#address}": it changed from ${this.#rateAndChannels} to ${found}, and a track has ` +
        "one format",
      { port: this.input.name },
    );
  }
}

/** What of a frame's format stays the same within a track: a codec tells its size itself. */
function streamFormat(frame: MediaFrame) {
  if (frame.kind === "audio") return frame.format;
  const format: EncodedFormat = { kind: "encoded", codec: frame.codec };
  return format;
}
