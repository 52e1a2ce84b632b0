/**
 * The `switch` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import type { Frame } from "../../core/frames/frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import { carried, carry } from "../audio/carried.ts";
import { canBegin } from "./frame_gaps.ts";

/**
 * Hands on one of up to eight streams.
 *
 * **Purpose.** Drops the frames of the other inputs as they arrive, so that no writer waits, and a change takes effect
 * with the next frame; with encoded frames it takes effect with the next key frame, and nothing passes until then. The
 * first frame from another input is flagged as a discontinuity.
 *
 * **Inputs.** `frameIn_0` to `frameIn_7`: frames of one kind, which links tell.
 *
 * **Outputs.** `frameOut`: the frames of the active input, untouched.
 *
 * **Config.** `active` (live).
 *
 * **Example.**
 * ```json
 * { "pick": { "type": "switch", "config": { "active": 1 } } }
 * ```
 */
@processor({ tags: ["select", "choose"] })
export class Switch<F extends Frame> {
  @input({ array: 8 })
  frameIn!: StreamInput<F>[];
  @output()
  frameOut!: StreamOutput<F>;
  /** Number of the input whose frames pass. @integer @minimum 0 @maximum 7 */
  @config({ live: true })
  active = 0;

  #last = -1;

  /** Passes on the frames of the active input, and drops those of the others. */
  process(): void {
    for (const [at, port] of this.frameIn.entries()) {
      let frame;
      while ((frame = port.read()) !== undefined) {
        const changed = this.#last >= 0 && this.#last !== at;
        if (at !== this.active || (changed && !canBegin(frame))) {
          frame.release();
          continue;
        }
        const own = changed ? frame.writable() : frame;
        if (changed) own.discontinuity = true;
        this.#last = at;
        this.frameOut.write(own);
      }
    }
  }

  /** Gives what a successor goes on from. */
  snapshot(): unknown {
    return carry("switch", { last: this.#last });
  }

  /** Goes on from there. */
  restore(state: unknown): void {
    this.#last = carried<{ last: number }>("switch", state)?.last ?? -1;
  }
}
