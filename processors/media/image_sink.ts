/**
 * The `image-sink` processor.
 *
 * @module
 */
import { basename, dirname } from "node:path";
import { config, input, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { openError } from "../file/file_errors.ts";
import { takePath } from "../file/take.ts";
import { imagePath, isNumbered, lastNumber } from "./image_path.ts";
import { encodePng } from "./png.ts";

/**
 * Writes each picture to a file.
 *
 * **Purpose.** Makes PNG files of pictures, without loss, or writes JPEG pictures as they are. Files are numbered, or
 * where the path has no place for a number each picture takes the place of the one before. A file appears under its name
 * when it is complete.
 *
 * **Inputs.** `video`: pictures of pixel format `rgba8`, for PNG. `jpeg`: encoded pictures. One of them.
 *
 * **Outputs.** None.
 *
 * **Config.** `path`, `start`, `compression`, `overwrite`.
 *
 * **Example.**
 * ```json
 * { "stills": { "type": "image-sink", "config": { "path": "out/still-%05d.png" } } }
 * ```
 */
@processor({
  records: true,
  tags: ["file", "video", "png", "jpeg", "picture", "still", "write"],
  portsFrom: "./image_sink_ports.ts",
})
export class ImageSink {
  /** Pictures. */
  @input({ optional: true, accepts: { pixelFormat: "rgba8" } })
  video!: StreamInput<VideoFrame>;
  /** Encoded pictures. */
  @input({ optional: true, accepts: { codec: "jpeg" } })
  jpeg!: StreamInput<EncodedFrame>;
  /**
   * The files: `%05d` stands for a number of five digits, `%d` for one of as many as it takes. The directory must exist.
   * @minLength 1
   * @reaches path
   */
  @config()
  path!: string;
  /** The number of the first file. @integer @minimum 0 */
  @config()
  start = 1;
  /** For PNG: from fast to small. @integer @minimum 0 @maximum 9 */
  @config()
  compression = 3;
  /** True: a second run of the process replaces the pictures of the first, instead of counting on behind them. */
  @config()
  overwrite = false;

  /** Where pictures go; empty before the first. */
  #path = "";
  #first = 0;
  #count = 0;
  /** The end of the last picture. */
  #doneNs = 0;
  #hasToldAspect = false;

  /** Refuses a directory that there is not. In a live graph a link may come later. */
  setup({ nodeId, mode }: ProcessorContext): void {
    const { connected } = this.video;
    if (connected === this.jpeg.connected && (connected || mode === "offline")) {
      throw new SluiceError(
        "InvalidGraph",
        `Cannot start "${nodeId}": it takes "${nodeId}.video" or "${nodeId}.jpeg"; link one of them`,
        { nodeId },
      );
    }
    try {
      if (!Deno.statSync(dirname(this.path)).isDirectory) throw new Deno.errors.NotADirectory();
    } catch (error) {
      throw openError("write", this.path, error, { key: "path" });
    }
  }

  /** Writes every queued picture. */
  async process(context: ProcessorContext): Promise<void> {
    let picture;
    while ((picture = this.video.read()) !== undefined) {
      const { width, height, ptsNs, durationNs } = picture;
      this.#tellAspect(picture, context);
      await this.#write(
        encodePng({ width, height, bytes: picture.plane(0) }, picture.stride(0), this.compression),
        context,
      );
      context.progress(this.#doneNs = ptsNs + durationNs);
      picture.release();
    }
    let encoded;
    while ((encoded = this.jpeg.read()) !== undefined) {
      await this.#write(encoded.bytes.slice(), context);
      context.progress(this.#doneNs = encoded.ptsNs + encoded.durationNs);
      encoded.release();
    }
  }

  /** Tells how far it came: reports in between may be left out. */
  flush(context: ProcessorContext): void {
    context.progress(this.#doneNs, this.#doneNs);
  }

  /** Tells once that what is written looks otherwise than what is shown. */
  #tellAspect({ pixelAspect }: VideoFrame, { log }: ProcessorContext): void {
    if (pixelAspect === undefined || this.#hasToldAspect) return;
    this.#hasToldAspect = true;
    log.warn(
      `pictures have pixels of ${pixelAspect}, which PNG files do not keep, so that they look distorted: put a "scale" ` +
        "with squarePixels=true before it",
    );
  }

  /** Chooses the first file, which takes the place of none that a run before this one has written. */
  #begin(context: ProcessorContext): void {
    this.#first = this.start;
    if (!isNumbered(this.path)) {
      this.#path = takePath(context, this);
      return;
    }
    this.#path = this.path;
    if (this.overwrite || !context.recorded.has(this.path)) return;
    this.#first = Math.max(this.start, lastNumber(this.path) + 1);
    const first = JSON.stringify(imagePath(this.path, this.#first));
    context.log.info(`the pictures of runs before this one stay: this one begins with ${first}`);
  }

  async #write(bytes: Uint8Array, context: ProcessorContext): Promise<void> {
    if (this.#path === "") this.#begin(context);
    const path = imagePath(this.#path, this.#first + this.#count);
    const partial = `${dirname(path)}/.${basename(path)}.partial`;
    try {
      await Deno.writeFile(partial, bytes);
      await Deno.rename(partial, path);
    } catch (cause) {
      // What there is of it is of no use, and nobody would look for a hidden file.
      await Deno.remove(partial).catch(() => {});
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new SluiceError("NodeFailed", `Cannot write ${JSON.stringify(path)}: ${reason}`, { cause });
    }
    // The numbered ones are known by their pattern.
    if (this.#count++ === 0) context.recorded.add(this.#path);
  }
}
