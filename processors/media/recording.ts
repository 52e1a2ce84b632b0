/**
 * One media file that is being written, from its first frames to its renaming.
 *
 * mediabunny puts the packets of all tracks in order of time, so it keeps what is ahead of the track that is furthest
 * behind: whoever adds packets keeps tracks together.
 *
 * @module
 */
import type { EncodedAudioPacketSource, EncodedVideoPacketSource, Output } from "mediabunny";
import { SluiceError } from "../../core/errors.ts";
import type { Destination } from "../file/standard_output.ts";
import { type Container, growingFormat, isIndexed, type Mediabunny } from "./containers.ts";
import { opusPreSkipNs, soundDurationNs, withOpusPreSkip } from "./audio_headers.ts";
import { discardEnd } from "./discard_padding.ts";
import { FlacTotals } from "./flac_totals.ts";
import { type GrowingFile, growingFile } from "./growing_file.ts";
import { LongestGap } from "./longest_gap.ts";
import { Mp3Tag } from "./mp3_tag.ts";
import { Mp4Index } from "./mp4_index.ts";
import { OpenElements } from "./open_elements.ts";
import { pauseTrack, resumeTrack } from "./track_pauses.ts";
import { writeDelays } from "./written_delays.ts";
import { voidRates, WrittenRate } from "./written_rates.ts";
import { forgetWritten } from "./written_samples.ts";
import type { TrackFormat } from "./track_format.ts";

/** A packet with its place in the file. */
export interface Packet {
  readonly bytes: Uint8Array;
  /** Nanoseconds since the file's start. */
  readonly timeNs: number;
  readonly durationNs: number;
  /** How much of that, at its start, is not heard; by default 0. */
  readonly unheardNs?: number;
  readonly keyframe: boolean;
}

/** A track of a file. */
interface RecordedTrack {
  readonly format: TrackFormat;
  readonly source: EncodedVideoPacketSource | EncodedAudioPacketSource;
  state: "open" | "paused" | "closed";
  readonly gap: LongestGap | undefined;
  /** What decoders have to know, once the first packet has come. */
  config: TrackFormat["decoderConfig"] | undefined;
  /** Of sound in Matroska and MP3: by how much its packets are late in the file. */
  delayNs: number;
  /** Of pictures in Matroska. */
  rate: WrittenRate | undefined;
  /** A packet that waits for the next one, where the file says of the last how much is heard of it. */
  last: Packet | undefined;
}

/** A difference of less than a sample is rounding. */
const LEAST_PADDING_NS = 20_000;

/** Codecs of sound whose decoders need more than what is heard. */
const DELAYED: readonly string[] = ["opus", "aac", "mp3"];

/** Those whose last packet may be filled up, and is written as it comes. */
const PADDED: readonly string[] = ["opus", "mp3"];

/** How far a block of Matroska may lie before the others, which have 16 bits for that, in milliseconds. */
const MOST_BEHIND_NS = 30e9;

/** A media file that grows. */
export class Recording {
  /** The new path of an earlier partial file of the same name, if one existed. */
  readonly earlierPath: string | undefined;
  readonly #mediabunny: Mediabunny;
  readonly #partial: Destination;
  readonly #file: GrowingFile;
  readonly #output: Output;
  readonly #tracks: readonly RecordedTrack[];
  readonly #flac: FlacTotals | undefined;
  readonly #isMp3: boolean;
  readonly #hasMp3Tag: boolean;
  #mp3: Mp3Tag | undefined;
  readonly #index: Mp4Index | undefined;
  /** Whether the file is Matroska or WebM. */
  readonly #isMatroska: boolean;
  readonly #isOgg: boolean;
  #newestNs = -Infinity;
  #addedBytes = 0;
  #finishing: Promise<unknown> | undefined;
  /** What is being written. */
  #written: Promise<void>;
  #failure: unknown;
  /** Whether the caller knows that the file could not be written. */
  #isTold = false;
  #packets = 0;

