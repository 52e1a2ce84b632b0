/**
 * The `hls-sink` processor.
 *
 * @module
 */
import { basename, dirname, extname } from "node:path";
import { config, input, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { PartialFile } from "../file/partial_file.ts";
import { takePath } from "../file/take.ts";
import type { Mediabunny } from "../media/containers.ts";
import { HlsList, writeWhole } from "./hls_list.ts";
import { masterText } from "./hls_text.ts";
import { HlsTrack } from "./hls_track.ts";

/** A key frame that comes so much before its time begins a segment all the same: times are rounded. */
const ROUNDING_NS = 1e6;
/** What may lie before the first frame that comes, since another track began earlier; and before time 0, for decoders. */
const [LEAD_NS, PRIMING_NS] = [1e9, 1e8];
/** Segments that are longer than they should be by so much are told. */
const MUCH_LONGER = 1.5;
/** How many segments of a track others are waited for, before players are told of it. */
const AWAITED_SEGMENTS = 3;

/**
 * Writes a stream for players of HLS.
 *
 * **Purpose.** Writes encoded pictures and sound, as they are, into a folder that any HTTP server can serve: segments of
 * CMAF, a list of them for each input, and at `path` the list of these lists. A segment begins with the first key frame
 * after `segmentSeconds`; it is whole before a list names it. A `live` list names the newest segments, an `event` list
 * grows, a `vod` list is written at the end. Several inputs of pictures are renditions of one stream, among which players
 * choose. A discontinuity of the first pictures, and a change of any encoder's parameters, become a discontinuity of all
 * lists.
 *
 * **Inputs.** `video_0`, …: H.264. `audio_0`, …: AAC or Opus. At least one of them.
 *
 * **Outputs.** None.
 *
 * **Config.** `path`, `kind`, `segmentSeconds`, `windowSegments`, `overwrite`. Figures: `segments`, `bytes`,
 * `durationSeconds`, `lateFrames`, `breaks`.
 *
 * **Example.**
 * ```json
 * { "live": { "type": "hls-sink", "config": { "path": "www/live.m3u8" } } }
 * ```
 */
@processor({
  tags: ["hls", "m3u8", "cmaf", "live", "stream", "segments", "playlist", "write", "mux"],
  portsFrom: "./hls_sink_ports.ts",
  figures: ["segments", "bytes", "durationSeconds", "lateFrames", "breaks"],
})
export class HlsSink {
  /** Encoded pictures; each input is a rendition. */
  @input({ dynamic: true, accepts: { codec: ["h264"] } })
  video!: StreamInput<EncodedFrame>[];
  /** Encoded sound; each input is a track that players can choose. */
  @input({ dynamic: true, accepts: { codec: ["opus", "aac"] } })
  audio!: StreamInput<EncodedFrame>[];
  /**
   * The list that players open, `NAME.m3u8`; a relative path starts at the working directory. The directory must exist.
   * Other files lie beside it, and begin with `NAME-`. @pattern \.m3u8$ @reaches path
   */
  @config()
  path!: string;
  /** `live`: lists name the newest segments; `event`: lists grow; `vod`: lists are written at the end. */
  @config()
  kind: "live" | "event" | "vod" = "live";
  /** How long a segment lasts at least; it ends at the next key frame. @minimum 0.5 @maximum 60 @unit s */
  @config()
  segmentSeconds = 2;
  /** How many segments a live list names; as many more stay in the folder for a while. @integer @minimum 3 @maximum 1000 */
  @config()
  windowSegments = 6;
  /** True: a second run of the process replaces the list of the first; that of a `live` list always does. */
  @config()
  overwrite = false;

  #nodeId = "";
  #mediabunny!: Mediabunny;
  #claim!: PartialFile;
  #path = "";
  #tracks: HlsTrack[] = [];
  /** Time 0 of the segments; `undefined` before the first frame. */
  #originNs: number | undefined;
  /** When the first frame begins, since then. */
  #startNs = 0;
  /** When time 0 was, by the clock of the world. */
  #date: Date | undefined;
  /** Where the newest segment begins. */
  #cutNs = -Infinity;
  /** Whether the stream breaks before the next key frame. */
  #isBreakDue = false;
  #breaks = 0;
  #late = 0;
  #master = "";
  #isLengthTold = false;
  /** The time of day of a time since the start. */
  readonly #dateOf = (timeNs: number) => this.#date && new Date(this.#date.getTime() + timeNs / 1e6);
  #isComplete = false;

  /** Claims the list, and loads what writes segments. */
  async setup(context: ProcessorContext): Promise<void> {
    this.#nodeId = context.nodeId;
    if (this.video.length + this.audio.length === 0 && context.mode === "offline") {
      throw new SluiceError(
        "InvalidGraph",
        `Cannot start "${context.nodeId}": it has no track; link something to "${context.nodeId}.video_0" or ` +
          `"${context.nodeId}.audio_0"`,
        { nodeId: context.nodeId },
      );
    }
    this.#path = this.kind === "live" ? this.path : takePath(context, this);
    this.#claim = PartialFile.claim(this.#path, { nodeId: context.nodeId, key: "path" }, context.recorded);
    this.#mediabunny = await import("mediabunny");
    await Deno.remove(this.#path).catch(() => {});
    this.#makeTracks();
  }

  /** Takes inputs that are added; their lists begin with their first key frame. */
  async portsChanged(): Promise<void> {
    const gone = this.#makeTracks();
    for (const track of gone) await this.#endTrack(track);
  }

  /** Writes the segments that are complete. */
  async process(context: ProcessorContext): Promise<void> {
    let track;
    while ((track = this.#nextTrack()) !== undefined) {
      if (!await this.#take(track, context)) break;
    }
    if (this.kind !== "vod") await this.#writeMaster();
    this.#report(context);
  }

  /** Completes the lists. */
  async flush(context: ProcessorContext): Promise<void> {
    await this.process(context);
    for (const track of this.#tracks) await this.#endTrack(track);
    await this.#writeMaster();
    this.#isComplete = true;
    if (this.#master === "") {
      context.log.warn(`nothing was written to ${JSON.stringify(this.#path)}: no key frame has come`);
    } else context.recorded.add(this.#path);
    this.#report(context);
  }

  /** Leaves the lists as they are. */
  teardown({ log }: ProcessorContext): void {
    this.#claim?.discard();
    if (this.#isComplete || this.#originNs === undefined) return;
    const left = this.kind === "vod" ? "and its segments lie there without a list" : "and its lists have no end";
    log.warn(`${JSON.stringify(this.#path)} is not complete: the stream was broken off, ${left}`);
  }

  /** @returns the tracks whose inputs have gone */
  #makeTracks(): HlsTrack[] {
    const known = new Map(this.#tracks.map((track) => [track.input, track]));
    const stem = basename(this.#path, extname(this.#path));
    const folder = `${dirname(this.#path)}/`;
    this.#tracks = [...this.video, ...this.audio].map((port) => {
      const track = known.get(port);
      if (track !== undefined) return track;
      const list = new HlsList(folder, `${stem}-${port.name}`, this);
      list.removeEarlier();
      return new HlsTrack(port, this.#nodeId, list, this.#mediabunny);
    });
    return [...known.values()].filter((track) => !this.#tracks.includes(track));
  }

  /** The track by whose key frames segments are cut: the first of pictures that goes on, else of sound. */
  get #leader(): HlsTrack | undefined {
    return this.#tracks.find((track) => track.isOpen);
  }

  /**
   * A track whose frame may be taken. One that does not lead waits until it is known where segments begin, unless its
   * link fills up.
   */
  #nextTrack(): HlsTrack | undefined {
    const leader = this.#leader;
    const reachedNs = leader === undefined ? Infinity : (this.#originNs ?? -Infinity) + leader.endNs;
    return this.#tracks.find((track) => {
      const { input, nextNs } = track;
      if (nextNs === undefined) return false;
      return track === leader || nextNs <= reachedNs || input.queued * 2 >= input.capacity;
    });
  }

  /** @returns whether there was a frame in this tick */
  async #take(track: HlsTrack, context: ProcessorContext): Promise<boolean> {
    const leads = track === this.#leader;
    const frame = track.input.read();
    if (frame === undefined) return false;
    if (this.#originNs === undefined && frame.keyframe) this.#begin(track.timeOf(frame), context);
    const timeNs = track.timeOf(frame) - (this.#originNs ?? 0);
    if (leads) this.#cutBefore(frame, timeNs, track);
    if (frame.keyframe) await track.pass(frame, timeNs, this.#dateOf);
    const fate = track.add(frame, timeNs);
    frame.release();
    if (fate !== "added") this.#late++;
    if (fate === "changed") this.#isBreakDue = true;
    this.#tellLength(track, context);
    return true;
  }

  #begin(firstNs: number, { mode }: ProcessorContext): void {
    this.#originNs = firstNs >= -PRIMING_NS && firstNs < LEAD_NS - PRIMING_NS ? -PRIMING_NS : firstNs - LEAD_NS;
    this.#startNs = firstNs - this.#originNs;
    if (mode === "live") this.#date = new Date(Date.now() - this.#startNs / 1e6);
  }

  /** Has all tracks begin a segment at a frame of the one that leads, where that is due. */
  #cutBefore(frame: EncodedFrame, timeNs: number, track: HlsTrack): void {
    const isFirst = this.#cutNs === -Infinity;
    if (frame.discontinuity && !isFirst) this.#isBreakDue = true;
    if (!frame.keyframe || timeNs <= this.#cutNs) return;
    const breaks = !isFirst && (this.#isBreakDue || track.changesWith(frame));
    if (!isFirst && !breaks && timeNs - this.#cutNs < this.segmentSeconds * 1e9 - ROUNDING_NS) return;
    this.#cutNs = timeNs;
    this.#isBreakDue = false;
    if (breaks) this.#breaks++;
    for (const each of this.#tracks) each.cut({ timeNs, breaks });
  }

  async #endTrack(track: HlsTrack): Promise<void> {
    await track.close(undefined, this.#dateOf);
    if (track.list.segments > 0) await track.list.end();
  }

  /** Writes the list of lists, once each list that it names is there, where it has changed. */
  async #writeMaster(): Promise<void> {
    const renditions = this.#tracks.map(({ rendition }) => rendition);
    const isEach = this.#tracks.every((track, k) => renditions[k] !== undefined || !track.isOpen);
    const known = renditions.filter((rendition) => rendition !== undefined);
    const isWaited = this.#tracks.some(({ list }) => list.segments >= AWAITED_SEGMENTS);
    if (known.length === 0 || !(isEach || isWaited)) return;
    const text = masterText(known);
    if (text === this.#master) return;
    this.#master = text;
    await writeWhole(this.#path, new TextEncoder().encode(text));
  }

  /** Says once that key frames are too rare for segments of the wanted length. */
  #tellLength({ list, input }: HlsTrack, { log }: ProcessorContext): void {
    if (this.#isLengthTold || list.targetSeconds <= Math.ceil(this.segmentSeconds * MUCH_LONGER)) return;
    this.#isLengthTold = true;
    log.warn(
      `segments of "${input.name}" last up to ${list.targetSeconds} s, wanted ${this.segmentSeconds} s: one ends with a ` +
        "key frame; let the encoder make one as often",
    );
  }

  #report(context: ProcessorContext): void {
    const lists = this.#tracks.map(({ list }) => list);
    const doneNs = Math.max(0, ...this.#tracks.map((track) => track.endNs - this.#startNs));
    context.report({
      segments: Math.max(0, ...lists.map(({ segments }) => segments)),
      bytes: lists.reduce((sum, { bytes }) => sum + bytes, 0),
      durationSeconds: doneNs / 1e9,
      lateFrames: this.#late,
      breaks: this.#breaks,
    });
    context.progress(doneNs, this.#isComplete ? doneNs : undefined);
  }
}
