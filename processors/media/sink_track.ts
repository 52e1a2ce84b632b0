/**
 * One input of a sink that writes media files: what has come of it, and what is to come.
 *
 * @module
 */
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import { AUDIO_CODECS } from "../../core/frames/format.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { Packet } from "./recording.ts";
import type { PcmFormat, StreamChange, TrackFormat } from "./track_format.ts";
import { type MediaFrame, WrittenTrack } from "./written_track.ts";

/** The most bytes that are held before the file begins. */
const MOST_HELD_BYTES = 64 * 2 ** 20;

/** What lies before a file's start by no more than this is written all the same: decoders need it for what follows. */
const PRIMING_NS = 1e8;

/** A frame as the file holds it, before it is known where the file starts. */
export type Taken =
  & Pick<Packet, "bytes" | "durationNs" | "unheardNs" | "keyframe">
  & Pick<EncodedFrame, "ptsNs" | "decodeOnly">;

/** The longest packet of sound whose start may be left out. */
const LONGEST_NS = 120e6;

const NOTHING = new Uint8Array(0);

/** Where and how a file starts. */
export interface FileStart {
  readonly originNs: number;
  /** The earliest time that the file can say of what comes next; by default any. */
  readonly earliestNs?: number;
  /** Whether players leave out what lies before it; of Opus they do in any file. */
  readonly skips: boolean;
}

/** An input and its place in time, over all files. */
export class SinkTrack {
  readonly input: StreamInput<MediaFrame>;
  /** The input, as messages name it: `rec.video_0`. */
  readonly address: string;
  readonly #pcm: PcmFormat;
  /** What it is to the file that is being written, or to the one that begins next; `undefined` if that is without it. */
  inFile: WrittenTrack | undefined;
  /** Whether a file that begins waits for it: something of it came during the file before; at first each is waited for. */
  isExpected = true;
  /** What it carries, once it has been in a file. */
  type: TrackFormat["type"] | undefined;
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

  constructor(input: StreamInput<MediaFrame>, nodeId: string, pcm: PcmFormat) {
    this.input = input;
    this.address = `${nodeId}.${input.name}`;
    this.#pcm = pcm;
  }

  /** Whether its first key frame is there, or nothing will come. */
  get isKnown(): boolean {
    return !this.isOpen || this.isNextKey;
  }

  /** Whether the frame that is next goes into the file. */
  get isWritten(): boolean {
    const { inFile } = this;
    return inFile !== undefined && inFile.index >= 0 && (inFile.change === undefined || this.#held.length > 0);
  }

  /** Whether the frame that is next, a key frame, comes too late for any file. */
  get isNextLate(): boolean {
    return this.nextNs! < this.#newestNs;
  }

  /** Whether the frame that is next is other than the file says of the track. */
  get isNextChanged(): boolean {
    const next = this.#held.length > 0 ? undefined : this.input.peek();
    return next !== undefined && this.inFile?.changeIn(next) !== undefined;
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
    return held?.unheardNs || (held === undefined && next && this.#unheardOf(next)) ||
      this.inFile!.format.primingNs;
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
    const { nextNs } = this;
    const isUnheard = this.#isNextOnlyDecoded && nextNs! < 0 && (skips || this.inFile!.format.type === "audio");
    return isUnheard ? 0 : nextNs!;
  }

  get #isNextOnlyDecoded(): boolean {
    if (this.#held.length > 0) return this.#held[0].decodeOnly;
    const next = this.input.peek();
    return next?.kind === "encoded" && next.decodeOnly;
  }

  /**
   * Learns from the frame that is next what the track of the file that begins holds.
   *
   * @throws {SluiceError} `TypeMismatch` or `InvalidMedia` if no file holds it
   */
  describe(frame: MediaFrame = this.input.peek()!): WrittenTrack {
    this.inFile ??= new WrittenTrack(frame, this.address, this.#pcm);
    this.type = this.inFile.format.type;
    return this.inFile;
  }

  /** Forgets what it was to a file that is complete. */
  leaveFile(): void {
    // What is held was converted for that file, and is the same for the next one.
    if (this.#held.length === 0) this.inFile = undefined;
    else this.inFile!.index = -1;
  }

  /**
   * Takes what has come off the link before the file begins, from a key frame on, so that a live one drops nothing of it.
   *
   * @param mostNs how much time of media is taken at most
   * @throws {SluiceError} as {@linkcode describe}
   */
  hold(mostNs: number): void {
    // What may have come since the frames before a key frame were dropped is one of those.
    if (!this.isNextKey || this.inFile?.change !== undefined) return;
    for (let next = this.input.peek(); next !== undefined; next = this.input.peek()) {
      const [first] = this.#held;
      if (first !== undefined && (next.ptsNs - first.ptsNs > mostNs || this.#heldBytes > MOST_HELD_BYTES)) return;
      const frame = this.input.read();
      if (frame === undefined) return;
      const taken = this.#take(frame);
      if ("change" in taken) return;
      this.#held.push(taken);
      this.#heldBytes += taken.bytes.length;
    }
  }

  /**
   * Takes the frame that is next.
   *
   * @returns `undefined` if there is none in this tick; a change if the stream has become another one, of which the file
   * takes no more
   */
  read(): Taken | StreamChange | undefined {
    const held = this.#shift();
    if (held !== undefined) return held;
    const frame = this.input.read();
    return frame && this.#take(frame);
  }

  /** Drops the frame that is next. @returns whether there was one in this tick */
  drop(): boolean {
    return this.#shift() !== undefined || this.input.read() !== undefined;
  }

  #shift(): Taken | undefined {
    const held = this.#held.shift();
    if (held !== undefined) this.#heldBytes -= held.bytes.length;
    return held;
  }

  /**
   * Makes a packet of a frame that was read.
   *
   * @returns `late` for a frame that comes too late, `unheard` for sound that is not to be heard and is not needed
   */
  place(taken: Taken, { originNs, earliestNs = -Infinity, skips }: FileStart): Packet | "late" | "unheard" {
    const { bytes, ptsNs, durationNs, keyframe, decodeOnly } = taken;
    const floorNs = keyframe ? this.#newestNs : this.#floorNs;
    const isSkipped = decodeOnly && skips;
    if (this.#isUnheard(taken, { originNs, skips })) return "unheard";
    if (
      !Number.isFinite(ptsNs) || ptsNs < Math.max(floorNs, earliestNs) || (ptsNs < originNs - PRIMING_NS && !isSkipped)
    ) {
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
    const { type, codec } = this.inFile!.format;
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

  #take(frame: MediaFrame): Taken | StreamChange {
    const inFile = this.describe(frame);
    const bytes = this.#isDropped(frame) ? NOTHING : inFile.convert(frame);
    if ("change" in bytes) {
      frame.release();
      return inFile.change = bytes;
    }
    const unheardNs = this.#unheardOf(frame);
    const ptsNs = frame.ptsNs - unheardNs;
    const durationNs = frame.durationNs > 0 ? frame.durationNs + unheardNs : 0;
    const [keyframe, decodeOnly] = frame.kind === "audio" ? [true, false] : [frame.keyframe, frame.decodeOnly];
    this.#begins = decodeOnly;
    frame.release();
    return { bytes, ptsNs, durationNs, unheardNs, keyframe, decodeOnly };
  }

  /** Whether a frame of a file that was begun will be late, so that it does not count what its format is. */
  #isDropped(frame: MediaFrame): boolean {
    const isKey = frame.kind === "audio" || frame.keyframe;
    return this.inFile!.index >= 0 && frame.ptsNs < (isKey ? this.#newestNs : this.#floorNs);
  }
}
