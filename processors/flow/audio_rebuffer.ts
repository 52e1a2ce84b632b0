/**
 * The `audio-rebuffer` processor.
 *
 * @module
 */
import { processor } from "../../core/annotations.ts";
import { Chunker } from "../audio/chunker.ts";

/**
 * Joins and splits blocks of any size into blocks of one size.
 *
 * **Purpose.** The `chunker` of the audio family under a name of the flow family: sample for sample, with the times of
 * the first samples. The remainder at the end makes a shorter block, or a padded one.
 *
 * **Inputs.** `audioIn`: blocks of any size.
 *
 * **Outputs.** `audioOut`: blocks of `size` samples.
 *
 * **Config.** `size`, `pad`.
 *
 * **Example.**
 * ```json
 * { "ten-ms": { "type": "audio-rebuffer", "config": { "size": 480 } } }
 * ```
 */
@processor({ tags: ["audio", "block", "buffer", "rebuffer"] })
export class AudioRebuffer<C extends number> extends Chunker<C> {}
