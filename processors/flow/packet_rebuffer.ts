/**
 * The `packet-rebuffer` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import type { PacketFieldsOf, PacketFrame } from "../../core/frames/packet_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import { RecordQueue } from "./record_queue.ts";

/**
 * Joins and splits batches of records into batches of one size.
 *
 * **Purpose.** Passes on every record once and in order. A batch starts at the time of its first record and lasts as
 * long as its records; the records of an input batch are assumed to be spread evenly over its duration. No batch spans
 * a gap or a change of fields: the current one then ends early, as at the end of the stream. The first batch after a
 * gap is flagged as a discontinuity. A new `batchSize` applies from the next batch on.
 *
 * **Inputs.** `frameIn`: batches of any size.
 *
 * **Outputs.** `frameOut`: batches of `batchSize` records.
 *
 * **Config.** `batchSize` (live).
 *
 * **Example.**
 * ```json
 * { "ten": { "type": "packet-rebuffer", "config": { "batchSize": 10 } } }
 * ```
 */
@processor({ tags: ["packet", "sensor", "batch", "buffer", "rebuffer"] })
export class PacketRebuffer<T extends PacketFieldsOf<T>> {
  @input()
  frameIn!: StreamInput<PacketFrame<T>>;
  @output()
  frameOut!: StreamOutput<PacketFrame<T>>;
  /** Records in a batch. @integer @minimum 1 @maximum 65536 @unit records */
  @config({ live: true })
  batchSize = 64;

  #queue: RecordQueue | undefined;
  #discontinuity = false;

  /** Reads the queued batches, and waits for room before each batch that it writes. */
  async process(): Promise<void> {
    let frame;
    while ((frame = this.frameIn.read()) !== undefined) {
      if (this.#queue?.continues(frame) !== true) {
        await this.flush();
        this.#discontinuity = frame.discontinuity || this.#queue?.isGapBefore(frame) === true;
        this.#queue = new RecordQueue(frame.fields);
      }
      this.#queue!.push(frame);
      while (this.#queue!.length >= this.batchSize) await this.#write(this.#queue!, this.batchSize);
    }
  }

  /** Writes the remaining records. */
  async flush(): Promise<void> {
    const queue = this.#queue;
    while (queue !== undefined && queue.length > 0) await this.#write(queue, Math.min(queue.length, this.batchSize));
  }

  async #write(queue: RecordQueue, count: number): Promise<void> {
    await this.frameOut.ready();
    const frame = await this.frameOut.acquire({ fields: queue.fields as T, capacity: count });
    queue.take(frame);
    frame.discontinuity = this.#discontinuity;
    this.#discontinuity = false;
    this.frameOut.write(frame);
  }
}
