/**
 * The `media-source` processor.
 *
 * @module
 */
import { command, config, output, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import { type AudioFormat, describeFormat, type EncodedFormat } from "../../core/frames/format.ts";
import type { StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { samplesToNs } from "../audio/sample_time.ts";
import { PcmBlock } from "../file/pcm.ts";
import { type FilePacket, type FileTrack, unsupportedTrack } from "./file_track.ts";
import { mediaError, MediaFile } from "./media_file.ts";
import { describeLosses } from "./mended_view.ts";

/** Packets of a tick, by the mode of the graph: live, each waits for room by itself, so that `seek` comes in between. */
const MOST_PACKETS = { live: 1, offline: 32 };
/** How long it rests where nothing is linked to it. */
const IDLE_NS = 1e8;
/** The most samples of a block over all channels: what a slot of the default pool holds. */
const MOST_VALUES = 16_384;

/** By how much a picture that is shown at a place may be before it: times of files are rounded. */
const ROUNDING_NS = 5e5;

/** Sound that lasts no longer is none: less than a sample. */
const LEAST_SOUND_NS = 5e3;

/** How many gaps of a file are told. */
const MOST_TOLD = 4;

/** A track that begins so much after another one is late. */
const LATE_NS = 2e8;
/** Packets of a late track that come before their time: with them, decoders and encoders have made a frame. */
const EARLY_PACKETS = 16;

/** An output with its track. */
interface PlayedTrack {
  readonly out: StreamOutput<EncodedFrame | AudioFrame>;
  readonly track: FileTrack;
  readonly block: PcmBlock | undefined;
  /** The next frame comes after a jump. */
  jumps: boolean;
  /** Whether its stream has ended before that of others. */
  isOver: boolean;
  /** Packets that come next, before their time. */
  early: number;
}

/**
 * Reads a media file.
 *
 * **Purpose.** Takes the tracks out of MP4, fragmented MP4, QuickTime, Matroska, WebM, Ogg, WAV, FLAC, MP3, AAC and
 * MPEG-TS files, without decoding them. Frames of all tracks come in the order of time; offline, the first ones of a
 * track that begins late come at once, and each output ends with its track. In a live graph frames come at the pace of
 * the media, unless `paced` is false; offline as fast as the graph takes them. Tracks that nothing is linked to are not read. A place, and the
 * start that an edit list sets, is reached from the key frame before it: what lies before it is flagged `decodeOnly`, and
 * decoders begin with the place itself. Pictures from beyond `endSeconds` that ones before it need are flagged too.
 * An event `tracks` says what is in the file. Other files may follow, whose times go on behind it.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `video_0`, …: the first track of video, and so on; `audio_0`, …: those of encoded audio; `pcm_0`, …: those
 * of samples. Numbers count the tracks of audio together: a file with AAC and then PCM has `audio_0` and `pcm_1`.
 *
 * **Config.** `path`, `paths`, `positionSeconds` (live), `endSeconds`, `loop` (live), `speed` (live), `paced`,
 * `tellRotation`.
 *
 * **Example.**
 * ```json
 * { "clip": { "type": "media-source", "config": { "path": "talk.mp4" } } }
 * ```
 */
@processor({
  mode: "loop",
  tags: ["file", "video", "audio", "read", "play", "mp4", "mkv", "webm", "ogg", "demux"],
  portsFrom: "./source_ports.ts",
})
export class MediaSource {
  /** Encoded pictures. */
  @output({ dynamic: true, gives: { codec: ["h264", "hevc", "vp8", "vp9", "av1"] } })
  video!: StreamOutput<EncodedFrame>[];
  /** Encoded sound. */
  @output({ dynamic: true, gives: { codec: ["opus", "aac", "flac", "mp3"] } })
  audio!: StreamOutput<EncodedFrame>[];
  /** Samples. */
  @output({ dynamic: true })
  pcm!: StreamOutput<AudioFrame>[];
  /** File to read; a relative path starts at the working directory. @minLength 1 @reaches path */
  @config()
  path!: string;
  /**
   * Files to play behind that, without a gap: what is linked of them is of the same formats.
   * @maxItems 255 @reaches path
   */
  @config()
  paths: string[] = [];
  /** Where it begins, from the start of the file; a change goes there. @minimum 0 @unit s */
  @config({ live: true })
  positionSeconds = 0;
  /** Where it ends, from the start of the file; by default at the end of it. @minimum 0 @unit s */
  @config()
  endSeconds?: number;
  /** Begins again after the end; times go on rising. */
  @config({ live: true })
  loop = false;
  /** How fast frames come in a live graph; their times stay those of the media. @minimum 0.0625 @maximum 16 */
  @config({ live: true })
  speed = 1;
  /**
   * False: also in a live graph, frames come as fast as lossless links take them. So the device of a `speaker` sets the
   * pace, as offline, and pictures are decoded before their sound is heard.
   */
  @config()
  paced = true;
  /** Says in the log which pictures are to be turned; a graph that turns them leaves that out. */
  @config()
  tellRotation = true;

  #nodeId = "";
  /** All files, and which one plays. */
  readonly #files: MediaFile[] = [];
  #at = 0;
  #tracks: PlayedTrack[] = [];
  /** The time of the graph's media at which the place in the file was that was gone to last. */
  #baseNs = 0;
  #placeNs = 0;
  /** A place that turned out to lie beyond the end: a loop begins at the file's start instead. */
  #emptyPlaceNs = -1;
  /** The end of what was written. */
  #endNs = 0;
  /** The clock and the time of media at which the pace was set. */
  #clockNs = -1;
  #pacedNs = 0;
  /** The place in the file to go to with the next tick, if any. */
  #goesToNs: number | undefined;
  #toldGaps = 0;

  /** Opens the file, and announces the formats of its tracks. */
  async setup(context: ProcessorContext): Promise<void> {
    this.#nodeId = context.nodeId;
    await this.#open(context);
    const tracks = [...this.#file.tracks].map(([name, { codec, format, rotation }]) => ({
      name,
      codec,
      format: format === undefined ? codec : describeFormat(format),
      ...(rotation !== 0 && { rotation }),
    }));
    for (const { name, codec } of this.#file.unread) tracks.push({ name, codec, format: codec });
    context.emit("tracks", { path: this.path, durationSeconds: (this.#file.durationNs ?? 0) / 1e9, tracks });
    this.#playLinked();
    this.#goesToNs = this.#startNs;
    if (this.tellRotation) this.#tellRotation(context);
    for (const { path, part, mended } of this.#files) {
      for (const told of mended.told ?? []) context.log.warn(`${JSON.stringify(path)}: ${told}`);
      if (part === undefined) continue;
      context.log.warn(`${JSON.stringify(path)} is cut off, and plays so far: ${part} are there`);
    }
  }

  /** Plays the tracks of the outputs that there are now. */
  portsChanged(): void {
    this.#playLinked();
    this.#goesToNs = this.#startNs;
  }

  /** Goes to another place, or sets another pace. */
  configChanged(key: string): void {
    if (key === "positionSeconds") this.#goesToNs = this.#startNs;
    this.#clockNs = -1;
  }

  /**
   * Goes to a place in the file that plays, also to the same one again; a loop begins where `positionSeconds` says all
   * the same. What is before the place is not played, times go on rising, and the next frame is flagged as a
   * discontinuity. Beyond the end, the file is over.
   */
  @command()
  seek({ seconds }: {
    /** The place, from the start of the file. @minimum 0 @unit s */
    seconds: number;
  }): void {
    this.#goesToNs = Math.round(seconds * 1e9);
  }

  /** Writes the packets that are next in time. */
  async process(context: ProcessorContext): Promise<void> {
    await this.#play(context);
    let [lostParts, lostBytes, lostPackets] = [0, 0, 0];
    for (const { mended, tracks } of this.#files) {
      lostParts += mended.losses.length;
      lostBytes += mended.lostBytes;
      for (const track of tracks.values()) lostPackets += track.lostPackets;
    }
    context.report({ playedSeconds: this.#endNs / 1e9, lostParts, lostBytes, lostPackets });
  }

  /** Closes the file. */
  async teardown(): Promise<void> {
    await Promise.all(this.#tracks.map(({ track }) => track.close()));
    for (const file of this.#files) file[Symbol.dispose]();
  }

  /** The file that plays. */
  get #file(): MediaFile {
    return this.#files[this.#at];
  }

  /** Opens all files. */
  async #open({ nodeId }: ProcessorContext): Promise<void> {
    if (this.paths.length > 0 && this.endSeconds !== undefined) {
      const message =
        `Cannot start "${nodeId}": "endSeconds" is a time of one file, and "paths" names others; leave one ` +
        "of them out";
      throw new SluiceError("InvalidConfig", message, { nodeId, key: "endSeconds" });
    }
    const mediabunny = await import("mediabunny");
    for (const [at, path] of [this.path, ...this.paths].entries()) {
      this.#files.push(await MediaFile.open(mediabunny, path, { key: at === 0 ? "path" : "paths" }, true));
    }
  }

  async #play(context: ProcessorContext): Promise<void> {
    // In a live graph outputs may still be linked.
    if (this.#tracks.length === 0 && context.mode === "live") return context.waitUntilNs(context.nowNs() + IDLE_NS);
    if (this.#goesToNs !== undefined) {
      await this.#seek(this.#goesToNs);
      if (context.mode === "offline") this.#bringLate();
    }
    for (let count = 0; count < MOST_PACKETS[context.mode] && this.#goesToNs === undefined; count++) {
      if (context.mode === "offline" && !this.loop && this.#isLast) this.#endOver();
      const played = this.#earliest();
      if (played === undefined) return await this.#end(context);
      if (context.mode === "live" && this.paced && this.#isEarly(played.track.next!, context)) return;
      await this.#write(played, context);
    }
  }

  #playLinked(): void {
    const { path, tracks } = this.#file;
    this.#tracks = [...this.video, ...this.audio, ...this.pcm].map((port) => {
      const out = port as StreamOutput<EncodedFrame | AudioFrame>;
      const track = tracks.get(out.name);
      if (track === undefined) throw this.#noSuchTrack(out.name);
      if (track.format === undefined) throw unsupportedTrack(path, out.name, track, { nodeId: this.#nodeId });
      out.announce(track.format);
      for (const file of this.#files) if (file !== this.#file) this.#assertFollows(file, out.name, track);
      const { format, sampleFormat } = track;
      const block = format.kind === "audio" ? new PcmBlock(sampleFormat!, format.channels, 1024) : undefined;
      const isOver = this.#tracks.some((known) => known.out === out && known.isOver);
      return { out, track, block, jumps: false, isOver, early: 0 };
    });
  }

  /** @throws {SluiceError} `TypeMismatch` for a file that cannot play beside the one that plays */
  #assertFollows({ path, tracks }: MediaFile, name: string, { format }: FileTrack): void {
    const [wanted, other] = [describeFormat(format!), tracks.get(name)?.format];
    const found = other === undefined ? "it has none" : `it is ${describeFormat(other)}`;
    if (other !== undefined && describeFormat(other) === wanted) return;
    throw new SluiceError(
      "TypeMismatch",
      `Cannot play ${JSON.stringify(path)} with ${
        JSON.stringify(this.#file.path)
      } in "${this.#nodeId}": of "${name}" ` +
        `${found}, wanted ${wanted}; join them by a "concat", which has converters put before it, as ` +
        '"sluice convert FILE OUTPUT --join FILE" does',
      { nodeId: this.#nodeId, port: name, key: "paths" },
    );
  }

  #tellRotation({ log }: ProcessorContext): void {
    for (const { out: { name }, track: { rotation } } of this.#tracks) {
      if (rotation === 0) continue;
      log.warn(
        `The pictures of ${name} of ${
          JSON.stringify(this.#file.path)
        } are to be turned by ${rotation}°, which frames do not ` +
          `say: put a "scale" with rotate=${rotation} behind their decoder, or set rotate=${rotation} ` +
          'of the "media-sink" that writes them',
        { path: this.#file.path, rotation },
      );
    }
  }

  /** Flags the frame behind a gap. Only the first few are told one by one. */
  #tellGap(played: PlayedTrack, { timeNs, after }: FilePacket, { log }: ProcessorContext): void {
    played.jumps = true;
    if (this.#toldGaps++ >= MOST_TOLD) return;
    const { out: { name }, track: { lostPackets } } = played;
    const lost = [
      describeLosses(this.#file.mended) ?? [],
      lostPackets === 0 ? [] : `${lostPackets} packet${lostPackets === 1 ? "" : "s"} that cannot be read`,
    ].flat().join(", and ");
    const place = (Math.max(0, timeNs) / 1e9).toFixed(2);
    const why = after === "joint"
      ? `is of several recordings: ${name} goes on with another one at ${place} s`
      : `is damaged: ${name} goes on at ${place} s; left out so far: ${lost}`;
    log.warn(`${JSON.stringify(this.#file.path)} ${why}`, { path: this.#file.path, output: name });
  }

  #noSuchTrack(name: string): SluiceError {
    const available = [...this.#file.tracks.keys()];
    const found = [...this.#file.tracks].map(([port, { format, codec }]) =>
      `${port} (${format === undefined ? codec : describeFormat(format)})`
    );
    const foreign = this.#file.unread.map(({ name, refusal }) => `; of ${name} nothing is read: ${refusal}`);
    return new SluiceError(
      "PortNotFound",
      `Cannot read "${name}" of ${JSON.stringify(this.#file.path)}: it has ${found.join(", ")}${foreign.join("")}`,
      { nodeId: this.#nodeId, port: name, available },
    );
  }

  async #seek(placeNs: number): Promise<void> {
    this.#goesToNs = undefined;
    this.#baseNs = this.#endNs;
    this.#placeNs = placeNs;
    this.#clockNs = -1;
    for (const played of this.#tracks) {
      played.jumps = this.#baseNs > 0;
      await this.#read(played.track.seek(placeNs, this.#stopNs));
    }
  }

  /** Where it begins. */
  get #startNs(): number {
    return Math.round(this.positionSeconds * 1e9);
  }

  /** Where it ends. */
  get #stopNs(): number {
    return Math.round((this.endSeconds ?? Infinity) * 1e9);
  }

  /** The time of the media at its end, if the file tells. */
  get #totalNs(): number | undefined {
    const { durationNs } = this.#file;
    return this.loop || durationNs === undefined || this.paths.length > 0
      ? undefined
      : Math.min(durationNs, this.#stopNs);
  }

  /** Has late tracks begin at once: who joins tracks waits for the first frame of each. */
  #bringLate(): void {
    const firstNs = Math.min(...this.#tracks.map(({ track }) => track.next?.timeNs ?? Infinity));
    for (const played of this.#tracks) {
      const { next } = played.track;
      played.early = next !== undefined && next.timeNs > firstNs + LATE_NS ? EARLY_PACKETS : 0;
    }
  }

  /** Ends the streams of tracks that have no more packets: who joins tracks would wait for them. */
  #endOver(): void {
    for (const played of this.#tracks) {
      if (played.isOver || played.track.next !== undefined) continue;
      played.isOver = true;
      played.out.end();
    }
  }

  /** The output whose next packet is the first in time, or comes before it. */
  #earliest(): PlayedTrack | undefined {
    let found: PlayedTrack | undefined;
    let foundNs = Infinity;
    for (const played of this.#tracks) {
      const { next } = played.track;
      if (played.isOver || next === undefined) continue;
      if (played.early > 0) return played;
      if (next.timeNs >= foundNs) continue;
      [found, foundNs] = [played, next.timeNs];
    }
    return found;
  }

  /** @throws {SluiceError} `InvalidMedia` for what is wrong with the file */
  async #read(reading: Promise<void>): Promise<void> {
    try {
      await reading;
    } catch (error) {
      throw mediaError(this.#file.path, error, { nodeId: this.#nodeId });
    }
  }

  async #end(context: ProcessorContext): Promise<void> {
    const isEmpty = this.#endNs <= this.#baseNs;
    if (!this.#isLast) return await this.#playFile(this.#at + 1, 0);
    if (isEmpty && this.#at === 0) this.#emptyPlaceNs = this.#placeNs;
    if (!this.loop || (isEmpty && this.#placeNs === 0)) return context.finish();
    const placeNs = this.#startNs;
    await this.#playFile(0, placeNs === this.#emptyPlaceNs ? 0 : placeNs, isEmpty);
  }

  get #isLast(): boolean {
    return this.#at === this.#files.length - 1;
  }

  /**
   * Goes on with a file, behind the end of what was written.
   *
   * @param jumps whether what was written has no end there, since somebody went to a place beyond it
   */
  async #playFile(at: number, placeNs: number, jumps = false): Promise<void> {
    if (at !== this.#at) {
      await Promise.all(this.#tracks.map(({ track }) => track.close()));
      this.#at = at;
      this.#playLinked();
    }
    await this.#seek(placeNs);
    // The place itself was reached in order. Decoders of sound begin anew all the same, so that each round is the same.
    for (const played of this.#tracks) played.jumps &&= jumps || played.track.port === "audio";
  }

  #isEarly({ timeNs }: FilePacket, context: ProcessorContext): boolean {
    // Pictures from beyond the end are needed by ones before it.
    const mediaNs = this.#baseNs + Math.min(timeNs, this.#stopNs) - this.#placeNs;
    const nowNs = context.nowNs();
    if (this.#clockNs < 0) [this.#clockNs, this.#pacedNs] = [nowNs, mediaNs];
    // What leads up to a place comes at once.
    if (timeNs < this.#placeNs) this.#pacedNs = mediaNs;
    const dueNs = this.#clockNs + (mediaNs - this.#pacedNs) / this.speed;
    if (nowNs >= dueNs) return false;
    context.waitUntilNs(dueNs);
    return true;
  }

  async #write(played: PlayedTrack, context: ProcessorContext): Promise<void> {
    const { track } = played;
    const packet = this.#upToEnd(played, track.next!);
    if (packet.after !== undefined) this.#tellGap(played, packet, context);
    const isEarly = played.early > 0;
    if (isEarly) played.early--;
    if (played.block === undefined) await this.#writeEncoded(played, packet, context.mode === "live");
    else await this.#writeSamples(played, packet);
    const endNs = Math.min(packet.timeNs + lengthNs(played, packet), this.#stopNs);
    this.#endNs = Math.max(this.#endNs, this.#baseNs + endNs - this.#placeNs);
    const doneNs = this.paths.length > 0 ? this.#endNs : Math.max(0, packet.timeNs + packet.durationNs);
    if (!isEarly) context.progress(doneNs, this.#totalNs);
    await this.#read(track.advance());
  }

  async #writeEncoded(played: PlayedTrack, packet: FilePacket, isLive: boolean): Promise<void> {
    const { bytes, timeNs, durationNs, keyframe } = packet;
    const out = played.out as StreamOutput<EncodedFrame>;
    const { kind: _, ...format } = played.track.format as EncodedFormat;
    await out.ready();
    const frame = await out.acquire({ ...format, maxBytes: bytes.length, keyframe });
    frame.bytes.set(bytes);
    const startNs = this.#baseNs + timeNs - this.#placeNs;
    frame.decodeOnly = this.#isOnlyDecoded(played, packet, isLive);
    const cutNs = frame.decodeOnly ? 0 : this.#cutNs(played, packet, startNs);
    frame.dtsNs = startNs;
    frame.ptsNs = startNs + cutNs;
    frame.durationNs = Math.max(0, durationNs - cutNs);
    frame.discontinuity = played.jumps;
    played.jumps = false;
    out.write(frame);
  }

  /**
   * How much at the start of sound is not heard: it lies before the place, or before the start of its stream. Where that is
   * what lies before the time 0, nobody needs to be told.
   */
  #cutNs({ track }: PlayedTrack, { timeNs, unheardNs }: FilePacket, startNs: number): number {
    if (track.port !== "audio") return 0;
    const cutNs = Math.max(unheardNs, this.#placeNs - timeNs, 0);
    return startNs + cutNs > 0 ? cutNs : 0;
  }

  /**
   * A packet as far as it lies before the end that was set: there, sound ends, and in a loop the next round begins. In a
   * loop, a picture from beyond the end gets a time between those of the last picture and of the next round, since nodes
   * that copy packets take no key frame whose time is before that of a packet that has come.
   */
  #upToEnd({ track }: PlayedTrack, packet: FilePacket): FilePacket {
    const isCut = track.port === "audio" || this.loop;
    const stopNs = this.#stopNs;
    if (!isCut || packet.timeNs + packet.durationNs <= stopNs - ROUNDING_NS) return packet;
    const timeNs = track.port === "video" ? Math.min(packet.timeNs, stopNs - ROUNDING_NS) : packet.timeNs;
    return { ...packet, timeNs, durationNs: Math.min(packet.durationNs, Math.max(0, stopNs - timeNs)) };
  }

  /**
   * Whether a packet is before the place: sound that is over there, and a picture that is shown before. Whoever looks on
   * sees the picture that is still shown at the place; in a file, times begin with the next one. A picture from beyond the
   * end comes only since ones before the end need it.
   */
  #isOnlyDecoded({ track }: PlayedTrack, { timeNs, durationNs, unheardNs }: FilePacket, isLive: boolean): boolean {
    const endNs = timeNs + durationNs;
    const heardNs = Math.max(this.#placeNs, timeNs + unheardNs);
    if (track.port !== "video") return durationNs > 0 && endNs <= heardNs + LEAST_SOUND_NS;
    if (timeNs >= this.#stopNs - ROUNDING_NS) return true;
    const isShownThere = isLive && endNs > this.#placeNs + ROUNDING_NS;
    return timeNs < this.#placeNs - ROUNDING_NS && !isShownThere;
  }

  async #writeSamples(played: PlayedTrack, { bytes, timeNs }: FilePacket): Promise<void> {
    const out = played.out as StreamOutput<AudioFrame>;
    const { block } = played;
    const { sampleRateHz, channels } = played.track.format as AudioFormat;
    const samplesUpTo = (placeNs: number) => Math.max(0, Math.round((placeNs - timeNs) / 1e9 * sampleRateHz));
    const total = Math.min(Math.floor(bytes.length / block!.bytesPerFrame), samplesUpTo(this.#stopNs));
    // The first sample is that at the place.
    for (let from = samplesUpTo(this.#placeNs); from < total;) {
      const sampleCount = Math.min(total - from, Math.floor(MOST_VALUES / channels));
      block!.reserve(sampleCount);
      const start = from * block!.bytesPerFrame;
      block!.bytes(sampleCount).set(bytes.subarray(start, start + sampleCount * block!.bytesPerFrame));
      await out.ready();
      const frame = await out.acquire({ sampleRateHz, channels, sampleCount });
      for (let channel = 0; channel < channels; channel++) block!.decode(channel, frame.channel(channel), sampleCount);
      frame.ptsNs = this.#baseNs + timeNs - this.#placeNs + Math.round(from / sampleRateHz * 1e9);
      frame.discontinuity = played.jumps;
      played.jumps = false;
      out.write(frame);
      from += sampleCount;
    }
  }
}

/** How long a packet lasts. Containers may not say it of the last samples, which tell it by their number. */
function lengthNs({ track: { format }, block }: PlayedTrack, { bytes, durationNs }: FilePacket): number {
  if (block === undefined) return durationNs;
  return samplesToNs(Math.floor(bytes.length / block.bytesPerFrame), (format as AudioFormat).sampleRateHz);
}
