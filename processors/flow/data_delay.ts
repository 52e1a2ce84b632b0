/**
 * The `data-delay` processor.
 *
 * @module
 */
import { config, processor } from "../../core/annotations.ts";
import type { DataFrame } from "../../core/frames/data_frame.ts";
import type { ShapeOf } from "../../core/ports/stream.ts";
import { Delay } from "./delay.ts";

/**
 * Delays values, and makes a loop of links legal.
 *
 * **Purpose.** Works as `video-delay`. With `prime` the output begins with the value `initial`, `delayFrames` times.
 *
 * **Inputs.** `frameIn`: any values. Its link holds more than `delayFrames` of them, unless `prime` is used.
 *
 * **Outputs.** `frameOut`: the same values, later, of the input's type.
 *
 * **Config.** `delayFrames`, `delayMs`, `prime`, `initial`.
 *
 * **Example.**
 * ```json
 * { "last": { "type": "data-delay", "config": { "prime": true, "initial": 0 } } }
 * ```
 */
@processor({ delays: true, tags: ["data", "delay", "feedback", "loop", "state", "latency"] })
export class DataDelay<T> extends Delay<DataFrame<T>> {
  /** Begin with as many values as the delay has frames. */
  @config()
  prime = false;
  /** The initial value. */
  @config()
  initial: number | string | boolean | null | number[] | { [key: string]: number | string | boolean | null } = null;

  protected override blankFrames(): number {
    return this.prime ? this.delayFrames : 0;
  }

  protected override acquireBlank(): DataFrame<T> | undefined {
    return this.frameOut.tryAcquire({ value: this.initial } as ShapeOf<DataFrame<T>>);
  }
}
