/**
 * The `rebuffer` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { PacketFrame } from "../../core/frames/packet_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import { carried, carry } from "../audio/carried.ts";
import type { Cutter } from "./cutter.ts";
import { RecordCutter } from "./record_cutter.ts";
import { SampleCutter } from "./sample_cutter.ts";

/**
 * Makes blocks of audio, or batches of records, of one size.
 *
 * **Purpose.** Joins and splits what comes, and passes on every sample, or record, once and in order, for nodes that need a fixed size. A block starts at
 * the time of its first sample, and a batch at that of its first record; the records of an input batch are assumed to be
 * spread evenly over its duration. None spans a gap in the stream or a change of format or fields: the current one then
 * ends early, as at the end of the stream. The first one after a gap is flagged as a discontinuity. A new `size` applies
 * from the next one on.
 *
 * **Inputs.** `frameIn`: audio or packets of any size; links tell which.
 *
 * **Outputs.** `frameOut`: blocks of `size` samples or batches of `size` records; one that ends early is shorter, or, of
 * audio and with `pad`, filled with silence.
 *
 * **Config.** `size` (live), `pad`.
 *
 * **Example.**
 * ```json
 * { "ten-ms": { "type": "rebuffer", "config": { "size": 480, "pad": true } } }
 * ```
 */
@processor({
  keeps: ["sampleRateHz", "channels"],
  tags: ["block", "batch", "chunk", "reblock", "buffer", "frame size"],
})
export class Rebuffer<F extends AudioFrame | PacketFrame> {
  @input()
  frameIn!: StreamInput<F>;
  @output()
  frameOut!: StreamOutput<F>;
  /** Samples per channel in a block, or records in a batch. @integer @minimum 1 @maximum 65536 @unit samples */
  @config({ live: true })
  size = 1024;
  /** Fill a block of audio that ends early with silence, instead of making it shorter. */
  @config()
  pad = false;

  #cutter: Cutter<object> | undefined;

  /** Writes at most one block or batch for each that it reads. */
  process(): void {
    this.#cut().process();
  }

  /** Writes what remains, one block or batch a call. */
  flush(): boolean {
    return this.#cut().flush();
  }

  /** Gives what a successor goes on from. */
  snapshot(): unknown {
    return carry(this.#stateName(), this.#cut().state);
  }

  /** Goes on from there. */
  restore(state: unknown): void {
    const from = carried<object>(this.#stateName(), state);
    if (from !== undefined) this.#cut().state = from;
  }

  #stateName(): string {
    return `rebuffer of ${this.frameIn.kind}`;
  }

  /** Its ports are others once its links tell another kind. */
  #cut(): Cutter<object> {
    const [from, to] = [this.frameIn as StreamInput, this.frameOut as StreamOutput];
    return this.#cutter ??= from.kind === "audio"
      ? new SampleCutter(from as StreamInput<AudioFrame>, to as StreamOutput<AudioFrame>, this)
      : new RecordCutter(from as StreamInput<PacketFrame>, to as StreamOutput<PacketFrame>, this);
  }

  /** Begins anew with frames of another kind. */
  portsChanged(): void {
    this.#cutter = undefined;
  }
}
