/**
 * The `encoded-delay` processor.
 *
 * @module
 */
import { processor } from "../../core/annotations.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import { Delay } from "./delay.ts";

/**
 * Delays encoded frames, and makes a loop of links legal.
 *
 * **Purpose.** Works as `video-delay` on both times, `ptsNs` and `dtsNs`, but without `prime`: no blank frame suits
 * every decoder.
 *
 * **Inputs.** `frameIn`: any encoded frames. Its link holds more than `delayFrames` of them.
 *
 * **Outputs.** `frameOut`: the same frames, later.
 *
 * **Config.** `delayFrames`, `delayMs`.
 *
 * **Example.**
 * ```json
 * { "later": { "type": "encoded-delay", "config": { "delayFrames": 0, "delayMs": 500 } } }
 * ```
 */
@processor({ delays: true, tags: ["encoded", "delay", "loop", "latency"] })
export class EncodedDelay extends Delay<EncodedFrame> {}
