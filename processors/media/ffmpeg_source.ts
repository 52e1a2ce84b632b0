/**
 * The `ffmpeg-source` processor.
 *
 * @module
 */
import { command, config, output, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import type { StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { ByteQueue } from "./byte_queue.ts";
import { ChildPipe } from "./child_pipe.ts";
import { FAULT_LEVEL, FfmpegFaults, MOST_MISSING_NS, toldEndNs } from "./ffmpeg_faults.ts";
import { describeStream, inputArgs, type Probed, type ProbedStream, probeInput } from "./ffmpeg_probe.ts";
import { type RawBlock, RawMatroska, type RawTrack } from "./raw_matroska.ts";
import { type RawStream, readPictures, readSamples } from "./raw_streams.ts";

/** Blocks of a tick, by the mode of the graph: live, each waits for room by itself, so that `seek` comes in between. */
const MOST_BLOCKS = { live: 1, offline: 16 };
/** How long a tick rests that has nothing to do, milliseconds; and where nothing is linked. */
const [REST_MS, IDLE_NS] = [50, 1e8];

/**
 * Reads whatever ffmpeg reads.
 *
 * **Purpose.** Starts `ffmpeg`, which has to be on the `PATH`, and gives the streams of a file, a device or an address as
 * raw pictures and samples, with their times: HEVC, VP9, AV1, AC-3, ALAC and WMA; AVI, FLV and GIF; RTSP. Pictures are
 * turned as the file says, deinterlaced where it says that they are interlaced, and of 8 bits in 4:2:0. Frames of all
 * streams come in the order of time: offline as fast as the graph takes them, in a live graph at the pace of the media,
 * unless `paced` is false.
 * Streams that nothing is linked to are not decoded. Faults that ffmpeg finds in a damaged file are counted, and told
 * with the first of them at the end; so is a file that is cut off. It is ended with the graph. A file may name no others but files, as playlists do. Deno needs the permission to run it
 * (`--allow-run=ffmpeg,ffprobe`). A file that a `media-source` reads takes no other program.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `video_0`, …: `i420` of the first stream of pictures, and so on; `audio_0`, …: those of sound. An event
 * `tracks` says what there is.
 *
 * **Config.** `path`, `inputOptions`, `positionSeconds`, `endSeconds`, `paced`.
 *
 * **Example.**
 * ```json
 * { "clip": { "type": "ffmpeg-source", "config": { "path": "holiday.avi" } } }
 * ```
 */
@processor({
  mode: "loop",
  tags: ["file", "video", "audio", "read", "decode", "ffmpeg", "hevc", "vp9", "av1", "ac3", "avi", "flv", "rtsp"],
  portsFrom: "./ffmpeg_ports.ts",
})
export class FfmpegSource {
  /** Pictures. */
  @output({ dynamic: true })
  video!: StreamOutput<VideoFrame>[];
  /** Samples. */
  @output({ dynamic: true })
  audio!: StreamOutput<AudioFrame>[];
  /** File, device or address to read, as ffmpeg names it. @minLength 1 @reaches path */
  @config()
  path!: string;
  /** Options of ffmpeg before the input, each word by itself: `["-f", "v4l2"]`. @maxItems 64 @reaches command */
  @config()
  inputOptions: string[] = [];
  /** Where it begins, from the start of the file. @minimum 0 @unit s */
  @config()
  positionSeconds = 0;
  /** Where it ends, from the start of the file; by default at the end of it. @minimum 0 @unit s */
  @config()
  endSeconds?: number;
  /** False: also in a live graph, frames come as fast as lossless links take them: the device of a `speaker` sets the pace. */
  @config()
  paced = true;

  #nodeId = "";
  #probed: Probed = { container: "", streams: [], tags: {} };
  #totalNs: number | undefined;
  #pipe: ChildPipe | undefined;
  #faults: FfmpegFaults | undefined;
  /** Where the streams that are read must end. */
  #toldEndNs: number | undefined;
  #queue: ByteQueue | undefined;
  #reader: RawMatroska | undefined;
  /** What is written, by the number of its track. */
  #streams = new Map<number, RawStream>();
  #next: RawBlock | undefined;
  #startsAgain = false;
  /** The place in the file to go to with the next tick, if any. */
  #goesToNs: number | undefined;
  /** The next frames come after a jump. */
  #jumps = false;
  /** Where ffmpeg began; where the last block lies, and the end of what was written, from there. */
  #fromNs = 0;
  #placeNs = 0;
  #endNs = 0;
  /** The time of the graph's media at which ffmpeg began. */
  #offsetNs = 0;
  #missingNs = 0;
  /** The time of the graph at which its media began. */
  #clockNs = -1;

  /** Asks ffmpeg what there is, starts it, and announces the formats of what is linked. */
  async setup(context: ProcessorContext): Promise<void> {
    this.#nodeId = context.nodeId;
    const { streams, durationSeconds } = this.#probed = await probeInput(this.path, this.inputOptions);
    this.#faults = new FfmpegFaults(context, () => this.#pipe !== undefined);
    const endSeconds = Math.min(this.endSeconds ?? Infinity, durationSeconds ?? Infinity);
    if (Number.isFinite(endSeconds)) this.#totalNs = Math.round(endSeconds * 1e9);
    const tracks = streams.map((stream) => ({
      name: stream.name,
      codec: stream.codec,
      format: describeStream(stream),
    }));
    context.emit("tracks", { path: this.path, durationSeconds: durationSeconds ?? 0, tracks });
    this.#fromNs = Math.round(this.positionSeconds * 1e9);
    await this.#start();
  }

  /** Starts ffmpeg again where it is, for the outputs that there are now. */
  portsChanged(): void {
    this.#startsAgain = true;
  }

  /**
   * Goes to a place in the file, for which ffmpeg is started again. What is before the place is not played, times go on
   * rising, and the next frame is flagged as a discontinuity. Beyond the end, the file is over.
   */
  @command()
  seek({ seconds }: {
    /** The place, from the start of the file. @minimum 0 @unit s */
    seconds: number;
  }): void {
    this.#goesToNs = Math.round(seconds * 1e9);
  }

  /** Writes the blocks that have come. */
  async process(context: ProcessorContext): Promise<void> {
    if (this.#goesToNs !== undefined) {
      this.#offsetNs += this.#endNs;
      this.#fromNs = this.#goesToNs;
      this.#clockNs = -1;
      await this.#restart(true);
    } else if (this.#startsAgain) {
      this.#offsetNs += this.#placeNs;
      this.#fromNs += this.#placeNs;
      await this.#restart(false);
    }
    if (this.#reader === undefined) {
      return context.mode === "live" ? context.waitUntilNs(context.nowNs() + IDLE_NS) : context.finish();
    }
    for (let count = 0; count < MOST_BLOCKS[context.mode]; count++) {
      const block = this.#next ??= this.#read();
      if (block === undefined) return await this.#rest(context);
      if (context.mode === "live" && this.paced && this.#isEarly(block, context)) return;
      this.#next = undefined;
      const endNs = await this.#streams.get(block.track)?.write(block, this.#offsetNs) ?? 0;
      this.#endNs = Math.max(this.#endNs, endNs);
      this.#placeNs = Math.max(this.#placeNs, block.timeNs);
      context.progress(this.#fromNs + this.#placeNs, this.#totalNs);
      this.#report(context);
    }
  }

  /** Ends ffmpeg. */
  async teardown(): Promise<void> {
    await this.#stop();
  }

  async #restart(jumps: boolean): Promise<void> {
    this.#goesToNs = undefined;
    this.#jumps = jumps;
    await this.#stop();
    await this.#start();
  }

  async #start(): Promise<void> {
    this.#startsAgain = false;
    const ports = [...this.video, ...this.audio];
    const streams = ports.map(({ name }) => this.#streamOf(name));
    if (streams.length === 0) return;
    const command = ["ffmpeg", ...this.#args(streams)];
    const pipe = this.#pipe = new ChildPipe(command, "read", this.#nodeId, { lines: this.#faults, isApart: true });
    if (this.inputOptions.length === 0) this.#toldEndNs = toldEndNs(this.#probed, streams);
    this.#queue = new ByteQueue(pipe.readable!);
    const reader = this.#reader = new RawMatroska(this.#queue);
    while (reader.tracks === undefined && !this.#queue.ended) {
      const { changed } = this.#queue;
      this.#next = this.#read();
      if (reader.tracks === undefined) await changed;
    }
    this.#next ??= this.#read();
    // What is wrong is told by what it says as it ends.
    if (reader.tracks === undefined) await pipe.ended();
    this.#streams = new Map((reader.tracks ?? []).map((track, k) => [track.number, this.#open(track, streams[k])]));
  }

  #open(track: RawTrack, stream: ProbedStream): RawStream {
    const out = [...this.video, ...this.audio].find(({ name }) => name === stream.name)!;
    return stream.kind === "video"
      ? readPictures(out as StreamOutput<VideoFrame>, track, stream, this.#jumps)
      : readSamples(out as StreamOutput<AudioFrame>, track, this.#jumps);
  }

  #args(streams: readonly ProbedStream[]): string[] {
    const { endSeconds } = this;
    const seconds = (ns: number) => (ns / 1e9).toFixed(6);
    const filters = streams.flatMap(({ kind, interlaced }, k) =>
      kind === "video" && interlaced ? [`-filter:${k}`, "bwdif=mode=send_frame"] : []
    );
    return [
      ...["-nostdin", "-hide_banner", "-v", FAULT_LEVEL],
      ...(this.#fromNs > 0 ? ["-ss", seconds(this.#fromNs)] : []),
      ...(endSeconds === undefined ? [] : ["-t", seconds(Math.max(0, endSeconds * 1e9 - this.#fromNs))]),
      ...inputArgs(this.path, this.inputOptions),
      ...streams.flatMap(({ index }) => ["-map", `0:${index}`]),
      ...filters,
      ...["-fps_mode", "passthrough", "-c:v", "rawvideo", "-pix_fmt", "yuv420p", "-c:a", "pcm_f32le"],
      ...["-f", "matroska", "-"],
    ];
  }

  /** @throws {SluiceError} `PortNotFound` for an output that the input has no stream for */
  #streamOf(name: string): ProbedStream {
    const stream = this.#probed.streams.find((each) => each.name === name);
    if (stream !== undefined) return stream;
    const available = this.#probed.streams.map((each) => each.name);
    const found = this.#probed.streams.map((each) => `${each.name} (${describeStream(each)})`).join(", ") ||
      "no streams";
    const message = `Cannot read "${name}" of ${JSON.stringify(this.path)}: it has ${found}`;
    throw new SluiceError("PortNotFound", message, { nodeId: this.#nodeId, port: name, available });
  }

  #read(): RawBlock | undefined {
    try {
      return this.#reader!.next();
    } catch (cause) {
      const message = `Cannot go on in "${this.#nodeId}": what ffmpeg writes cannot be read: ${
        (cause as Error).message
      }`;
      throw new SluiceError("InvalidMedia", message, { nodeId: this.#nodeId, cause });
    }
  }

  /** Waits for more, or ends. */
  async #rest(context: ProcessorContext): Promise<void> {
    const queue = this.#queue!;
    if (queue.ended) {
      await this.#pipe!.ended();
      await this.#pipe!.silent();
      this.#tellEnd(context);
      return context.finish();
    }
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, REST_MS);
    await Promise.race([over, queue.changed]);
    clearTimeout(timer);
    // It has rested already.
    context.waitUntilNs(context.nowNs());
  }

  #report(context: ProcessorContext): void {
    context.report({
      playedSeconds: (this.#offsetNs + this.#placeNs) / 1e9,
      faults: this.#faults!.count,
      missingSeconds: this.#missingNs / 1e9,
    });
  }

  /** Tells what was wrong with the file. */
  #tellEnd(context: ProcessorContext): void {
    this.#faults!.tellAll(this.path);
    const endNs = this.#fromNs + this.#placeNs;
    const wantedNs = Math.min(this.#toldEndNs ?? 0, this.#totalNs ?? Infinity);
    if (wantedNs - endNs > MOST_MISSING_NS) {
      this.#missingNs = wantedNs - endNs;
      const part = `${(endNs / 1e9).toFixed(1)} of ${(wantedNs / 1e9).toFixed(1)} s are there`;
      context.log.warn(`${JSON.stringify(this.path)} is cut off: ${part}`, { path: this.path });
    }
    this.#report(context);
  }

  #isEarly({ timeNs }: RawBlock, context: ProcessorContext): boolean {
    const mediaNs = this.#offsetNs + timeNs;
    if (this.#clockNs < 0) this.#clockNs = context.nowNs() - mediaNs;
    const dueNs = this.#clockNs + mediaNs;
    if (context.nowNs() >= dueNs) return false;
    context.waitUntilNs(dueNs);
    return true;
  }

  async #stop(): Promise<void> {
    const [pipe, queue] = [this.#pipe, this.#queue];
    this.#pipe = undefined;
    this.#queue = undefined;
    this.#reader = undefined;
    this.#next = undefined;
    [this.#placeNs, this.#endNs] = [0, 0];
    await Promise.all([pipe?.stop(), queue?.cancel()]);
  }
}
