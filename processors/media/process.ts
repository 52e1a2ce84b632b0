/**
 * The `process` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../core/frames/data_frame.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { Codec, PixelFormat } from "../../core/frames/format.ts";
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { ByteQueue } from "./byte_queue.ts";
import { ChildPipe } from "./child_pipe.ts";
import { LineLimit } from "./line_limit.ts";
import { MediaFault } from "./media_fault.ts";
import { ChildInput } from "./child_input.ts";
import { decodeAdvice, secondStream, undecodedSamples, unsizedPictures } from "./process_faults.ts";
import { cutSamples } from "./cut_samples.ts";
import { FrameBytes, type GivenFrame } from "./process_input.ts";
import { type FrameReader, PictureReader, PlainReader, SampleReader } from "./process_output.ts";

/** How long a tick rests that has nothing to do: while frames may come, and while only the program has to do. */
const [INPUT_REST_MS, PROGRAM_REST_MS] = [4, 50];
/** Frames that a tick makes at most. */
const MOST_TAKEN = 8;
/** The format of samples where nothing says it. */
const [USUAL_RATE_HZ, USUAL_CHANNELS] = [48_000, 2];
/** Each frame of these is decoded by itself, and without what the frame before it leaves. */
const SINGLE_CODECS: ReadonlySet<string> = new Set<Codec>(["jpeg", "flac"]);
/** The format of raw pictures where nothing says it; no size is usual. */
const [USUAL_PIXELS, USUAL_PICTURES_HZ] = ["rgba8", 30] as const;

/**
 * Passes a stream through another program.
 *
 * **Purpose.** Starts a program, writes what comes in to its standard input, and makes frames of what it writes to its
 * standard output. Either direction may be left out: a node without a link to its inputs is a source, one without a link
 * from its outputs a sink. The program is slowed down where the graph takes no more, and slows the graph down where it
 * takes no more itself; both directions go on by themselves, however much the program keeps. Its end of the stream
 * follows that of the input. Its standard error goes to the node's log, line by line; an exit code other than 0 is the
 * node's failure. It is ended with the graph. Deno needs the permission to run it (`--allow-run`).
 *
 * **Inputs.** One of `audioIn`, as interleaved samples; `videoIn`, as YUV4MPEG2 or raw; `encodedIn`, the bytes of each
 * frame; `dataIn`, values that are bytes.
 *
 * **Outputs.** One of `audioOut`: blocks of 1,024 samples, the last one shorter; `videoOut`; `dataOut`: bytes as they
 * come, up to 8,192 in a value. Times go on from that of the first frame that came in, by rates. A program that takes
 * `encodedIn` and gives `audioOut` decodes: `sampleRateHz` and `channels` must say what it writes. So must `width` and
 * `height` of raw pictures where none come in. Bytes that begin as another format does, such as YUV4MPEG2 or WAV, are
 * refused as samples.
 *
 * **Config.** `command`, `audioFormat`, `sampleRateHz`, `channels`, `videoFormat`, `range`, `pixelFormat`, `width`,
 * `height`, `frameRate`.
 *
 * **Example.**
 * ```json
 * { "telephone": { "type": "process", "config": {
 *   "command": ["sox", "-t", "raw", "-r", "48000", "-e", "signed", "-b", "16", "-c", "2", "-", "-t", "raw", "-", "sinc", "0.3k-3.4k"]
 * } } }
 * ```
 */
