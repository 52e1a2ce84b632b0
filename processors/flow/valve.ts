/**
 * The `valve` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import type { Frame } from "../../core/frames/frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import { carried, carry } from "../audio/carried.ts";
import { canBegin } from "./frame_gaps.ts";

/**
 * Lets frames pass, or drops them.
 *
 * **Purpose.** What comes while it is closed is dropped at once, so nothing before it waits; the first frame after
 * that is flagged as a discontinuity, and of encoded frames it is a key frame. The node's own figures tell how much:
 * frames in less frames out.
 *
 * **Inputs.** `frameIn`: frames of any kind, which its links tell.
 *
 * **Outputs.** `frameOut`: the same frames, untouched.
 *
 * **Config.** `open` (live).
 *
 * **Example.**
 * ```json
 * { "mute": { "type": "valve", "config": { "open": false } } }
 * ```
 */
@processor({
  keeps: ["sampleRateHz", "channels", "width", "height", "pixelFormat", "frameRate", "codec"],
  tags: ["gate", "mute", "drop"],
})
export class Valve<F extends Frame> {
  @input()
  frameIn!: StreamInput<F>;
  @output()
  frameOut!: StreamOutput<F>;
  /** True: frames pass. */
  @config({ live: true })
  open = true;

  #missed = false;

  /** Hands frames on, or drops them. */
  process(): void {
    let frame;
    while ((frame = this.frameIn.read()) !== undefined) {
      if (!this.open || (this.#missed && !canBegin(frame))) {
        this.#missed = true;
        frame.release();
        continue;
      }
      const own = this.#missed ? frame.writable() : frame;
      if (this.#missed) own.discontinuity = true;
      this.#missed = false;
      this.frameOut.write(own);
    }
  }

  /** Gives what a successor goes on from. */
  snapshot(): unknown {
    return carry("valve", { missed: this.#missed });
  }

  /** Goes on from there. */
  restore(state: unknown): void {
    this.#missed = carried<{ missed: boolean }>("valve", state)?.missed ?? false;
  }
}
