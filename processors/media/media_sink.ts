/**
 * The `media-sink` processor.
 *
 * @module
 */
import { extname } from "node:path";
import { config, input, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { PartialFile } from "../file/partial_file.ts";
import { type Destination, isOutputUnread, READER_GONE, STANDARD, StandardOutput } from "../file/standard_output.ts";
import { exists, takePath } from "../file/take.ts";
import { type Container, containerOf, isIndexed, type Mediabunny } from "./containers.ts";
import { CONTAINERS } from "./output_formats.ts";
import { Recording } from "./recording.ts";
import { trackMissing } from "./missing_tracks.ts";
import { SinkTrack, type Taken } from "./sink_track.ts";
import type { MediaFrame } from "./written_track.ts";

/** What lies before time 0 by no more than this is there for decoders only, and the file starts at 0. */
const MOST_PRIMING_NS = 1e8;
/** What goes back by so much does so for longer than packets that come out of order. */
const LEAST_JUMP_NS = 1e9;

/** How long nothing comes of the track by which files begin, before they begin by another one. */
const LEAST_PAUSE_NS = 1e9;

/** How much of a live recording is written between two reports of its progress. */
const TELL_EVERY_NS = 1e9;

/**
 * Writes a media file.
 *
 * **Purpose.** Puts any number of tracks, encoded video, encoded audio and samples, in one file: MP4, fragmented MP4,
 * QuickTime, Matroska, WebM, Ogg, FLAC, MP3 or AAC. The tracks keep their times to each other, and lie beside each other
 * in the file. It is recorded as `NAME.partial`, which can be played up to what was written last, also after the process
 * was killed: a second of media, and on to the next key frame. At the end of the stream it is renamed to `NAME`. MP4 and
 * QuickTime files are recorded in fragments, and get one index at the end. An aborted run leaves the recording in
 * `NAME.partial`, and an older `NAME` unchanged. With `path` `-` and a `container` it writes to standard output.
 *
 * **Inputs.** `video_0`, …: H.264, VP8 or VP9. `audio_0`, …: Opus, AAC, FLAC or MP3. `pcm_0`, …: samples. At least one of
 * them; a track that comes after a file began is left out of that file.
 *
 * **Outputs.** None.
 *
 * **Config.** `path`, `container`, `pcmFormat`, `splitSeconds`, `splitMegabytes`, `rotate`,
 * `aheadSeconds`, `startWaitSeconds`, `needsAllTracks`, `overwrite`.
 *
 * **Example.**
 * ```json
 * { "rec": { "type": "media-sink", "config": { "path": "out/talk.mp4" } } }
 * ```
 */
@processor({
  records: true,
  stdout: { path: "-" },
  tags: ["file", "stdout", "video", "audio", "write", "record", "mp4", "mkv", "webm", "ogg", "flac", "mux"],
  portsFrom: "./sink_ports.ts",
})
export class MediaSink {
  /** Encoded pictures. */
  @input({ dynamic: true, accepts: { codec: ["h264", "vp8", "vp9"] } })
  video!: StreamInput<EncodedFrame>[];
  /** Encoded sound. */
  @input({ dynamic: true, accepts: { codec: ["opus", "flac", "aac", "mp3"] } })
  audio!: StreamInput<EncodedFrame>[];
  /** Samples. */
  @input({ dynamic: true })
  pcm!: StreamInput<AudioFrame>[];
  /**
   * File to write; a relative path starts at the working directory. The directory must exist. `-` is standard output.
   * @minLength 1 @reaches path
   */
  @config()
  path!: string;
  /** How the file is laid out; `auto` goes by its extension. */
  @config()
  container: "auto" | Container = "auto";
  /** The format of samples in the file. */
  @config()
  pcmFormat: "s16" | "s24" | "s32" | "f32" = "s16";
  /**
   * Begins another file after so many seconds of media, at the next key frame: `rec.mp4` becomes `rec-0001.mp4`,
   * `rec-0002.mp4` and so on. 0 for one file. @minimum 0 @unit s
   */
  @config()
  splitSeconds = 0;
  /** Begins another file after so many megabytes, at the next key frame. 0 for one file. @minimum 0 @unit MB */
  @config()
  splitMegabytes = 0;
  /** By how many degrees players turn pictures clockwise. */
  @config()
  rotate: 0 | 90 | 180 | 270 = 0;
  /** How far one track may be ahead of another before it waits, or drops by its link's policy. @minimum 0.1 @maximum 600 @unit s */
  @config()
  aheadSeconds = 10;
  /**
   * How long a live graph waits for the first frame of each track before it begins without those that have none: a
   * camera may take seconds. It keeps `aheadSeconds` of the others meanwhile. @minimum 0 @maximum 600 @unit s
   */
  @config()
  startWaitSeconds = 2;
  /** True: a track without a frame fails the node, which leaves `NAME.partial`; false: it is left out. */
  @config()
  needsAllTracks = false;
  /** True: a second run of the process replaces the recording of the first, instead of writing a file beside it. */
  @config()
  overwrite = false;

  #nodeId = "";
  #mediabunny: Mediabunny | undefined;
  #container: Container = "mp4";
  /** Where it records, and how many files of that name runs before this one have recorded. */
  #path = "";
  #before = 0;
  #partial: Destination | undefined;
  #recording: Recording | undefined;
  #tracks: SinkTrack[] = [];
  #file = 0;
  #bytes = 0;
  /** Where the file, and the first one, start. */
  #originNs = 0;
  #startNs = 0;
  /** When the frame that begins the file is shown or heard, if a file was before it. */
  #splitNs = -Infinity;
  /** When the first frame of the file was seen. */
  #seenNs = -1;
  /** Of which tracks it was said that they are left out of the file, or of the rest of it. */
  #told = new Set<SinkTrack>();
  #late = 0;
  /** The progress that was told last. */
  #toldNs = -Infinity;
  /** Whether the reader of standard output has gone. */
  #isUnread = false;

  /** Claims the file, and loads what writes it. */
  async setup(context: ProcessorContext): Promise<void> {
    this.#nodeId = context.nodeId;
    this.#container = this.container === "auto" ? containerOf(this.path) : this.container;
    if (this.path === STANDARD) this.#assertStreams();
    this.#makeTracks();
    if (this.#tracks.length === 0 && context.mode === "offline") {
      throw new SluiceError(
        "InvalidGraph",
        `Cannot start "${context.nodeId}": it has no track; link something to "${context.nodeId}.video_0", ` +
          `"${context.nodeId}.audio_0" or "${context.nodeId}.pcm_0"`,
        { nodeId: context.nodeId },
      );
    }
    this.#path = this.#splits ? this.path : takePath(context, this);
    if (this.#splits && !this.overwrite) this.#skipRecorded(context);
    this.#partial = this.#claim(1, context);
    this.#mediabunny = await import("mediabunny");
  }

  /** Takes inputs that are added before a file begins; those that are added later are left out of it. */
  portsChanged(context: ProcessorContext): void {
    const inputs = this.#inputs();
    for (const { input, inFile } of this.#tracks) {
      if (!inputs.includes(input) && inFile !== undefined && inFile.index >= 0) this.#recording?.endTrack(inFile.index);
    }
    const known = this.#tracks;
    this.#makeTracks();
    if (this.#file === 0) return;
    for (const track of this.#tracks.filter((track) => !known.includes(track))) {
      track.isExpected = false;
      if (this.#recording !== undefined) this.#tellLeftOut(track, context);
    }
  }

  /** Writes what has come, the earliest first. Ends with the reader of standard output. */
  async process(context: ProcessorContext): Promise<void> {
    if (!await this.#whileRead(context, () => this.#writeFiles(context, { waits: true }))) context.finish();
  }

  /** Completes the file and renames it. */
  async flush(context: ProcessorContext): Promise<void> {
    if (!this.#isUnread) await this.#whileRead(context, () => this.#complete(context));
  }

  /** @returns whether somebody reads what is written */
  async #whileRead(context: ProcessorContext, write: () => Promise<void>): Promise<boolean> {
    try {
      await write();
      return true;
    } catch (error) {
      if (this.#partial === undefined || !isOutputUnread(error, this.#partial)) throw error;
      this.#isUnread = true;
      context.report({ [READER_GONE]: 1 });
      return false;
    }
  }

  async #complete(context: ProcessorContext): Promise<void> {
    await this.#writeFiles(context, { waits: false });
    if (this.#file === 0) {
      context.log.warn(`nothing was written to ${JSON.stringify(this.#path)}: no track came`, { path: this.#path });
      return;
    }
    const missing = this.#tracks.find(({ input, endNs }) => input.connected && endNs === -Infinity);
    if (this.needsAllTracks && missing !== undefined) throw trackMissing(missing.input.name, this.#path, this.#nodeId);
    if (this.#recording !== undefined) await this.#finishFile(context);
    this.#report(context);
    const doneNs = this.#doneNs();
    context.progress(doneNs, doneNs);
  }

  /** Leaves the recording in `NAME.partial` if the stream did not end. */
  async teardown(context: ProcessorContext): Promise<void> {
    const recording = this.#recording;
    this.#recording = undefined;
    if (recording === undefined) return this.#partial?.discard();
    const { path, partialPath } = this.#partial!;
    if (!await recording.abort() || this.#isUnread) return;
    context.log.warn(this.#partial!.describeBreak("what came before is"), { path, partialPath });
  }

  /** Whether players of the file leave out what lies before its start. */
  get #skips(): boolean {
    return CONTAINERS[this.#container].skips === true;
  }

  #inputs(): StreamInput<MediaFrame>[] {
    return [...this.video, ...this.audio, ...this.pcm] as StreamInput<MediaFrame>[];
  }

  #makeTracks(): void {
    const known = new Map(this.#tracks.map((track) => [track.input, track]));
    this.#tracks = this.#inputs().map((port) => known.get(port) ?? new SinkTrack(port, this.#nodeId, this.pcmFormat));
  }

  /** Whether another file may follow. */
  get #splits(): boolean {
    return this.splitSeconds > 0 || this.splitMegabytes > 0;
  }

  /** Writes what has come. @param waits whether a file waits for the first frames of its tracks */
  async #writeFiles(context: ProcessorContext, { waits }: { readonly waits: boolean }): Promise<void> {
    while (this.#recording !== undefined || ((!waits || this.#canBegin(context)) && this.#begin(context))) {
      if (!await this.#writeQueued(context)) return;
    }
  }

  /** Whether the first frame of each track that the file waits for is there, or has been waited for. */
  #canBegin(context: ProcessorContext): boolean {
    if (!this.#skipToStart() || !this.#tracks.some((track) => track.nextNs !== undefined)) return false;
    if (this.#tracks.every((track) => track.isKnown || !track.isExpected)) return true;
    for (const track of this.#tracks) track.hold(this.aheadSeconds * 1e9);
    if (context.mode === "offline") return false;
    const nowNs = context.nowNs();
    if (this.#seenNs < 0) this.#seenNs = nowNs;
    const waitNs = this.startWaitSeconds * 1e9;
    if (nowNs - this.#seenNs >= waitNs) return true;
    context.waitUntilNs(this.#seenNs + waitNs);
    return false;
  }

  /**
   * Drops what comes before the first key frame of a track, as nothing can be decoded without that, and what belongs to
   * the file before.
   *
   * @returns whether that is done; else the rest is for another tick
   */
  #skipToStart(): boolean {
    for (const track of this.#tracks) {
      while (
        track.nextNs !== undefined && (!track.isNextKey || track.isNextLate || !(track.nextNs >= this.#splitNs))
      ) {
        if (!track.drop()) return false;
        this.#late++;
      }
    }
    return true;
  }

  /** Writes what has come to the file. @returns whether the file is complete, and another one follows */
  async #writeQueued(context: ProcessorContext): Promise<boolean> {
    let track;
    while ((track = this.#nextTrack()) !== undefined) {
      if (this.#isSplitDue(track)) {
        if (this.#isAheadOfOthers(track)) break;
        this.#splitNs = track.nextNs!;
        await this.#finishFile(context);
        return true;
      }
      if (!track.isWritten) {
        if (!track.drop()) break;
        this.#leaveOut(track, context);
        continue;
      }
      const taken = track.read();
      if (taken === undefined) break;
      if ("change" in taken) this.#leaveOut(track, context);
      else this.#add(track, taken, context);
    }
    for (const track of this.#tracks) if (!track.isOpen && track.isWritten) this.#pauseTrack(track);
    await this.#recording!.settled();
    this.#report(context);
    this.#tellProgress(context);
    return false;
  }

  /** A live recording that is written frame by frame does not tell each one: the main thread would be woken for it. */
  #tellProgress(context: ProcessorContext): void {
    const doneNs = this.#doneNs();
    if (context.mode === "live" && doneNs - this.#toldNs < TELL_EVERY_NS) return;
    this.#toldNs = doneNs;
    context.progress(doneNs);
  }

  #add(track: SinkTrack, taken: Taken, context: ProcessorContext): void {
    const { index } = track.inFile!;
    const earliestNs = this.#originNs + this.#recording!.earliestNs(index);
    const packet = track.place(taken, { originNs: this.#originNs, earliestNs, skips: this.#skips });
    if (packet === "unheard") return;
    if (packet !== "late") return this.#recording!.add(index, packet);
    this.#late++;
    const backNs = track.endNs - taken.ptsNs;
    if (backNs >= LEAST_JUMP_NS) this.#tellJump(track, backNs, context);
  }

  /** Says once of a file that the times of a track went back, so that nothing of it is written until they catch up. */
  #tellJump(track: SinkTrack, backNs: number, context: ProcessorContext): void {
    const inFile = track.inFile!;
    if (inFile.isJumpTold) return;
    inFile.isJumpTold = true;
    context.log.warn(
      `the times of "${track.input.name}" went back by ${(backNs / 1e9).toFixed(1)} s: nothing of it is written to ` +
        `${JSON.stringify(this.#partial!.path)} until they are where they were`,
    );
  }

  /**
   * Has the others no longer wait for a track that has no link, or has ended. It goes on when it has one again, if the
   * file can say so.
   */
  #pauseTrack(track: SinkTrack): void {
    const inFile = track.inFile!;
    if (this.#recording!.pauseTrack(inFile.index)) return;
    inFile.change = { change: "nothing came of it for a while, after which this file takes no more of it" };
  }

  /**
   * Counts a frame that is not in the file.
   *
   * @throws {SluiceError} `TypeMismatch` if its stream becomes another one and the graph is offline, or nothing else goes
   * on
   */
  #leaveOut(track: SinkTrack, context: ProcessorContext): void {
    this.#late++;
    track.isExpected = true;
    const { inFile, address } = track;
    if (inFile?.change !== undefined && !this.#told.has(track)) {
      const goesOn = this.#splits || this.#tracks.some((other) => other.isWritten && !isOver(other));
      if (context.mode === "offline" || !goesOn) {
        const message = `Cannot go on writing "${address}": ${inFile.change.change}`;
        throw new SluiceError("TypeMismatch", message, { port: track.input.name });
      }
      this.#recording!.endTrack(inFile.index);
    }
    this.#tellLeftOut(track, context);
  }

  /** Says once of a file that a track is not in it, or not in the rest of it. */
  #tellLeftOut(track: SinkTrack, context: ProcessorContext): void {
    if (this.#told.has(track)) return;
    this.#told.add(track);
    const change = track.inFile?.change?.change;
    const path = JSON.stringify(this.#partial!.path);
    const next = this.#splits ? "; the next file has it" : "";
    context.log.warn(
      change === undefined
        ? `"${track.input.name}" is left out of ${path}, which was begun without it${next}`
        : `"${track.input.name}" is left out of the rest of ${path}: ${change}${next}`,
    );
  }

  /** Begins a file with the tracks that have a frame. */
  #begin(context: ProcessorContext): boolean {
    if (!this.#skipToStart()) return false;
    const known = this.#tracks.filter((track) => track.nextNs !== undefined);
    if (known.length === 0) return false;
    known.forEach((track, index) => track.describe().index = index);
    const path = this.#pathOf(this.#file + 1);
    for (const track of this.#tracks) {
      const isMissed = track.isExpected && track.isOpen;
      track.isExpected = track.inFile !== undefined;
      if (track.isExpected || !isMissed) continue;
      context.log.warn(`"${track.input.name}" is left out of ${JSON.stringify(path)}: nothing has come of it`);
    }
    const starts = known.map((track) => ({ firstNs: track.startNs(this.#skips), primingNs: track.primingNs }));
    const firstNs = Math.min(...starts.map((start) => start.firstNs));
    const heardNs = Math.min(...starts.map((start) => start.firstNs + start.primingNs));
    const isAtZero = this.#file === 0 && firstNs <= 0 && firstNs >= -MOST_PRIMING_NS;
    this.#originNs = isAtZero ? 0 : heardNs;
    if (this.#file === 0) this.#startNs = this.#originNs;
    this.#beginFile(known, context);
    return true;
  }

  #beginFile(tracks: readonly SinkTrack[], context: ProcessorContext): void {
    this.#file++;
    this.#told = new Set();
    this.#partial ??= this.#claim(this.#file, context);
    const formats = tracks.map(({ inFile }) => ({ ...inFile!.format, rotation: this.rotate }));
    this.#recording = new Recording(this.#mediabunny!, this.#container, this.#partial, formats);
    const { earlierPath } = this.#recording;
    if (earlierPath === undefined) return;
    const { path, partialPath } = this.#partial;
    context.log.warn(
      `${JSON.stringify(partialPath)} was left by a run that was broken off, and is now ${
        JSON.stringify(earlierPath)
      }; ` +
        "keep it or remove it",
      { path, earlierPath },
    );
  }

  /**
   * The track with the earliest frame. One that is far ahead of a track whose next frame has not come waits for it; what
   * is left out of the file never does.
   */
  #nextTrack(): SinkTrack | undefined {
    let first: SinkTrack | undefined;
    let firstNs = Infinity;
    let behindNs = Infinity;
    let kept: SinkTrack | undefined;
    for (const track of this.#tracks) {
      const { nextNs } = track;
      if (nextNs === undefined) {
        if (track.isOpen && track.isWritten) behindNs = Math.min(behindNs, Math.max(track.endNs, this.#originNs));
      } else if (!track.isWritten) {
        if (!this.#isForNextFile(track)) return track;
        kept = track;
      } else if (!(nextNs >= firstNs)) {
        [first, firstNs] = [track, nextNs];
      }
    }
    if (first !== undefined && firstNs - behindNs <= this.aheadSeconds * 1e9) return first;
    // No link is kept so full that its writer has to wait, which may be that of the others too.
    return kept !== undefined && kept.input.queued >= kept.input.capacity / 2 ? kept : undefined;
  }

  /**
   * The track by whose frames another file begins around a time: the first that goes on, which is the video's, or did so
   * a moment ago.
   */
  #leaderAt(timeNs: number): SinkTrack | undefined {
    return this.#tracks.find((each) => each.isWritten && (each.isOpen || timeNs - each.endNs < LEAST_PAUSE_NS));
  }

  /** Whether what the file is without stays on its link, as the next file may have it. */
  #isForNextFile({ nextNs }: SinkTrack): boolean {
    if (!this.#splits) return false;
    const leader = this.#leaderAt(nextNs!);
    return leader !== undefined && leader.isOpen && nextNs! >= leader.endNs;
  }

  /**
   * Whether another file begins with the frame that is next: a key frame of the first track that goes on, or where none
   * has gone on for a while, of any.
   */
  #isSplitDue(track: SinkTrack): boolean {
    if (!this.#splits || !track.isNextKey || track.isNextLate) return false;
    const leader = this.#leaderAt(track.nextNs!);
    if (leader === undefined) return true;
    if (track !== leader) return false;
    const lengthNs = track.nextNs! - this.#originNs;
    if (lengthNs <= 0) return false;
    return (this.splitSeconds > 0 && lengthNs >= this.splitSeconds * 1e9) ||
      (this.splitMegabytes > 0 && this.#recording!.addedBytes >= this.splitMegabytes * 1e6) || track.isNextChanged;
  }

  /** Whether another track may still bring what belongs before the frame that is next. */
  #isAheadOfOthers({ nextNs }: SinkTrack): boolean {
    return this.#tracks.some((other) =>
      other.isWritten && other.isOpen && other.nextNs === undefined && other.endNs < nextNs!
    );
  }

  async #finishFile(context: ProcessorContext): Promise<void> {
    const recording = this.#recording!;
    const { path } = this.#partial!;
    const reason = await recording.finish();
    this.#bytes += this.#partial!.isStream ? recording.size : Deno.statSync(path).size;
    this.#recording = undefined;
    this.#partial = undefined;
    this.#seenNs = -1;
    for (const track of this.#tracks) track.leaveFile();
    if (reason === undefined) return;
    context.log.warn(
      `${JSON.stringify(path)} stays in fragments: writing its index failed (${reason}); it plays all the same`,
      { path },
    );
  }

  #claim(number: number, { recorded }: ProcessorContext): Destination {
    const details = { key: "path" };
    if (this.path === STANDARD) return StandardOutput.claim(details);
    return PartialFile.claim(this.#pathOf(number), details, recorded);
  }

  /** @throws {SluiceError} `InvalidConfig` for what takes files */
  #assertStreams(): void {
    const mend = this.#splits
      ? "it is no row of files: leave out splitSeconds and splitMegabytes"
      : isIndexed(this.#container)
      ? `an index at its end takes a file: set container="fragmented-mp4"`
      : undefined;
    if (mend === undefined) return;
    const message = `Cannot write ${CONTAINERS[this.#container].name} to standard output: ${mend}`;
    throw new SluiceError("InvalidConfig", message, { nodeId: this.#nodeId, key: "container" });
  }

  /** Goes on counting behind the files that runs before this one have recorded. */
  #skipRecorded({ recorded, log }: ProcessorContext): void {
    while (recorded.has(this.#pathOf(1)) && exists(this.#pathOf(1))) this.#before++;
    if (this.#before === 0) return;
    log.info(`what runs before this one have recorded stays: this one begins with ${JSON.stringify(this.#pathOf(1))}`);
  }

  /** The path of a file of this run, from 1. */
  #pathOf(number: number): string {
    if (!this.#splits) return this.#path;
    const extension = extname(this.#path);
    const stem = this.#path.slice(0, this.#path.length - extension.length);
    return `${stem}-${String(this.#before + number).padStart(4, "0")}${extension}`;
  }

  /** How much media there is, from the start of the first file. */
  #doneNs(): number {
    return Math.max(0, Math.max(...this.#tracks.map(({ endNs }) => endNs)) - this.#startNs);
  }

  #report(context: ProcessorContext): void {
    const endOf = (wanted: string) =>
      Math.max(...this.#tracks.filter(({ type }) => type === wanted).map(({ endNs }) => endNs));
    const skewNs = endOf("video") - endOf("audio");
    context.report({
      bytes: this.#bytes + (this.#recording?.size ?? 0),
      files: this.#file,
      durationSeconds: this.#doneNs() / 1e9,
      lateFrames: this.#late,
      ...(Number.isFinite(skewNs) && { audioVideoSkewMs: skewNs / 1e6 }),
    });
  }
}

/** Whether nothing more comes of a track, whose link stays. */
function isOver({ input, isOpen }: SinkTrack): boolean {
  return input.connected && !isOpen;
}