@processor({
  mode: "loop",
  tags: ["child", "program", "pipe", "stdin", "stdout", "ffmpeg", "sox", "raw", "y4m"],
  portsFrom: "./process_ports.ts",
})
export class Process {
  /** Samples. */
  @input({ optional: true })
  audioIn!: StreamInput<AudioFrame>;
  /** Pictures. */
  @input({ optional: true })
  videoIn!: StreamInput<VideoFrame>;
  /** Encoded frames. */
  @input({ optional: true })
  encodedIn!: StreamInput<EncodedFrame>;
  /** Bytes. */
  @input({ optional: true })
  dataIn!: StreamInput<DataFrame<Uint8Array>>;
  /** Samples. */
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** Pictures. */
  @output()
  videoOut!: StreamOutput<VideoFrame>;
  /** Bytes. */
  @output()
  dataOut!: StreamOutput<DataFrame<Uint8Array>>;
  /**
   * The program and its arguments, each by itself: no shell reads them. An example: `["sh", "-c", "tee copy.raw"]`.
   * @minItems 1
   * @maxItems 256
   * @reaches command
   */
  @config()
  command!: string[];
  /** Samples on both sides, in little-endian order; integers clamp at full scale. */
  @config()
  audioFormat: "s16" | "s24" | "s32" | "f32" = "s16";
  /** For samples of `audioOut`; by default those of `audioIn`, else 48000. @integer @minimum 1 @maximum 768000 @unit Hz */
  @config()
  sampleRateHz?: number;
  /** For samples of `audioOut`; by default those of `audioIn`, else 2. @integer @minimum 1 @maximum 8 */
  @config()
  channels?: number;
  /** Pictures on both sides: YUV4MPEG2 with pictures of `i420`, or their rows alone. */
  @config()
  videoFormat: "y4m" | "raw" = "y4m";
  /**
   * For YUV4MPEG2: which levels the pictures of the graph have, on both sides: luma from 16 to 235, or from 0 to 255. The
   * program is told, and what it says to be of another range is converted.
   */
  @config()
  range: "limited" | "full" = "limited";
  /** For raw pictures of `videoOut`; by default those of `videoIn`, else `rgba8`. */
  @config()
  pixelFormat?: PixelFormat;
  /** For raw pictures of `videoOut`; by default those of `videoIn`, else required. @integer @minimum 1 @maximum 32768 @unit pixels */
  @config()
  width?: number;
  /** For raw pictures of `videoOut`; by default those of `videoIn`, else required. @integer @minimum 1 @maximum 32768 @unit pixels */
  @config()
  height?: number;
  /**
   * Of pictures that come out: of raw ones by default that of those that come in, else 30; of YUV4MPEG2 where its first
   * line tells none, by default 25.
   * @exclusiveMinimum 0
   * @maximum 1000
   * @unit Hz
   */
  @config()
  frameRate?: number;

  #nodeId = "";
  /** Whether it was told that the program is given frames of which nothing is to be shown. */
  #hasToldUnshown = false;
  #warn: (message: string) => void = () => {};
  #info: (message: string) => void = () => {};
  #pipe: ChildPipe | undefined;
  #from: StreamInput<GivenFrame> | undefined;
  #frameBytes: FrameBytes | undefined;
  #stdin: ChildInput | undefined;
  #to: StreamOutput<AudioFrame> | StreamOutput<VideoFrame> | StreamOutput<DataFrame<Uint8Array>> | undefined;
  #stdout: ByteQueue | undefined;
  #reader: FrameReader | undefined;
  /** The time of the first frame that came in. */
  #startNs = 0;
  /** How the program has ended. */
  #outcome: { readonly error?: unknown } | undefined;
  #ended: Promise<void> | undefined;

