/**
 * The `ffmpeg-sink` processor.
 *
 * @module
 */
import { config, input, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import { type AudioFormat, describeFormat, type VideoFormat } from "../../core/frames/format.ts";
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { trackMissing } from "./missing_tracks.ts";
import type { PartialFile } from "../file/partial_file.ts";
import { PcmBlock } from "../file/pcm.ts";
import { claimTake } from "../file/take.ts";
import { ChildPipe } from "./child_pipe.ts";
import { FFMPEG_EXTENSIONS, muxerOf } from "./ffmpeg_formats.ts";
import { LineLimit } from "./line_limit.ts";
import { packedBytes, packPicture } from "./packed_pictures.ts";
import { writeBlock, writeHead } from "./raw_matroska_writer.ts";

/** How long a live recording waits for the first frame of each input before it begins without those that have none. */
const START_WAIT_NS = 2e9;

/** An input with what is written of it. */
interface SinkStream {
  readonly input: StreamInput<VideoFrame | AudioFrame>;
  readonly format: VideoFormat | AudioFormat;
  readonly block: PcmBlock | undefined;
}

/**
 * Writes whatever ffmpeg writes.
 *
 * **Purpose.** Starts `ffmpeg`, which has to be on the `PATH`, and hands it raw pictures and samples with their times,
 * which it encodes and puts in one file: AAC, MP3, HEVC, VP9, AV1, Vorbis, AC-3, ALAC; AVI, FLV, GIF, MPEG-TS. It is
 * recorded as `NAME.partial`, and becomes `NAME` when ffmpeg has ended without a fault. An aborted run leaves an older
 * `NAME` unchanged. Messages of ffmpeg go to the node's log. Deno needs the permission to run it
 * (`--allow-run=ffmpeg`). A format that a `media-sink` writes takes no other program.
 *
 * **Inputs.** `video_0`, …: pictures of pixel format `i420`. `audio_0`, …: samples. At least one of them; a stream that
 * comes after the file began is left out of it.
 *
 * **Outputs.** None.
 *
 * **Config.** `path`, `format`, `options`, `range`, `needsAllTracks`, `overwrite`.
 *
 * **Example.**
 * ```json
 * { "rec": { "type": "ffmpeg-sink", "config": { "path": "talk.webm", "options": ["-c:v", "libvpx-vp9", "-b:v", "1M"] } } }
 * ```
 */
@processor({
  records: true,
  tags: [
    "file",
    "video",
    "audio",
    "write",
    "encode",
    "ffmpeg",
    "aac",
    "mp3",
    "hevc",
    "vp9",
    "av1",
    "avi",
    "gif",
    "mpeg-ts",
  ],
  portsFrom: "./ffmpeg_sink_ports.ts",
})
export class FfmpegSink {
  /** Pictures. */
  @input({ dynamic: true, accepts: { pixelFormat: "i420" } })
  video!: StreamInput<VideoFrame>[];
  /** Samples. */
  @input({ dynamic: true })
  audio!: StreamInput<AudioFrame>[];
  /** File to write; a relative path starts at the working directory. The directory must exist. @minLength 1 @reaches path */
  @config()
  path!: string;
  /** The container, as ffmpeg names it: `mpegts`; by default that of the extension. @pattern ^[a-z0-9_]*$ */
  @config()
  format = "";
  /** Options of ffmpeg for the file, each word by itself: `["-c:a", "libmp3lame", "-b:a", "192k"]`. @maxItems 64 @reaches command */
  @config()
  options: string[] = [];
  /** The levels of the pictures: luma from 16 to 235, or from 0 to 255. */
  @config()
  range: "limited" | "full" = "limited";
  /** True: a track without a frame fails the node, which leaves `NAME.partial`; false: it is left out. */
  @config()
  needsAllTracks = false;
  /** True: a second run of the process replaces the recording of the first, instead of writing a file beside it. */
  @config()
  overwrite = false;

  #nodeId = "";
  #partial: PartialFile | undefined;
  #pipe: ChildPipe | undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> | undefined;
  #streams: SinkStream[] = [];
  /** The time of the first frame of all. */
  #originNs = 0;
  #endNs = 0;
  /** When the first frame was seen. */
  #seenNs = -1;
  /** Whether ffmpeg has had enough. */
  #isOver = false;

  /** Claims the file. */
  setup(context: ProcessorContext): void {
    this.#nodeId = context.nodeId;
    if (this.#muxer === "") {
      const message = `Cannot tell the container of ${JSON.stringify(this.path)}: wanted an extension such as ` +
        `${FFMPEG_EXTENSIONS.slice(0, 8).join(", ")}, or "format" with ffmpeg's name of it`;
      throw new SluiceError("InvalidConfig", message, { key: "path", available: [...FFMPEG_EXTENSIONS] });
    }
    if (this.#inputs().length === 0 && context.mode === "offline") {
      const message = `Cannot start "${context.nodeId}": it has no stream; link something to ` +
        `"${context.nodeId}.video_0" or "${context.nodeId}.audio_0"`;
      throw new SluiceError("InvalidGraph", message, { nodeId: context.nodeId });
    }
    this.#partial = claimTake(context, this, { key: "path" });
  }

  /** Writes what has come, the earliest first. */
  async process(context: ProcessorContext): Promise<void> {
    if (this.#pipe === undefined && !this.#canBegin(context)) return;
    await this.#writeQueued();
    if (this.#isOver) {
      context.log.info("ffmpeg has ended before its input");
      return context.finish();
    }
    context.progress(this.#endNs);
  }

  /** Completes the file and renames it. */
  async flush(context: ProcessorContext): Promise<void> {
    if (this.#pipe === undefined && this.#inputs().some((input) => input.peek() !== undefined)) this.#begin(context);
    if (this.#pipe === undefined) {
      const { path } = this.#partial!;
      context.log.warn(`nothing was written to ${JSON.stringify(path)}: no stream came`, { path });
      return;
    }
    await this.#writeQueued();
    await this.#writer!.close().catch(() => {});
    await this.#pipe.ended();
    const missing = this.#inputs().find((each) => !this.#streams.some(({ input }) => input === each));
    if (this.needsAllTracks && missing !== undefined) {
      throw trackMissing(missing.name, this.#partial!.path, this.#nodeId);
    }
    this.#pipe = undefined;
    this.#partial!.commit(1);
    context.report({ bytes: Deno.statSync(this.#partial!.path).size, durationSeconds: this.#endNs / 1e9 });
    context.progress(this.#endNs, this.#endNs);
  }

  /** Leaves the recording in `NAME.partial` if the stream did not end. */
  async teardown(context: ProcessorContext): Promise<void> {
    const partial = this.#partial;
    if (this.#pipe === undefined) return partial?.discard();
    void this.#writer?.abort().catch(() => {});
    await this.#pipe.stop();
    if (partial!.file.statSync().size === 0) return partial!.discard();
    context.log.warn(partial!.describeBreak("what ffmpeg has written is"), { path: partial!.path });
    partial!.release();
  }

  get #muxer(): string {
    return this.format === "" ? muxerOf(this.path) ?? "" : this.format;
  }

  #inputs(): StreamInput<VideoFrame | AudioFrame>[] {
    return [...this.video, ...this.audio] as StreamInput<VideoFrame | AudioFrame>[];
  }

  /** Begins once the first frame of each stream is there, or has been waited for. */
  #canBegin(context: ProcessorContext): boolean {
    const open = this.#inputs().filter((each) => each.connected && !each.ended);
    const known = open.filter((each) => each.peek() !== undefined);
    if (known.length === 0) return false;
    if (known.length < open.length) {
      if (context.mode === "offline") return false;
      const nowNs = context.nowNs();
      if (this.#seenNs < 0) this.#seenNs = nowNs;
      if (nowNs - this.#seenNs < START_WAIT_NS) {
        context.waitUntilNs(this.#seenNs + START_WAIT_NS);
        return false;
      }
    }
    this.#begin(context);
    return true;
  }

  #begin(context: ProcessorContext): void {
    const frames = this.#inputs().flatMap((input) => {
      const frame = input.peek();
      return frame === undefined ? [] : [{ input, frame }];
    });
    const left = this.#inputs().filter((input) => !frames.some((each) => each.input === input));
    const { path, partialPath } = this.#partial!;
    for (const { name } of left) {
      context.log.warn(`"${name}" is left out of ${JSON.stringify(path)}: nothing has come of it`);
    }
    this.#originNs = Math.min(...frames.map(({ frame }) => frame.ptsNs));
    this.#streams = frames.map(({ input, frame }) => ({
      input,
      format: frame.format as VideoFormat | AudioFormat,
      block: frame.kind === "audio" ? new PcmBlock("f32", frame.channels, frame.sampleCount) : undefined,
    }));
    const earlierPath = this.#partial!.begin();
    if (earlierPath !== undefined) {
      const was = `${JSON.stringify(partialPath)} was left by a run that was broken off`;
      context.log.warn(`${was}, and is now ${JSON.stringify(earlierPath)}; keep it or remove it`, {
        path,
        earlierPath,
      });
    }
    // With -xerror it fails where it cannot write the end of the file; without, it says so and exits with 0.
    const command = ["ffmpeg", "-nostdin", "-hide_banner", "-v", "error", "-xerror", "-f", "matroska", "-i", "pipe:0"];
    const output = [...this.#streams.flatMap((_, k) => ["-map", `0:${k}`]), ...this.options, "-f", this.#muxer, "-y"];
    this.#pipe = new ChildPipe([...command, ...output, `file:${partialPath}`], "write", this.#nodeId, {
      lines: new LineLimit((line) => context.log.warn(line)),
      isApart: true,
    });
    this.#writer = this.#pipe.writable!.getWriter();
    // It finds the rate of pictures by their times.
    const head = writeHead(this.#streams.map(({ format }) => ({ format, range: this.range })));
    void this.#writer.write(head).catch(() => {});
  }

  async #writeQueued(): Promise<void> {
    for (const each of this.#inputs()) {
      if (this.#streams.some(({ input }) => input === each)) continue;
      for (let frame; (frame = each.read()) !== undefined;) frame.release();
    }
    for (let index; !this.#isOver && (index = this.#earliest()) >= 0;) {
      const stream = this.#streams[index];
      const frame = stream.input.read();
      if (frame === undefined) return;
      const timeNs = Math.max(0, frame.ptsNs - this.#originNs);
      const block = writeBlock(index + 1, timeNs, this.#bytesOf(frame, stream));
      this.#endNs = Math.max(this.#endNs, timeNs + frame.durationNs);
      frame.release();
      await this.#write(block);
    }
  }

  /** The stream whose next frame is the first in time; -1 if none is there. */
  #earliest(): number {
    let [found, foundNs] = [-1, Infinity];
    for (const [index, { input }] of this.#streams.entries()) {
      const ptsNs = input.peek()?.ptsNs ?? Infinity;
      if (ptsNs < foundNs) [found, foundNs] = [index, ptsNs];
    }
    return found;
  }

  /** @throws {SluiceError} `TypeMismatch` for a frame of another format than the first one */
  #bytesOf(frame: VideoFrame | AudioFrame, { input, format, block }: SinkStream): Uint8Array {
    const isSame = frame.kind === "video"
      ? format.kind === "video" && frame.width === format.width && frame.height === format.height &&
        frame.pixelFormat === format.pixelFormat && frame.pixelAspect === format.pixelAspect
      : format.kind === "audio" && frame.sampleRateHz === format.sampleRateHz && frame.channels === format.channels;
    if (!isSame) {
      const message = `Cannot go on writing "${this.#nodeId}.${input.name}": its format changed from ` +
        `${describeFormat(format)} to ${describeFormat(frame.format)}, and a file has one`;
      throw new SluiceError("TypeMismatch", message, { nodeId: this.#nodeId, port: input.name });
    }
    if (frame.kind === "video") {
      const bytes = new Uint8Array(packedBytes(frame));
      packPicture(frame, bytes);
      return bytes;
    }
    block!.reserve(frame.sampleCount);
    for (let channel = 0; channel < frame.channels; channel++) block!.encode(channel, frame.channel(channel));
    return block!.bytes(frame.sampleCount);
  }

  /** @throws {SluiceError} `NodeFailed` if ffmpeg has failed */
  async #write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    try {
      await this.#writer!.write(bytes);
    } catch {
      await this.#pipe!.ended();
      this.#isOver = true;
    }
  }
}
