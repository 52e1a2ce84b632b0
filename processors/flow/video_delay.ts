/**
 * The `video-delay` processor.
 *
 * @module
 */
import { config, processor } from "../../core/annotations.ts";
import type { PixelFormat } from "../../core/frames/format.ts";
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import { Delay } from "./delay.ts";

/** Chroma of a picture without colour. */
const NEUTRAL_CHROMA = 128;
/** Luma of black in the limited range of ITU-R BT.709. */
const BLACK_LUMA = 16;
const OPAQUE = 255;
const RGBA_BYTES = 4;
const ALPHA = 3;

/**
 * Delays pictures, and makes a loop of links legal.
 *
 * **Purpose.** A picture leaves when `delayFrames` newer ones have come and, in a live graph, when it has been in the
 * graph for `delayMs`; until then it waits on the link before. Its time moves by both: by `delayMs`, and by
 * `delayFrames` times its duration. With `prime` the output begins with `delayFrames` black pictures instead, and
 * pictures wait for no newer ones: a node of a loop that waits for all its inputs can then begin.
 *
 * **Inputs.** `frameIn`: any pictures. Its link holds more than `delayFrames` of them, unless `prime` is used.
 *
 * **Outputs.** `frameOut`: the same pictures, later.
 *
 * **Config.** `delayFrames`, `delayMs`, `prime`; `pixelFormat`, `width`, `height` and `frameRate` of the black
 * pictures.
 *
 * **Example.**
 * ```json
 * { "lipsync": { "type": "video-delay", "config": { "delayFrames": 2 } } }
 * ```
 */
@processor({ delays: true, tags: ["video", "delay", "feedback", "loop", "latency", "lip sync"] })
export class VideoDelay extends Delay<VideoFrame> {
  /** Begin with as many black pictures as the delay has frames. */
  @config()
  prime = false;
  /** How their pixels lie in memory. */
  @config()
  pixelFormat: PixelFormat = "rgba8";
  /** Their pixels in a row. @integer @minimum 1 @maximum 32768 @unit pixels */
  @config()
  width = 1920;
  /** Their rows. @integer @minimum 1 @maximum 32768 @unit pixels */
  @config()
  height = 1080;
  /** Pictures a second, which gives them their length. @exclusiveMinimum 0 @maximum 1000 @unit Hz */
  @config()
  frameRate = 30;

  protected override blankFrames(): number {
    return this.prime ? this.delayFrames : 0;
  }

  protected override acquireBlank(): VideoFrame | undefined {
    const { pixelFormat, width, height, frameRate } = this;
    const frame = this.frameOut.tryAcquire({ pixelFormat, width, height, frameRate });
    if (frame !== undefined) blacken(frame);
    return frame;
  }
}

function blacken(frame: VideoFrame): void {
  const [first, ...chroma] = frame.planes.map((_, at) => frame.plane(at));
  if (chroma.length > 0) {
    first.fill(BLACK_LUMA);
    for (const plane of chroma) plane.fill(NEUTRAL_CHROMA);
    return;
  }
  first.fill(0);
  for (let at = ALPHA; at < first.length; at += RGBA_BYTES) first[at] = OPAQUE;
}