  /** Starts the program. */
  setup({ nodeId, log }: ProcessorContext): void {
    this.#nodeId = nodeId;
    this.#warn = (message) => log.warn(message);
    this.#info = (message) => log.info(message);
    this.#from = this.#only([this.audioIn, this.videoIn, this.encodedIn, this.dataIn]) as
      | StreamInput<GivenFrame>
      | undefined;
    this.#to = this.#only<typeof this.audioOut | typeof this.videoOut | typeof this.dataOut>([
      this.audioOut,
      this.videoOut,
      this.dataOut,
    ]);
    this.#assertReadable();
    const direction = this.#from === undefined
      ? this.#to === undefined ? "none" : "read"
      : this.#to === undefined
      ? "write"
      : "io";
    const pipe = this.#pipe = new ChildPipe(this.command, direction, nodeId, {
      lines: new LineLimit((line) => log.info(line)),
    });
    this.#ended = pipe.ended().then(() => void (this.#outcome = {}), (error) => void (this.#outcome = { error }));
    if (pipe.writable !== undefined) {
      this.#frameBytes = new FrameBytes(this);
      this.#stdin = new ChildInput(pipe.writable);
    }
    if (pipe.readable === undefined) return;
    this.#stdout = new ByteQueue(pipe.readable);
    if (!this.#follows()) this.#reader = this.#makeReader();
  }

  /** Gives the program what has come, and takes what it has made. */
  async process(context: ProcessorContext): Promise<void> {
    if (this.#outcome?.error !== undefined) throw this.#outcome.error;
    const gave = this.#give();
    const took = await this.#take();
    if (this.#isOver()) {
      this.#tellRest();
      if (this.#from !== undefined) context.log.info("the program has ended before its input");
      return context.finish();
    }
    if (gave || took) return;
    await this.#rest(this.#from !== undefined && this.#stdin!.hasRoom ? INPUT_REST_MS : PROGRAM_REST_MS);
    // It has rested already; the runtime counts ticks that do nothing and ask for no time.
    context.waitUntilNs(context.nowNs());
  }

  /** Tells the program that this was all, and takes the rest of what it makes. @returns whether there may be more */
  async flush(): Promise<boolean> {
    // A source was told to end.
    if (this.#from === undefined || this.#outcome?.error !== undefined) return this.#failOr(false);
    this.#stdin!.end();
    const took = await this.#take();
    if (this.#isOver()) {
      this.#tellRest();
      return this.#failOr(false);
    }
    if (!took) await this.#rest(PROGRAM_REST_MS);
    return true;
  }

  /** Ends the program. */
  async teardown(): Promise<void> {
    // One that reads nothing keeps a write waiting until it has ended.
    void this.#stdin?.abort();
    await Promise.all([this.#pipe?.stop(), this.#stdout?.cancel()]);
  }

  #give(): boolean {
    const stdin = this.#stdin;
    if (stdin === undefined) return false;
    let gave = false;
    let frame;
    while (stdin.hasRoom && (frame = this.#from!.read()) !== undefined) {
      gave = true;
      if (frame.kind === "encoded" && frame.decodeOnly && !this.#passesUnshown(frame)) {
        frame.release();
        continue;
      }
      if (this.#reader === undefined && this.#stdout !== undefined) this.#begin(frame);
      for (const bytes of this.#checked(() => this.#frameBytes!.of(frame!))) stdin.write(bytes);
      frame.release();
    }
    return gave;
  }

  /** Whether a program is given a frame of which nothing is shown or heard: where others need it, which is told once. */
  #passesUnshown({ codec }: EncodedFrame): boolean {
    if (SINGLE_CODECS.has(codec)) return false;
    if (!this.#hasToldUnshown) {
      this.#hasToldUnshown = true;
      this.#warn(
        `frames of ${codec} come that are only decoded for those behind them, which their bytes do not tell: what the ` +
          "program makes of them is shown and heard too; decode before it, or cut the film at a key frame",
      );
    }
    return true;
  }

  #begin(frame: GivenFrame): void {
    this.#startNs = frame.ptsNs;
    this.#reader = this.#makeReader(frame);
  }

  async #take(): Promise<boolean> {
    if (this.#stdout === undefined || this.#reader === undefined) return false;
    let taken = 0;
    try {
      while (taken < MOST_TAKEN && await this.#reader.write(this.#stdout, this.#startNs)) taken++;
      return taken > 0;
    } catch (error) {
      throw this.#explain(error, this.#mend());
    }
  }

  /** What to do where its program writes something else than is read of it. */
  #mend(): string {
    if (this.#from === this.encodedIn) {
      return `; where the program does not decode what comes in, ${decodeAdvice(this.#nodeId, this.encodedIn.format)}`;
    }
    if (this.#to !== this.audioOut) return "";
    return `; let the program write ${this.audioFormat} samples alone, as ffmpeg does by -f ${this.audioFormat}le, ` +
      `or link "${this.#nodeId}.videoOut" for pictures, ` +
      `"${this.#nodeId}.dataOut" for bytes`;
  }

  /** Whether the program has ended, and everything that it has made was taken. */
  #isOver(): boolean {
    const { length = 0, ended = true } = this.#stdout ?? {};
    // What is left of a block that was never begun is nothing.
    return this.#outcome !== undefined && ended && (length === 0 || this.#reader === undefined || this.#isRest(length));
  }

  /** Whether so many bytes make no frame: a part of a sample. */
  #isRest(length: number): boolean {
    return length < (this.#reader?.leastBytes ?? 0);
  }

  /** Tells of bytes at the end that make no frame. */
  #tellRest(): void {
    const { length = 0 } = this.#stdout ?? {};
    const { leastBytes } = this.#reader ?? {};
    if (length > 0 && leastBytes !== undefined) this.#warn(cutSamples(length, leastBytes));
  }

  /** Waits until something has changed, or for a time. */
  async #rest(restMs: number): Promise<void> {
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, restMs);
    const changes = [over, this.#stdin?.changed, this.#stdout?.ended === false ? this.#stdout.changed : undefined];
    if (this.#outcome === undefined) changes.push(this.#ended);
    await Promise.race(changes.filter((each) => each !== undefined));
    clearTimeout(timer);
  }

  /** Whether what comes out may have the format of what comes in, so that this has to come first. */
  #follows(): boolean {
    if (this.#to === this.audioOut) return this.#from === this.audioIn;
    return this.#to === this.videoOut && this.videoFormat === "raw" && this.#from === this.videoIn;
  }

  /** @param given the first frame that has come in */
  #makeReader(given?: GivenFrame): FrameReader {
    if (this.#to === this.audioOut) {
      const { sampleRateHz, channels } = given?.kind === "audio" ? given : {};
      const rateHz = this.sampleRateHz ?? sampleRateHz ?? USUAL_RATE_HZ;
      return new SampleReader(this.audioOut, this.audioFormat, rateHz, this.channels ?? channels ?? USUAL_CHANNELS);
    }
    if (this.#to === this.dataOut) return new PlainReader(this.dataOut);
    const { frameRate, range } = this;
    const stream = { frameRate, range, warn: this.#warn, info: this.#info };
    if (this.videoFormat === "y4m") return new PictureReader(this.videoOut, stream);
    const picture = given?.kind === "video" ? given : undefined;
    const isSameSize = this.width === undefined && this.height === undefined;
    return new PictureReader(this.videoOut, stream, {
      pixelFormat: this.pixelFormat ?? picture?.pixelFormat ?? USUAL_PIXELS,
      width: (this.width ?? picture?.width)!,
      height: (this.height ?? picture?.height)!,
      frameRate: this.frameRate ?? rateOf(picture) ?? USUAL_PICTURES_HZ,
      pixelAspect: isSameSize ? picture?.pixelAspect : undefined,
    });
  }

  /** The port that has a link. @throws {SluiceError} `InvalidGraph` if more than one have */
  #only<P extends { readonly name: string; readonly connected: boolean }>(ports: readonly P[]): P | undefined {
    const [first, second] = ports.filter(({ connected }) => connected);
    if (second === undefined) return first;
    throw secondStream(this.#nodeId, first.name, second.name);
  }

  /** @throws {SluiceError} `InvalidGraph` for what would come out as noise */
  #assertReadable(): void {
    const isTold = this.sampleRateHz !== undefined && this.channels !== undefined;
    if (this.encodedIn.connected && this.audioOut.connected && !isTold) {
      throw undecodedSamples(this.#nodeId, this.encodedIn.format);
    }
    const isSized = this.videoFormat === "y4m" || this.videoIn.connected ||
      (this.width !== undefined && this.height !== undefined);
    if (this.videoOut.connected && !isSized) throw unsizedPictures(this.#nodeId);
  }

  #checked<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw this.#explain(error);
    }
  }

  #explain(error: unknown, mend = ""): unknown {
    // What a stop or the runtime throws is its own.
    if (!(error instanceof Error) || (error.constructor !== Error && !(error instanceof MediaFault))) return error;
    const message = `Cannot go on in "${this.#nodeId}", between the graph and "${
      this.command[0]
    }": ${error.message}${mend}`;
    return new SluiceError("InvalidMedia", message, { nodeId: this.#nodeId, cause: error });
  }

  #failOr<T>(result: T): T {
    if (this.#outcome?.error !== undefined) throw this.#outcome.error;
    return result;
  }
}

/** Pictures a second, as far as a picture tells. */
function rateOf(picture?: VideoFrame): number | undefined {
  return picture !== undefined && picture.durationNs > 0 ? 1e9 / picture.durationNs : undefined;
}
