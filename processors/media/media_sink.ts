/**
 * The `media-sink` processor.
 *
 * @module
 */
import { basename, extname } from "node:path";
import { config, input, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { PartialFile } from "../file/partial_file.ts";
import { type Container, containerOf, type Mediabunny } from "./containers.ts";
import { CONTAINERS } from "./output_formats.ts";
import { Recording } from "./recording.ts";
import { type MediaFrame, SinkTrack } from "./sink_track.ts";

/** How long a live recording waits for the first frame of each input before it begins without those that have none. */
const START_WAIT_NS = 2e9;
/** What lies before time 0 by no more than this is there for decoders only, and the file starts at 0. */
const MOST_PRIMING_NS = 1e8;

/**
 * Writes a media file.
 *
 * **Purpose.** Puts any number of tracks, encoded video, encoded audio and samples, in one file: MP4, fragmented MP4,
 * QuickTime, Matroska, WebM, Ogg, FLAC, MP3 or AAC. The tracks keep their times to each other, and lie beside each other
 * in the file. It is recorded as `NAME.partial`, which can be played up to what was written last, also after the process
 * was killed: a second of media, and on to the next key frame. At the end of the stream it is renamed to `NAME`. MP4 and
 * QuickTime files are recorded in fragments, and get one index at the end. An aborted run leaves the recording in
 * `NAME.partial`, and an older `NAME` unchanged.
 *
 * **Inputs.** `video_0`, …: H.264, VP8 or VP9. `audio_0`, …: Opus, AAC, FLAC or MP3. `pcm_0`, …: samples. At least one of
 * them; a track that comes later is left out.
 *
 * **Outputs.** None.
 *
 * **Config.** `path`, `container`, `pcmFormat`, `splitSeconds`, `splitMegabytes`, `rotate`,
 * `aheadSeconds`.
 *
 * **Example.**
 * ```json
 * { "rec": { "type": "media-sink", "config": { "path": "out/talk.mp4" } } }
 * ```
 */
@processor({
  tags: ["file", "video", "audio", "write", "record", "mp4", "mkv", "webm", "ogg", "flac", "mux"],
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
  /** File to write; a relative path starts at the working directory. The directory must exist. @minLength 1 */
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

  #nodeId = "";
  #mediabunny: Mediabunny | undefined;
  #container: Container = "mp4";
  #partial: PartialFile | undefined;
  #recording: Recording | undefined;
  #tracks: SinkTrack[] = [];
  #file = 0;
  #bytes = 0;
  /** Where the file, and the first one, start. */
  #originNs = 0;
  #startNs = 0;
  /** When the first frame was seen. */
  #seenNs = -1;
  #late = 0;

  /** Claims the file, and loads what writes it. */
  async setup(context: ProcessorContext): Promise<void> {
    this.#nodeId = context.nodeId;
    this.#container = this.container === "auto" ? containerOf(this.path) : this.container;
    this.#makeTracks();
    if (this.#tracks.length === 0 && context.mode === "offline") {
      throw new SluiceError(
        "InvalidGraph",
        `Cannot start "${context.nodeId}": it has no track; link something to "${context.nodeId}.video_0", ` +
          `"${context.nodeId}.audio_0" or "${context.nodeId}.pcm_0"`,
        { nodeId: context.nodeId },
      );
    }
    this.#partial = PartialFile.claim(this.#pathOf(1), { key: "path" });
    this.#mediabunny = await import("mediabunny");
  }

  /** Takes inputs that are added before the recording begins; those that are added later are left out. */
  portsChanged(context: ProcessorContext): void {
    if (this.#recording === undefined) return this.#makeTracks();
    const inputs = this.#inputs();
    this.#tracks = this.#tracks.filter((track) => {
      const stays = inputs.includes(track.input);
      if (!stays && track.isWritten) this.#endTrack(track);
      return stays;
    });
    const late = inputs.filter((port) => !this.#tracks.some((track) => track.input === port));
    for (const port of late) {
      this.#tracks.push(new SinkTrack(port, this.#nodeId, this.pcmFormat));
      context.log.warn(`"${port.name}" is left out of ${JSON.stringify(this.path)}, which was begun without it`);
    }
  }

  /** Writes what has come, the earliest first. */
  async process(context: ProcessorContext): Promise<void> {
    if (this.#recording === undefined && !this.#canBegin(context)) return;
    await this.#writeQueued(context);
  }

  /** Completes the file and renames it. */
  async flush(context: ProcessorContext): Promise<void> {
    await this.#writeQueued(context);
    if (this.#recording === undefined) {
      context.log.warn(`nothing was written to ${JSON.stringify(this.path)}: no track came`, { path: this.path });
      return;
    }
    await this.#finishFile(context);
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
    if (!await recording.abort()) return;
    context.log.warn(
      `${JSON.stringify(path)} is not complete: the stream was broken off, and what came before is left in ` +
        JSON.stringify(partialPath),
      { path, partialPath },
    );
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

  /** Whether each track's first frame is there, or has been waited for. */
  #canBegin(context: ProcessorContext): boolean {
    if (!this.#skipToKeyframes() || !this.#tracks.some((track) => track.nextNs !== undefined)) return false;
    if (this.#tracks.every((track) => track.isKnown)) return true;
    for (const track of this.#tracks) track.hold(this.aheadSeconds * 1e9);
    if (context.mode === "offline") return false;
    const nowNs = context.nowNs();
    if (this.#seenNs < 0) this.#seenNs = nowNs;
    if (nowNs - this.#seenNs >= START_WAIT_NS) return true;
    context.waitUntilNs(this.#seenNs + START_WAIT_NS);
    return false;
  }

  /**
   * Drops what comes before the first key frame of a track: nothing can be decoded without that.
   *
   * @returns whether that is done; else the rest is for another tick
   */
  #skipToKeyframes(): boolean {
    for (const track of this.#tracks) {
      while (track.nextNs !== undefined && !track.isNextKey) {
        if (track.input.read() === undefined) return false;
        this.#late++;
      }
    }
    return true;
  }

  async #writeQueued(context: ProcessorContext): Promise<void> {
    if (this.#recording === undefined && !this.#begin(context)) return;
    let track;
    while ((track = this.#nextTrack()) !== undefined) {
      if (this.#isSplitDue(track)) {
        if (this.#isAheadOfOthers(track)) break;
        await this.#split(context);
      }
      const frame = track.isWritten ? track.read() : this.#leaveOut(track, context);
      if (frame === undefined) break;
      const packet = "kind" in frame ? "late" : track.place(frame, { originNs: this.#originNs, skips: this.#skips });
      if (packet === "late") this.#late++;
      else if (packet !== "unheard") this.#recording!.add(track.index, packet);
    }
    for (const track of this.#tracks) if (!track.isOpen && track.isWritten) this.#endTrack(track);
    await this.#recording!.settled();
    this.#report(context);
    context.progress(this.#doneNs());
  }

  /** Closes a track of the file, for which the others would wait otherwise. Its input may have a link again later. */
  #endTrack(track: SinkTrack): void {
    this.#recording!.endTrack(track.index);
    track.isOver = true;
  }

  /** Takes a frame that is not in the file, and says so once of a track that was closed. */
  #leaveOut(track: SinkTrack, context: ProcessorContext): MediaFrame | undefined {
    const frame = track.input.read();
    if (frame === undefined || !track.isOver || track.isToldOver) return frame;
    track.isToldOver = true;
    context.log.warn(
      `"${track.input.name}" had no link for a while, which ended its track in ${
        JSON.stringify(this.path)
      }: what comes ` +
        "now is left out of that file; take a link away and make the new one in one edit",
    );
    return frame;
  }

  /** Begins the recording with the tracks that have a frame. */
  #begin(context: ProcessorContext): boolean {
    if (!this.#skipToKeyframes()) return false;
    const known = this.#tracks.filter((track) => track.nextNs !== undefined);
    if (known.length === 0) return false;
    for (const track of known) track.describe();
    known.forEach((track, index) => track.index = index);
    for (const { index, isOpen, input } of this.#tracks) {
      if (index >= 0 || !isOpen) continue;
      context.log.warn(`"${input.name}" is left out of ${JSON.stringify(this.path)}: nothing has come of it`);
    }
    const starts = known.map((track) => ({ firstNs: track.startNs(this.#skips), primingNs: track.primingNs }));
    const firstNs = Math.min(...starts.map((start) => start.firstNs));
    const heardNs = Math.min(...starts.map((start) => start.firstNs + start.primingNs));
    this.#originNs = firstNs <= 0 && firstNs >= -MOST_PRIMING_NS ? 0 : heardNs;
    this.#startNs = this.#originNs;
    this.#beginFile(context);
    return true;
  }

  #beginFile(context: ProcessorContext): void {
    this.#file++;
    this.#partial ??= PartialFile.claim(this.#pathOf(this.#file), { key: "path" });
    const formats = this.#tracks.filter(({ index }) => index >= 0).map(({ format }) => (
      { ...format, rotation: this.rotate }
    ));
    for (const track of this.#tracks) track.isOver = track.isToldOver = false;
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
    for (const track of this.#tracks) {
      const { nextNs } = track;
      if (nextNs === undefined) {
        if (track.isOpen && track.isWritten) behindNs = Math.min(behindNs, Math.max(track.endNs, this.#originNs));
      } else if (!track.isWritten || !(nextNs >= firstNs)) {
        if (!track.isWritten && !this.#isSplitDue(track)) return track;
        [first, firstNs] = [track, nextNs];
      }
    }
    return firstNs - behindNs > this.aheadSeconds * 1e9 ? undefined : first;
  }

  /** Whether another file begins with the frame that is next: a key frame of the first track, which is the video's. */
  #isSplitDue(track: SinkTrack): boolean {
    if (track.index !== 0 || !track.isNextKey) return false;
    const lengthNs = track.nextNs! - this.#originNs;
    if (lengthNs <= 0) return false;
    return (this.splitSeconds > 0 && lengthNs >= this.splitSeconds * 1e9) ||
      (this.splitMegabytes > 0 && this.#recording!.size >= this.splitMegabytes * 1e6);
  }

  /** Whether another track may still bring what belongs before the frame that is next. */
  #isAheadOfOthers({ nextNs }: SinkTrack): boolean {
    return this.#tracks.some((other) =>
      other.isWritten && other.isOpen && other.nextNs === undefined && other.endNs < nextNs!
    );
  }

  async #split(context: ProcessorContext): Promise<void> {
    const first = this.#tracks.find(({ index }) => index === 0)!;
    await this.#finishFile(context);
    this.#originNs = first.nextNs! + first.primingNs;
    this.#beginFile(context);
  }

  async #finishFile(context: ProcessorContext): Promise<void> {
    const recording = this.#recording!;
    const { path } = this.#partial!;
    const reason = await recording.finish();
    this.#bytes += Deno.statSync(path).size;
    this.#recording = undefined;
    this.#partial = undefined;
    if (reason === undefined) return;
    context.log.warn(
      `${JSON.stringify(path)} stays in fragments: writing its index failed (${reason}); it plays all the same`,
      { path },
    );
  }

  /** The path of a file, from 1. */
  #pathOf(number: number): string {
    if (this.splitSeconds === 0 && this.splitMegabytes === 0) return this.path;
    const extension = extname(this.path);
    const stem = this.path.slice(0, this.path.length - basename(this.path).length) + basename(this.path, extension);
    return `${stem}-${String(number).padStart(4, "0")}${extension}`;
  }

  /** How much media there is, from the start of the first file. */
  #doneNs(): number {
    const ends = this.#tracks.filter(({ index }) => index >= 0).map(({ endNs }) => endNs);
    return Math.max(0, Math.max(...ends) - this.#startNs);
  }

  #report(context: ProcessorContext): void {
    const endOf = (type: string) =>
      Math.max(
        ...this.#tracks.filter(({ index, format }) => index >= 0 && format.type === type).map(({ endNs }) => endNs),
      );
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
