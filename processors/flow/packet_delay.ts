/**
 * The `packet-delay` processor.
 *
 * @module
 */
import { config, processor } from "../../core/annotations.ts";
import type { PacketFieldsOf, PacketFrame, PacketNumber } from "../../core/frames/packet_frame.ts";
import type { ShapeOf } from "../../core/ports/stream.ts";
import { Delay } from "./delay.ts";

/**
 * Delays batches of records, and makes a loop of links legal.
 *
 * **Purpose.** Works as `video-delay`. With `prime` the output begins with `delayFrames` empty batches.
 *
 * **Inputs.** `frameIn`: any batches. Its link holds more than `delayFrames` of them, unless `prime` is used.
 *
 * **Outputs.** `frameOut`: the same batches, later, of the input's type.
 *
 * **Config.** `delayFrames`, `delayMs`, `prime`, and the `fields` of the empty batches.
 *
 * **Example.**
 * ```json
 * { "last": { "type": "packet-delay", "config": { "prime": true, "fields": { "x": "f32" } } } }
 * ```
 */
@processor({ delays: true, tags: ["packet", "sensor", "delay", "feedback", "loop", "latency"] })
export class PacketDelay<T extends PacketFieldsOf<T>> extends Delay<PacketFrame<T>> {
  /** Begin with as many empty batches as the delay has frames. */
  @config()
  prime = false;
  /** The type of each field of the empty batches, by name. */
  @config()
  fields: Record<string, PacketNumber> = { value: "f64" };

  protected override blankFrames(): number {
    return this.prime ? this.delayFrames : 0;
  }

  protected override acquireBlank(): PacketFrame<T> | undefined {
    return this.frameOut.tryAcquire({ fields: this.fields, capacity: 0 } as unknown as ShapeOf<PacketFrame<T>>);
  }
}
