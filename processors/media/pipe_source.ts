/**
 * The `pipe-source` processor.
 *
 * @module
 */
import { config, output, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import { planesOf, type VideoFrame } from "../../core/frames/video_frame.ts";
import type { StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { samplesToNs } from "../audio/sample_time.ts";
import { PcmBlock } from "../file/pcm.ts";
import { changeRange } from "./colour_range.ts";
import { cutSamples } from "./cut_samples.ts";
import { ChildPipe } from "./child_pipe.ts";
import { assertNoCommand, type PipeEnd, readFilePipe } from "./file_pipe.ts";
import { assertSamples } from "./sample_magic.ts";
import { StreamBytes } from "./stream_bytes.ts";
import { Y4M_FRAME, Y4M_LINE_BYTES } from "./y4m.ts";
import { readY4mStream, type Y4mStream } from "./y4m_shape.ts";

/**
 * Reads pictures or samples from a pipe, another program or a file.
 *
 * **Purpose.** Starts a program and reads what it writes to its standard output, or reads a file or a named pipe, or the
 * standard input of this one where neither is named: pictures as YUV4MPEG2, or interleaved samples. So everything that
 * ffmpeg reads can be had.
 * The program is slowed down where the graph takes no more. It is ended with the graph; what it says last is shown if it
 * fails. Pictures that are cut off play up to the last whole one, which the log tells.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `video` with format `y4m`: pictures of pixel format `i420`. `audio` with the others: blocks of 1,024
 * samples, the last one shorter; bytes that begin as another format does, such as YUV4MPEG2 or WAV, are refused.
 *
 * **Figures.** Of pictures that are cut off: `lostBytes`, how much of the last one is left out, and `lostParts`, 1.
 *
 * **Config.** `command`, `path`, `format`, `sampleRateHz`, `channels`, `frameRate`, `range`.
 *
 * **Example.**
 * ```json
 * { "film": { "type": "pipe-source", "config": {
 *   "command": ["ffmpeg", "-v", "error", "-i", "film.avi", "-f", "yuv4mpegpipe", "-pix_fmt", "yuv420p", "-"]
 * } } }
 * ```
 */
@processor({
  mode: "loop",
  tags: ["process", "stdin", "ffmpeg", "y4m", "raw", "video", "audio", "read"],
  portsFrom: "./pipe_source_ports.ts",
})
export class PipeSource {
  /** Pictures. */
  @output()
  video!: StreamOutput<VideoFrame>;
  /** Samples. */
  @output()
  audio!: StreamOutput<AudioFrame>;
  /**
   * The program and its arguments, each by itself: no shell reads them. An example:
   * `["ffmpeg", "-v", "error", "-i", "a.mp4", "-f", "yuv4mpegpipe", "-"]`. Without it and `path`, the standard input.
   * @maxItems 256
   * @reaches command
   */
  @config()
  command: string[] = [];
  /** A file or a named pipe to read in place of a program's output. @reaches path */
  @config()
  path = "";
  /** The form of the input: pictures, or samples in little-endian order. */
  @config()
  format: "y4m" | "s16" | "s24" | "s32" | "f32" = "y4m";
  /** For samples: how many a second in each channel. @integer @minimum 1 @maximum 768000 @unit Hz */
  @config()
  sampleRateHz = 48000;
  /** For samples: number of channels. @integer @minimum 1 @maximum 8 */
  @config()
  channels = 2;
  /** For pictures whose stream tells no rate: how many a second; by default 25. @exclusiveMinimum 0 @maximum 1000 @unit Hz */
  @config()
  frameRate?: number;
  /**
   * For pictures: which levels come out: luma from 16 to 235, or from 0 to 255. A stream that tells another range is
   * converted.
   */
  @config()
  range: "limited" | "full" = "limited";

  #nodeId = "";
  #pipe: PipeEnd | undefined;
  #bytes: StreamBytes | undefined;
  #stream: Y4mStream | undefined;
  #block: PcmBlock | undefined;
  /** Pictures, or samples of each channel, that have come. */
  #count = 0;
  #isOver = false;

  /** Starts the program, and reads what it says of its pictures. */
  async setup({ nodeId, log }: ProcessorContext): Promise<void> {
    this.#nodeId = nodeId;
    this.#assertLinks();
    if (this.path !== "") assertNoCommand(this, nodeId);
    this.#pipe = this.path === "" ? new ChildPipe(this.command, "read", nodeId) : await readFilePipe(this.path);
    this.#bytes = new StreamBytes(this.#pipe.readable!);
    if (this.format !== "y4m") {
      const { sampleRateHz, channels } = this;
      this.#block = new PcmBlock(this.format, channels, 1024);
      return this.audio.announce({ kind: "audio", sampleRateHz, channels });
    }
    const line = await this.#read(() => this.#bytes!.line(Y4M_LINE_BYTES));
    if (line === undefined) return await this.#refuseNothing();
    const { frameRate, range } = this;
    const [warn, info] = [(message: string) => log.warn(message), (message: string) => log.info(message)];
    this.#stream = await this.#read(() => readY4mStream(line, { frameRate, range, warn, info }));
    this.video.announce({ kind: "video", ...this.#stream.shape });
  }

  /** Writes one picture or block. */
  async process(context: ProcessorContext): Promise<void> {
    const isMore = this.#stream === undefined
      ? await this.#writeBlock(context)
      : await this.#writePicture(this.#stream, context);
    if (isMore) return;
    this.#isOver = true;
    await this.#pipe!.ended();
    context.finish();
  }

  /** Ends the program. */
  async teardown(): Promise<void> {
    await Promise.all([this.#pipe?.stop(), this.#isOver ? undefined : this.#bytes?.cancel()]);
  }

  async #writePicture({ shape, toRange }: Y4mStream, context: ProcessorContext): Promise<boolean> {
    const line = await this.#read(() => this.#bytes!.line(Y4M_LINE_BYTES));
    if (line === undefined) return this.#tellCut(this.#bytes!.cutBytes, context);
    if (line.split(" ", 1)[0] !== Y4M_FRAME) {
      throw this.#faulty(
        `picture ${this.#count} begins with ${JSON.stringify(line.slice(0, 20))}, wanted "${Y4M_FRAME}"`,
      );
    }
    const { width, height, frameRate } = shape;
    const frame = await this.video.acquire(shape);
    let there = line.length + 1;
    for (const [index, { stride, rows }] of planesOf("i420", width, height).entries()) {
      const plane = frame.plane(index);
      const rowBytes = index === 0 ? width : Math.ceil(width / 2);
      for (let row = 0; row < rows; row++) {
        const levels = plane.subarray(row * stride, row * stride + rowBytes);
        const got = await this.#bytes!.fill(levels);
        there += got;
        if (got < rowBytes) {
          frame.release();
          return this.#tellCut(there, context);
        }
        if (toRange !== undefined) changeRange(levels, index === 0 ? "luma" : "chroma", toRange);
      }
    }
    frame.ptsNs = Math.round(this.#count * 1e9 / frameRate);
    this.#count++;
    this.video.write(frame);
    return true;
  }

  /**
   * Says that the stream ends within a picture, if any bytes of it came.
   *
   * @throws {SluiceError} `InvalidMedia` if no picture came before
   */
  #tellCut(bytes: number, context: ProcessorContext): false {
    if (bytes === 0) return false;
    if (this.#count === 0) throw this.#faulty("picture 0 is cut off");
    const [whole, left] = [this.#count, bytes].map((count) => count.toLocaleString("en"));
    const played = this.#count === 1 ? "1 whole one is" : `${whole} whole ones are`;
    context.log.warn(
      `the pictures of ${this.#from} are cut off: ${played} played, ${left} bytes of another are left out`,
    );
    context.report({ lostParts: 1, lostBytes: bytes });
    return false;
  }

  async #writeBlock(context: ProcessorContext): Promise<boolean> {
    const { sampleRateHz, channels } = this;
    const block = this.#block!;
    const got = await this.#read(() => this.#bytes!.fill(block.bytes(1024)));
    const sampleCount = Math.floor(got / block.bytesPerFrame);
    if (sampleCount > 0) {
      if (this.#count === 0) await this.#read(() => assertSamples(block.bytes(1024).subarray(0, got)));
      const frame = await this.audio.acquire({ sampleRateHz, channels, sampleCount });
      for (let channel = 0; channel < channels; channel++) block.decode(channel, frame.channel(channel), sampleCount);
      frame.ptsNs = samplesToNs(this.#count, sampleRateHz);
      this.#count += sampleCount;
      this.audio.write(frame);
      context.progress(samplesToNs(this.#count, sampleRateHz));
    }
    const rest = got % block.bytesPerFrame;
    if (rest > 0) context.log.warn(cutSamples(rest, block.bytesPerFrame));
    return sampleCount === 1024;
  }

  /** @throws {SluiceError} `InvalidGraph` for a link from the output that its format leaves out */
  #assertLinks(): void {
    const [given, other] = this.format === "y4m" ? [this.video, this.audio] : [this.audio, this.video];
    if (!other.connected || given.connected) return;
    const [nodeId, { format }] = [this.#nodeId, this];
    const message = `Cannot start "${nodeId}": with format "${format}" it gives "${nodeId}.${given.name}", and ` +
      `"${nodeId}.${other.name}" has a link; link the one that it gives, or choose another format`;
    throw new SluiceError("InvalidGraph", message, { nodeId, port: other.name });
  }

  async #read<T>(reading: () => T | Promise<T>): Promise<T> {
    try {
      return await reading();
    } catch (error) {
      throw this.#faulty(error instanceof Error ? error.message : String(error));
    }
  }

  async #refuseNothing(): Promise<void> {
    await this.#pipe!.ended();
    throw this.#faulty(`it ends ${this.#bytes!.cutBytes > 0 ? "within" : "before"} its first line`);
  }

  /** What is at the other end, for messages. */
  get #from(): string {
    return this.path !== ""
      ? JSON.stringify(this.path)
      : this.command.length === 0
      ? "the standard input"
      : JSON.stringify(this.command[0]);
  }

  #faulty(reason: string): SluiceError {
    const [hand, end] = this.path === "" ? ["let it write", "-"] : ["it must hold", "FILE"];
    const [what, mend] = this.format === "y4m"
      ? ["pictures", `${hand} 8-bit 4:2:0 pictures: ffmpeg … -f yuv4mpegpipe -pix_fmt yuv420p ${end}`]
      : ["samples", `${hand} samples alone: ffmpeg … -f ${this.format}le ${end}, or set format to what is there`];
    return new SluiceError(
      "InvalidMedia",
      `Cannot read ${what} of ${this.#from} in "${this.#nodeId}": ${reason}; ${mend}`,
      {
        nodeId: this.#nodeId,
      },
    );
  }
}
