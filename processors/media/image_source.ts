/**
 * The `image-source` processor.
 *
 * @module
 */
import { config, output, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import type { StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { openError } from "../file/file_errors.ts";
import { imagePath, isSequence, numberAfter } from "./image_path.ts";
import { decodePng, isPng } from "./png.ts";

/** The largest file of a picture. */
const MOST_BYTES = 256 * 2 ** 20;

/** By how much a time may be off that was counted. */
const ROUNDING_NS = 1e3;

/**
 * Plays pictures from files.
 *
 * **Purpose.** Reads PNG files as pictures, or JPEG files as encoded ones, one after the other at a rate, until a number
 * is missing; the log says if there are later ones. In a live graph they come at the pace of the clock, offline as fast
 * as the graph takes them.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `video`: the pictures of PNG files, of pixel format `rgba8`. `jpeg`: those of JPEG files, encoded.
 *
 * **Config.** `path`, `start`, `frameRate`, `seconds`, `loop`.
 *
 * **Example.**
 * ```json
 * { "slides": { "type": "image-source", "config": { "path": "slides/%03d.png", "frameRate": 0.5 } } }
 * ```
 */
@processor({
  mode: "loop",
  tags: ["file", "video", "png", "jpeg", "picture", "still", "slides", "read"],
  portsFrom: "./image_source_ports.ts",
})
export class ImageSource {
  /** Pictures. */
  @output({ gives: { pixelFormat: "rgba8" } })
  video!: StreamOutput<VideoFrame>;
  /** Encoded pictures. */
  @output({ gives: { codec: "jpeg" } })
  jpeg!: StreamOutput<EncodedFrame>;
  /** The files: `%05d` stands for a number of five digits, `%d` for one of as many as it takes. @minLength 1 @reaches path */
  @config()
  path!: string;
  /** The number of the first file. @integer @minimum 0 */
  @config()
  start = 1;
  /** Pictures a second. @exclusiveMinimum 0 @maximum 1000 */
  @config()
  frameRate = 25;
  /** How long it plays at most; a single picture is shown for as long. By default to the end. @exclusiveMinimum 0 @unit s */
  @config()
  seconds?: number;
  /** Begins again after the last one; a single picture comes again and again. */
  @config({ live: true })
  loop = false;

  #nodeId = "";
  #isSequence = false;
  #number = 0;
  #count = 0;
  #startNs = -1;
  #hasToldEnd = false;

  /** Refuses a first file that there is not. */
  setup({ nodeId }: ProcessorContext): void {
    this.#nodeId = nodeId;
    this.#number = this.start;
    this.#isSequence = isSequence(this.path);
    try {
      Deno.statSync(this.#pathOf(this.start));
    } catch (error) {
      throw openError("read", this.#pathOf(this.start), error, { key: "path" });
    }
  }

  /** Writes one picture. */
  async process(context: ProcessorContext): Promise<void> {
    const dueNs = this.#count * 1e9 / this.frameRate;
    if (dueNs >= (this.seconds ?? Infinity) * 1e9 - ROUNDING_NS) return context.finish();
    if (context.mode === "live" && this.#isEarly(dueNs, context)) return;
    const path = this.#pathOf(this.#number);
    const bytes = await this.#read(path);
    if (bytes === undefined) {
      if (!this.#hasToldEnd) this.#tellGap(path, context);
      if (!this.loop || this.#number === this.start) return context.finish();
      this.#number = this.start;
      return;
    }
    const times = { ptsNs: Math.round(dueNs), durationNs: Math.round(1e9 / this.frameRate) };
    if (/\.jpe?g$/i.test(path)) await this.#writeJpeg(path, bytes, times);
    else await this.#writePng(path, bytes, times);
    this.#count++;
    context.progress(times.ptsNs + times.durationNs);
    if (this.#isSequence) this.#number++;
    else if (!this.loop && this.seconds === undefined) context.finish();
  }

  #pathOf(number: number): string {
    return this.#isSequence ? imagePath(this.path, number) : this.path;
  }

  /** A file's bytes; `undefined` if there is none. */
  async #read(path: string): Promise<Uint8Array | undefined> {
    try {
      const { size } = await Deno.stat(path);
      if (size > MOST_BYTES) throw this.#faulty(path, `it has ${size} bytes, wanted at most ${MOST_BYTES}`);
      if (size === 0) throw this.#faulty(path, "it is empty");
      return await Deno.readFile(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error instanceof SluiceError ? error : openError("read", path, error, { key: "path" });
    }
  }

  async #writeJpeg(path: string, bytes: Uint8Array, { ptsNs, durationNs }: Times): Promise<void> {
    // The marker SOI (ITU-T T.81, B.1.1.3).
    if (bytes[0] !== 0xff || bytes[1] !== 0xd8) {
      throw this.#faulty(path, isPng(bytes) ? "it is a PNG file, though its name says JPEG" : "it is no JPEG file");
    }
    const frame = await this.jpeg.acquire({ codec: "jpeg", maxBytes: bytes.length });
    frame.bytes.set(bytes);
    frame.ptsNs = frame.dtsNs = ptsNs;
    frame.durationNs = durationNs;
    this.jpeg.write(frame);
  }

  async #writePng(path: string, file: Uint8Array, { ptsNs, durationNs }: Times): Promise<void> {
    const { width, height, bytes } = this.#decode(path, file);
    const frame = await this.video.acquire({ pixelFormat: "rgba8", width, height, frameRate: this.frameRate });
    const [plane, stride] = [frame.plane(0), frame.stride(0)];
    for (let row = 0; row < height; row++) {
      plane.set(bytes.subarray(row * 4 * width, (row + 1) * 4 * width), row * stride);
    }
    frame.ptsNs = ptsNs;
    frame.durationNs = durationNs;
    this.video.write(frame);
  }

  /** Warns if the sequence goes on after a number that is missing. */
  #tellGap(path: string, { log }: ProcessorContext): void {
    this.#hasToldEnd = true;
    const number = numberAfter(this.path, this.#number);
    if (number === undefined) return;
    const next = imagePath(this.path, number);
    const files = [path, next].map((each) => JSON.stringify(each));
    log.warn(
      `${files[0]} is missing, and the stream ends before it, after ${this.#count} pictures: ${files[1]} and what ` +
        `follows is left out; number the files without gaps, or begin at another "start"`,
      { path, next },
    );
  }

  #decode(path: string, file: Uint8Array): ReturnType<typeof decodePng> {
    try {
      return decodePng(file);
    } catch (error) {
      throw this.#faulty(path, error instanceof Error ? error.message : String(error));
    }
  }

  #isEarly(dueNs: number, context: ProcessorContext): boolean {
    const nowNs = context.nowNs();
    if (this.#startNs < 0) this.#startNs = nowNs;
    if (nowNs >= this.#startNs + dueNs) return false;
    context.waitUntilNs(this.#startNs + dueNs);
    return true;
  }

  #faulty(path: string, reason: string): SluiceError {
    return new SluiceError(
      "InvalidMedia",
      `Cannot read ${JSON.stringify(path)}: ${reason}; wanted a PNG or JPEG file`,
      {
        nodeId: this.#nodeId,
      },
    );
  }
}

interface Times {
  readonly ptsNs: number;
  readonly durationNs: number;
}
