/**
 * The `pipe-sink` processor.
 *
 * @module
 */
import { config, input, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import { describeFormat } from "../../core/frames/format.ts";
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { PcmBlock } from "../file/pcm.ts";
import { isReaderGone } from "../../core/log.ts";
import { assertNoTerminal, READER_GONE } from "../file/standard_output.ts";
import { ChildPipe } from "./child_pipe.ts";
import { assertNoCommand, type PipeEnd, WrittenFilePipe } from "./file_pipe.ts";
import { packedBytes, packPicture } from "./packed_pictures.ts";
import { type PictureSize, scaleAdvice } from "./scale_advice.ts";
import { writeY4mHeader, Y4M_FRAME } from "./y4m.ts";

/**
 * Writes pictures or samples to a pipe, another program or a file.
 *
 * **Purpose.** Starts a program and writes to its standard input, or records a file, or writes to the standard output of
 * this one where neither is named: pictures as YUV4MPEG2, or interleaved samples. So everything that ffmpeg writes can be
 * had. Its end
 * of the stream follows that of the input, and the run ends when the program has. A program that has had enough, and ends
 * without a fault, ends the node and with it what nobody else reads. Times are not handed on: pictures are taken to
 * follow each other at their rate.
 *
 * **Inputs.** `video` with format `y4m`: pictures of pixel format `i420`. `audio` with the others. The format may not
 * change within a stream.
 *
 * **Outputs.** None.
 *
 * **Config.** `command`, `path`, `format`, `range`.
 *
 * **Example.**
 * ```json
 * { "film": { "type": "pipe-sink", "config": { "command": ["ffmpeg", "-v", "error", "-i", "-", "-y", "film.avi"] } } }
 * ```
 */
@processor({
  stdout: { command: [], path: "" },
  tags: ["process", "stdout", "ffmpeg", "y4m", "raw", "video", "audio", "write"],
})
export class PipeSink {
  /** Pictures. */
  @input({ optional: true, accepts: { pixelFormat: "i420" } })
  video!: StreamInput<VideoFrame>;
  /** Samples. */
  @input({ optional: true })
  audio!: StreamInput<AudioFrame>;
  /**
   * The program and its arguments, each by itself: no shell reads them. An example:
   * `["ffmpeg", "-v", "error", "-i", "-", "-y", "a.mp4"]`. Without it and `path`, the standard output.
   * @maxItems 256
   * @reaches command
   */
  @config()
  command: string[] = [];
  /** A file to record in place of a program's input; it is `NAME.partial` until it is complete. @reaches path */
  @config()
  path = "";
  /** The form of the output: pictures, or samples in little-endian order, of which integers clamp at full scale. */
  @config()
  format: "y4m" | "s16" | "s24" | "s32" | "f32" = "y4m";
  /** For pictures: which levels they have, which the program is told: luma from 16 to 235, or from 0 to 255. */
  @config()
  range: "limited" | "full" = "limited";

  #nodeId = "";
  #pipe: PipeEnd | undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> | undefined;
  #stream = "";
  /** That of the pictures. */
  #size: PictureSize | undefined;
  #block: PcmBlock | undefined;
  #isOver = false;
  /** The time of the first frame, and how much media has come since. */
  #startNs: number | undefined;
  #doneNs = 0;

  /** Starts the program. */
  setup(context: ProcessorContext): void {
    const { nodeId } = context;
    this.#nodeId = nodeId;
    const { format } = this;
    const [wanted, other] = format === "y4m" ? [this.video, this.audio] : [this.audio, this.video];
    if (!wanted.connected || other.connected) {
      throw new SluiceError(
        "InvalidGraph",
        `Cannot start "${nodeId}": with format "${format}" it takes "${nodeId}.${wanted.name}" and nothing else; ` +
          "link that, or choose another format",
        { nodeId, port: wanted.name },
      );
    }
    if (this.path !== "") assertNoCommand(this, nodeId);
    else if (this.#isStdout) assertNoTerminal({ nodeId });
    this.#pipe = this.path === ""
      ? new ChildPipe(this.command, "write", nodeId)
      : new WrittenFilePipe(this.path, context);
    this.#writer = this.#pipe.writable!.getWriter();
  }

  /** Writes what has come, and ends with a program that has had enough. */
  async process(context: ProcessorContext): Promise<void> {
    let frame;
    while ((frame = this.video.read() ?? this.audio.read()) !== undefined) {
      this.#startNs ??= frame.ptsNs;
      context.progress(this.#doneNs = frame.ptsNs + frame.durationNs - this.#startNs);
      const takes = await this.#begin(frame) &&
        await this.#write(frame.kind === "video" ? pictureBytes(frame) : this.#interleave(frame));
      frame.release();
      if (takes) continue;
      if (this.#isStdout) context.report({ [READER_GONE]: 1 });
      else context.log.info("the program has ended before its input");
      return context.finish();
    }
  }

  /** Tells the program that this was all, and waits for its end. */
  async flush(context: ProcessorContext): Promise<void> {
    context.progress(this.#doneNs, this.#doneNs);
    this.#isOver = true;
    if (this.#isStdout) this.#writer!.releaseLock();
    else await this.#writer!.close().catch(() => {});
    await this.#pipe!.ended();
  }

  /** Ends the program if it has not ended by itself. */
  async teardown(): Promise<void> {
    // One that reads nothing keeps a write waiting until it has ended.
    if (!this.#isOver) void this.#writer?.abort().catch(() => {});
    await this.#pipe?.stop();
  }

  get #isStdout(): boolean {
    return this.command.length === 0 && this.path === "";
  }

  /** @returns as `#write()` */
  async #begin(frame: VideoFrame | AudioFrame): Promise<boolean> {
    const { format } = frame;
    const { frameRate: _, ...shape } = format as { frameRate?: number } & typeof format;
    const stream = describeFormat(shape as typeof format);
    if (stream === this.#stream) return true;
    if (this.#stream !== "") {
      throw new SluiceError(
        "TypeMismatch",
        `Cannot go on in "${this.#nodeId}": its input changed from ${this.#stream} to ${stream}, and a pipe has one ` +
          `format${this.#size === undefined ? "" : `; ${scaleAdvice(this.#size, "before it")}`}`,
        { nodeId: this.#nodeId },
      );
    }
    this.#stream = stream;
    if (frame.kind === "audio") return true;
    const { width, height, pixelAspect, durationNs } = frame;
    this.#size = { width, height };
    const frameRate = durationNs > 0 ? Math.round(1e12 / durationNs) / 1000 : undefined;
    const header = writeY4mHeader({ width, height, frameRate, pixelAspect, range: this.range });
    return await this.#write(new TextEncoder().encode(header));
  }

  #interleave(frame: AudioFrame): Uint8Array<ArrayBuffer> {
    const { channels, sampleCount } = frame;
    const format = this.format as "s16";
    const block = this.#block ??= new PcmBlock(format, channels, sampleCount);
    block.reserve(sampleCount);
    for (let channel = 0; channel < channels; channel++) block.encode(channel, frame.channel(channel));
    return block.bytes(sampleCount).slice();
  }

  /**
   * @returns whether the program takes more; not where it has ended without a fault
   * @throws {SluiceError} `NodeFailed` if it has failed, or the system refuses
   */
  async #write(bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
    try {
      await this.#writer!.write(bytes);
      return true;
    } catch (cause) {
      await this.#pipe!.ended();
      if (!this.#isStdout || isReaderGone(cause)) return false;
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `Cannot write to standard output from "${this.#nodeId}": ${reason}`;
      throw new SluiceError("NodeFailed", message, { nodeId: this.#nodeId, cause });
    }
  }
}

/** A picture as YUV4MPEG2 has it: its line, and the planes without gaps. */
export function pictureBytes(frame: VideoFrame): Uint8Array<ArrayBuffer> {
  const line = new TextEncoder().encode(`${Y4M_FRAME}\n`);
  const bytes = new Uint8Array(line.length + packedBytes(frame));
  bytes.set(line);
  packPicture(frame, bytes, line.length);
  return bytes;
}