  /**
   * Begins a file.
   *
   * @param partial the claimed file, which the recording releases
   * @throws {SluiceError} `TypeMismatch` if the container takes no such tracks; `InvalidConfig` or `NodeFailed` if the
   * system refuses. It leaves no file
   */
  constructor(mediabunny: Mediabunny, container: Container, partial: Destination, tracks: readonly TrackFormat[]) {
    this.#mediabunny = mediabunny;
    this.#partial = partial;
    try {
      this.#isMatroska = container === "webm" || container === "matroska";
      this.#isOgg = container === "ogg";
      this.#index = isIndexed(container) ? new Mp4Index(tracks.map(sampleBytes)) : undefined;
      const isStream = partial.isStream === true;
      const format = growingFormat(container, mediabunny, { index: this.#index, isStream });
      this.earlierPath = partial.begin();
      const open = this.#isMatroska && !isStream ? new OpenElements() : undefined;
      this.#file = growingFile(mediabunny, partial.file, (data, position, end) => {
        partial.assertHolds(end);
        open?.mark(data, position);
      });
      this.#output = new mediabunny.Output({ format, target: this.#file.target });
      const hasTicks = isIndexed(container) || container === "fragmented-mp4";
      this.#tracks = tracks.map((track) => ({
        format: track,
        source: this.#addTrack(track),
        state: "open",
        gap: hasTicks ? new LongestGap(track) : undefined,
        config: undefined,
        delayNs: 0,
        rate: undefined,
        last: undefined,
      }));
      this.#flac = container === "flac" ? new FlacTotals() : undefined;
      this.#isMp3 = container === "mp3";
      // Its tag tells what is known at the end.
      this.#hasMp3Tag = this.#isMp3 && !isStream;
      this.#written = this.#output.start();
      if (this.#isMatroska) this.#then(() => this.#writeDelays());
    } catch (error) {
      partial.discard();
      throw error;
    }
  }

  /** Bytes in the file. */
  get size(): number {
    return this.#file.size();
  }

  /** Bytes of the packets that were added, whether or not they have been written by now. */
  get addedBytes(): number {
    return this.#addedBytes;
  }

  /** The earliest time that the next packet of a track may have: one that was paused may be far behind the others. */
  earliestNs(index: number): number {
    return this.#tracks[index].state === "paused" ? this.#newestNs - MOST_BEHIND_NS : -Infinity;
  }

  /**
   * Adds a packet. Packets of one track come in the order of decoding; each is the recording's from now on. With one, a
   * paused track goes on.
   *
   * @throws {SluiceError} `InvalidMedia` for one that lasts longer, or is farther from the one before, than the file can say
   */
  add(index: number, packet: Packet): void {
    const track = this.#tracks[index];
    track.gap?.check(packet, this.#partial);
    if (track.state === "paused") {
      track.state = "open";
      this.#then(() => resumeTrack(this.#output, track.source));
    }
    this.#newestNs = Math.max(this.#newestNs, packet.timeNs);
    this.#addedBytes += packet.bytes.length;
    this.#flac?.add(packet.bytes);
    this.#packets++;
    const isHeldBack = this.#isMatroska && PADDED.includes(track.format.codec);
    const next = isHeldBack ? track.last : packet;
    if (isHeldBack) track.last = packet;
    if (next !== undefined) this.#write(track, next);
  }

  /**
   * Says that nothing comes of a track for a while, so that the others need not wait for it.
   *
   * @returns whether packets may be added to it later. They may not where the file has none of the track yet, as its
   * header is written without it then, nor in Ogg with several tracks, which mark their last packets
   */
  pauseTrack(index: number): boolean {
    const track = this.#tracks[index];
    // No other track waits for a single one.
    if (this.#tracks.length === 1 || track.state === "paused") return true;
    if (this.#isOgg || (track.config ?? track.last) === undefined) {
      this.endTrack(index);
      return false;
    }
    track.state = "paused";
    this.#writeLast(track);
    this.#then(() => pauseTrack(this.#output, track.source));
    return true;
  }

  /** Says that a track has ended, so that the others need not wait for it. */
  endTrack(index: number): void {
    const track = this.#tracks[index];
    if (track.state === "closed") return;
    track.state = "closed";
    this.#writeLast(track);
    this.#then(() => track.source.close());
  }

  /**
   * Waits until everything that was added is in mediabunny's hands.
   *
   * @throws {SluiceError} `NodeFailed` if it could not be written
   */
  async settled(): Promise<void> {
    await this.#written;
    if (this.#failure !== undefined) throw this.#writeError(this.#failure);
    forgetWritten(this.#output, this.#index === undefined);
  }

  /**
   * Completes the file and renames it.
   *
   * @returns why the file is left in fragments though it should not be; `undefined` if it is as it should be
   * @throws {SluiceError} `NodeFailed` if the system refuses
   */
  finish(): Promise<unknown> {
    return this.#finishing ??= this.#finish();
  }

  /**
   * Gives up: leaves a `NAME.partial` with packets complete and readable, and removes one without. One that is being
   * completed is completed all the same, which takes no longer.
   *
   * @returns whether it left a `NAME.partial`
   */
  async abort(): Promise<boolean> {
    await this.#finishing?.catch(() => {});
    if (!this.#partial.isOpen) return false;
    try {
      if (this.#packets === 0) this.#partial.discard();
      // What could not be written was told when it was tried, and nothing can follow it.
      else if (!this.#isTold) await this.#complete();
      return this.#packets > 0;
    } finally {
      this.#partial.release();
    }
  }

  async #finish(): Promise<unknown> {
    await this.#complete();
    let reason: unknown;
    try {
      await this.#index?.write(this.#partial.file, this.size);
    } catch (error) {
      // Up to there it is a whole file in fragments.
      this.#partial.file.truncateSync(this.size);
      reason = error;
    }
    this.#partial.commit(this.size);
    return reason;
  }

  /** Writes the last packet of a track, if that was held back, with what is not heard of its end. */
  #writeLast(track: RecordedTrack): void {
    const { last } = track;
    if (last === undefined) return;
    track.last = undefined;
    const endNs = Math.round(soundDurationNs(track.format.codec, last.bytes) ?? 0) - last.durationNs;
    if (endNs >= LEAST_PADDING_NS && last.durationNs > 0) this.#then(() => discardEnd(this.#output, last.bytes, endNs));
    this.#write(track, last);
  }

  #write(track: RecordedTrack, packet: Packet): void {
    const { EncodedPacket } = this.#mediabunny;
    const { bytes, keyframe, timeNs, durationNs } = packet;
    if (track.config === undefined) this.#beginTrack(track, packet);
    const { source, config, delayNs } = track;
    this.#mp3?.add(bytes, durationNs);
    track.rate?.add(durationNs);
    const made = new EncodedPacket(bytes, keyframe ? "key" : "delta", (timeNs + delayNs) / 1e9, durationNs / 1e9);
    const about = { decoderConfig: config } as { decoderConfig: VideoDecoderConfig & AudioDecoderConfig };
    // The two kinds of source differ in the type of what they are told of the decoder.
    this.#then(() => source.add(made, about));
  }

  /** Learns from a track's first packet how much of its sound is not heard, since it lies before the file's start or so. */
  #beginTrack(track: RecordedTrack, packet: Packet): void {
    const { codec, decoderConfig } = track.format;
    track.config = decoderConfig;
    if (this.#isMatroska && track.format.type === "video") track.rate = new WrittenRate(packet.durationNs);
    if (!DELAYED.includes(codec)) return;
    let unheardNs = Math.max(packet.unheardNs ?? 0, -packet.timeNs);
    if (codec === "opus") {
      // What begins later, and does not tell, begins as the encoder does.
      const tells = packet.timeNs <= 0 || unheardNs > 0;
      track.config = tells ? withOpusPreSkip(decoderConfig, unheardNs) : decoderConfig;
      unheardNs = opusPreSkipNs(track.config.description);
    }
    if (this.#isMatroska || this.#isMp3) track.delayNs = Math.round(unheardNs);
    if (this.#hasMp3Tag) this.#beginMp3(track, packet);
  }

  /** Writes the frame that tells what is in an MP3 file, which is known at its end. */
  #beginMp3({ source, config, delayNs }: RecordedTrack, { bytes, timeNs }: Packet): void {
    this.#mp3 = new Mp3Tag(bytes, delayNs);
    const seconds = (timeNs + delayNs) / 1e9;
    const tag = new this.#mediabunny.EncodedPacket(this.#mp3.bytes.slice(), "key", seconds, 0);
    this.#then(() => source.add(tag, { decoderConfig: config as AudioDecoderConfig & VideoDecoderConfig }));
  }

  #writeDelays(): void {
    writeDelays(this.#output, (index) => {
      const { delayNs, format, rate } = this.#tracks[index];
      return { delayNs, isOpus: format.codec === "opus", rate };
    });
  }

  async #complete(): Promise<void> {
    for (const track of this.#tracks) this.#writeLast(track);
    await this.settled();
    try {
      await this.#output.finalize();
      if (this.#partial.isStream) return;
      (this.#flac ?? this.#mp3)?.enter(this.#partial.file);
      if (this.#tracks.some(({ rate }) => rate?.isVoid)) {
        voidRates(this.#partial.file, this.size, (number) => this.#tracks[number - 1]?.rate?.isVoid ?? false);
      }
    } catch (error) {
      this.#failure ??= error;
      throw this.#writeError(error);
    }
  }

  #addTrack({ type, codec, rotation }: TrackFormat): RecordedTrack["source"] {
    const { EncodedVideoPacketSource, EncodedAudioPacketSource } = this.#mediabunny;
    try {
      if (type === "video") {
        const source = new EncodedVideoPacketSource(codec as "avc");
        this.#output.addVideoTrack(source, { rotation });
        return source;
      }
      const source = new EncodedAudioPacketSource(codec as "opus");
      this.#output.addAudioTrack(source);
      return source;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new SluiceError(
        "TypeMismatch",
        `Cannot write a track of ${codec} to ${JSON.stringify(this.#partial.path)}: ${reason.replace(/\.$/, "")}`,
        { ...this.#partial.details, cause },
      );
    }
  }

  /** Does something after everything before it, unless that failed. */
  #then(action: () => unknown): void {
    this.#written = this.#written.then(async () => {
      if (this.#failure === undefined) await action();
    }).catch((error) => {
      this.#failure ??= error;
    });
  }

  #writeError(cause: unknown): SluiceError {
    this.#isTold = true;
    if (cause instanceof SluiceError) return cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new SluiceError(
      "NodeFailed",
      `Cannot write ${JSON.stringify(this.#partial.partialPath)} after ${this.#packets} packets: ${reason}`,
      { ...this.#partial.details, cause },
    );
  }
}

/** The bytes of a sample of all channels, in a track of PCM. */
function sampleBytes({ codec, decoderConfig }: TrackFormat): number | undefined {
  const bits = /^pcm-.(\d+)$/.exec(codec)?.[1];
  return bits === undefined ? undefined : Number(bits) / 8 * decoderConfig.numberOfChannels!;
}
