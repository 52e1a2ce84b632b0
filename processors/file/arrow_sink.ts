/**
 * The `arrow-sink` processor.
 *
 * @module
 */
import { config, input, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { PacketFieldsOf, PacketFrame } from "../../core/frames/packet_frame.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { NodeLog, ProcessorContext } from "../../core/processor.ts";
import { arrowBatch, describeFields, END_OF_STREAM } from "./arrow_stream.ts";
import type { PartialFile } from "./partial_file.ts";
import { claimTake } from "./take.ts";

/**
 * Writes records to an Arrow stream file.
 *
 * **Purpose.** Writes, in the Arrow IPC streaming format, a record batch for each batch, with a column for each field, as
 * pandas, Polars, DuckDB and others read it. Memory does not grow with the file. As `csv-sink` does, it records as
 * `NAME.partial` and renames that to `NAME` when the stream has ended; an aborted run leaves what it has written in
 * `NAME.partial`, which readers take as well. A record's time is that of its batch, whose records are taken to spread
 * evenly over its duration. Batches may be of any sizes; the fields may not change. Its figure is
 * `bytes`, written so far.
 *
 * **Inputs.** `packet`: records of any fields.
 *
 * **Outputs.** None.
 *
 * **Config.** `path`, `time`.
 *
 * **Example.**
 * ```json
 * { "out": { "type": "arrow-sink", "config": { "path": "out/volts.arrows" } } }
 * ```
 */
@processor({ records: true, tags: ["arrow", "ipc", "file", "packet", "sensor", "write", "record", "table", "pandas"] })
export class ArrowSink<T extends PacketFieldsOf<T>> {
  @input()
  packet!: StreamInput<PacketFrame<T>>;
  /** File to write; a relative path starts at the working directory. The directory must exist. @minLength 1 @reaches path */
  @config()
  path!: string;
  /** The first column: the time of a record as `timeNs`, of 64-bit integers, or `timeSeconds`, or none. */
  @config()
  time: "ns" | "seconds" | "none" = "ns";
  /** True: a second run of the process replaces the recording of the first, instead of writing a file beside it. */
  @config()
  overwrite = false;

  #nodeId = "";
  #log: NodeLog | undefined;
  #partial: PartialFile | undefined;
  /** Those of the first batch; empty until it comes. */
  #fields = "";
  /** What was stored whole. */
  #bytes = 0;
  #records = 0;

  /** Claims the file: makes an empty `NAME.partial`, unless an earlier run has left one. */
  setup(context: ProcessorContext): void {
    const { nodeId } = context;
    this.#nodeId = nodeId;
    this.#log = context.log;
    this.#partial = claimTake(context, this, { nodeId, key: "path" });
  }

  /** Appends every queued batch to the file. */
  process(context: ProcessorContext): void {
    let batch;
    while ((batch = this.packet.read()) !== undefined) {
      const plain = batch as unknown as PacketFrame;
      const isFirst = this.#fields === "";
      this.#expect(describeFields(plain));
      if (batch.batchSize > 0 || isFirst) this.#store(arrowBatch(plain, this.time, isFirst), batch.batchSize);
      context.progress(batch.ptsNs + batch.durationNs);
    }
    context.report({ bytes: this.#bytes });
  }

  /** Completes the file and renames it. */
  flush(context: ProcessorContext): void {
    if (this.#fields === "") {
      context.log.warn(`nothing was written to ${JSON.stringify(this.#partial!.path)}: no batch came`, {
        path: this.#partial!.path,
      });
      return;
    }
    this.#store(END_OF_STREAM, 0);
    this.#partial!.commit(this.#bytes);
    context.report({ bytes: this.#bytes });
  }

  /** Leaves what was written in `NAME.partial` if the stream did not end. */
  teardown(): void {
    const partial = this.#partial;
    if (partial === undefined || this.#fields === "") return partial?.discard();
    if (!partial.isOpen) return;
    partial.release();
    const { path, partialPath } = partial;
    this.#log!.warn(partial.describeBreak(`its first ${this.#records} records are`), { path, partialPath });
  }

  /** Begins the file with the fields of the first batch, and refuses others. */
  #expect(fields: string): void {
    if (fields === this.#fields) return;
    if (this.#fields !== "") {
      throw new SluiceError(
        "TypeMismatch",
        `Cannot go on writing ${
          JSON.stringify(this.#partial!.path)
        }: the fields of "${this.#nodeId}.packet" changed from ` +
          `${this.#fields} to ${fields}, and an Arrow stream has one schema; write to two files`,
        { nodeId: this.#nodeId, port: "packet" },
      );
    }
    const earlierPath = this.#partial!.begin();
    this.#fields = fields;
    if (earlierPath === undefined) return;
    this.#log!.warn(
      `${JSON.stringify(this.#partial!.partialPath)} was left by a run that was broken off, and is now ${
        JSON.stringify(earlierPath)
      }; keep it or remove it`,
      { path: this.#partial!.path, earlierPath },
    );
  }

  /** Where the system refuses, as on a full disk, the file ends with the last batch that is whole. */
  #store(bytes: Uint8Array, records: number): void {
    const { file, partialPath, details } = this.#partial!;
    this.#partial!.assertHolds(this.#bytes);
    try {
      for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
    } catch (cause) {
      file.truncateSync(this.#bytes);
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `Cannot write ${JSON.stringify(partialPath)} after ${this.#records} records: ${reason}`;
      throw new SluiceError("NodeFailed", message, { ...details, cause });
    }
    this.#bytes += bytes.length;
    this.#records += records;
  }
}
