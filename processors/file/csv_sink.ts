/**
 * The `csv-sink` processor.
 *
 * @module
 */
import { config, input, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { PacketFieldsOf, PacketFrame } from "../../core/frames/packet_frame.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { NodeLog, ProcessorContext } from "../../core/processor.ts";
import { csvHeader, csvRows } from "./csv_rows.ts";
import { LineFile } from "./line_file.ts";
import type { PartialFile } from "./partial_file.ts";
import { claimTake } from "./take.ts";

/** What is written to the file at a time in an offline graph, if it is more than a batch: characters. */
const WRITE_LENGTH = 65_536;

/**
 * Writes records to a CSV file.
 *
 * **Purpose.** Writes a line for each record, behind a line with the names of the fields (RFC 4180, with a line feed
 * between lines). As `wav-sink` does, it records as `NAME.partial` and renames that to `NAME` when the stream has ended; an
 * aborted run leaves what it has written in `NAME.partial`. A record's time is that of its batch, whose records are
 * taken to spread evenly over its duration. Batches may be of any sizes; the fields may not change. Its figure is
 * `bytes`, written so far.
 *
 * **Inputs.** `packet`: records of any fields.
 *
 * **Outputs.** None.
 *
 * **Config.** `path`, `time`, `separator`, `digits`.
 *
 * **Example.**
 * ```json
 * { "out": { "type": "csv-sink", "config": { "path": "out/volts.csv", "time": "seconds" } } }
 * ```
 */
@processor({ records: true, tags: ["csv", "file", "packet", "sensor", "write", "record", "table"] })
export class CsvSink<T extends PacketFieldsOf<T>> {
  @input()
  packet!: StreamInput<PacketFrame<T>>;
  /** File to write; a relative path starts at the working directory. The directory must exist. @minLength 1 @reaches path */
  @config()
  path!: string;
  /** The first column: the time of a record as `timeNs` or `timeSeconds`, or none. */
  @config()
  time: "ns" | "seconds" | "none" = "ns";
  /** The text between two numbers. */
  @config()
  separator: "," | ";" | "\t" = ",";
  /**
   * Significant digits of fractions; 0: as many as it takes to read the same number back. Whole numbers are written as
   * they are. @integer @minimum 0 @maximum 17
   */
  @config()
  digits = 0;
  /** True: a second run of the process replaces the recording of the first, instead of writing a file beside it. */
  @config()
  overwrite = false;

  #nodeId = "";
  #log: NodeLog | undefined;
  #partial: PartialFile | undefined;
  /** What was stored; absent until the first batch. */
  #lines: LineFile | undefined;
  /** The first line; empty until the first batch. */
  #header = "";
  #pending = "";

  /** Claims the file: makes an empty `NAME.partial`, unless an earlier run has left one. */
  setup(context: ProcessorContext): void {
    const { nodeId } = context;
    this.#nodeId = nodeId;
    this.#log = context.log;
    this.#partial = claimTake(context, this, { nodeId, key: "path" });
  }

  /** Appends every queued batch: to the file in a live graph, to what is written next in an offline one. */
  process(context: ProcessorContext): void {
    let batch;
    while ((batch = this.packet.read()) !== undefined) {
      this.#expect(batch as unknown as PacketFrame);
      this.#pending += csvRows(batch as unknown as PacketFrame, this);
      if (this.#pending.length > WRITE_LENGTH) this.#store();
      context.progress(batch.ptsNs + batch.durationNs);
    }
    if (context.mode === "live") this.#store();
    context.report({ bytes: this.#lines?.bytes ?? 0 });
  }

  /** Completes the file and renames it. */
  flush(context: ProcessorContext): void {
    if (this.#header === "") {
      context.log.warn(`nothing was written to ${JSON.stringify(this.#partial!.path)}: no batch came`, {
        path: this.#partial!.path,
      });
      return;
    }
    this.#store();
    const bytes = this.#lines?.bytes ?? 0;
    this.#partial!.commit(bytes);
    context.report({ bytes });
  }

  /** Leaves what was written in `NAME.partial` if the stream did not end. */
  teardown(): void {
    const partial = this.#partial;
    if (partial === undefined || this.#lines === undefined) return partial?.discard();
    if (!partial.isOpen) return;
    const { path, partialPath } = partial;
    try {
      this.#store();
    } finally {
      partial.release();
      this.#log!.warn(partial.describeBreak(`its first ${this.#lines.records} records are`), { path, partialPath });
    }
  }

  /** Begins the file with the fields of the first batch, and refuses others. */
  #expect(batch: PacketFrame): void {
    const header = csvHeader(batch, this);
    if (header === this.#header) return;
    if (this.#header !== "") {
      throw new SluiceError(
        "TypeMismatch",
        `Cannot go on writing ${
          JSON.stringify(this.#partial!.path)
        }: the fields of "${this.#nodeId}.packet" changed from ` +
          `${this.#header.trimEnd()} to ${header.trimEnd()}, and a CSV file has one first line; write to two files`,
        { nodeId: this.#nodeId, port: "packet" },
      );
    }
    const earlierPath = this.#partial!.begin();
    if (earlierPath !== undefined) {
      const left = JSON.stringify(this.#partial!.partialPath);
      this.#log!.warn(
        `${left} was left by a run that was broken off, and is now ${
          JSON.stringify(earlierPath)
        }; keep it or remove it`,
        { path: this.#partial!.path, earlierPath },
      );
    }
    this.#lines = new LineFile(this.#partial!);
    this.#header = header;
    this.#pending = header;
  }

  #store(): void {
    const text = this.#pending;
    // What the system refuses to write is not tried again.
    this.#pending = "";
    if (text !== "") this.#lines!.append(text);
  }
}
