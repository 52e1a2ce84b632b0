/**
 * The `packet-align` processor.
 *
 * @module
 */
import { input, output, processor } from "../../core/annotations.ts";
import { SluiceError } from "../../core/errors.ts";
import type { ColumnOf, PacketFieldsOf, PacketFrame, PacketNumber } from "../../core/frames/packet_frame.ts";
import type { ShapeOf, StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { acquireFor, Align } from "./align.ts";
import type { Decided } from "./time_aligner.ts";

/** The fields of aligned records: those of both streams, and `offsetNs`, the time between the two. */
export type AlignedFields<A, B> = {
  readonly [K in keyof A | keyof B | "offsetNs"]: K extends keyof A ? Extract<A[K], PacketNumber>
    : K extends keyof B ? Extract<B[K], PacketNumber>
    : "f64";
};

/** The records of a frame. */
interface Batch {
  readonly fields: { readonly [name: string]: PacketNumber };
  readonly columns: { readonly [name: string]: ColumnOf<PacketNumber> };
  readonly count: number;
  readonly ptsNs: number;
  readonly durationNs: number;
  readonly discontinuity: boolean;
}

/** One record. */
interface BatchRecord {
  readonly batch: Batch;
  readonly at: number;
}

/** State beside the waiting records. */
interface Kept {
  readonly otherFields: Batch["fields"];
  readonly decided: readonly Decided<BatchRecord, BatchRecord>[];
  readonly gap: boolean;
}

/** The index of the time between partners. */
const OFFSET = "offsetNs";

/**
 * Joins two streams of records by time.
 *
 * **Purpose.** Works as `data-align`, record by record; the records of a batch are assumed to be spread evenly over its
 * duration. Each batch of the reference makes one batch with the same records, less those that `missing` leaves out,
 * and the fields of both; an empty batch makes none. `f32` and `f64` are interpolated linearly; other numbers come from
 * the nearer record. A record without a partner has NaN, or 0 if the field cannot hold it, and NaN for `offsetNs`.
 *
 * **Inputs.** `reference`: the stream that sets the times. `other`: the one that partners are taken from. No field of
 * one has the name of a field of the other.
 *
 * **Outputs.** `aligned`: batches of the reference with the fields of both, and `offsetNs`: the time of the partner
 * less that of the record.
 *
 * **Config.** `match`, `toleranceMs`, `waitMs`, `missing` (all live).
 *
 * **Example.**
 * ```json
 * { "join": { "type": "packet-align", "config": { "toleranceMs": 5, "waitMs": 200 } } }
 * ```
 */
@processor({ tags: ["packet", "sensor", "join", "align", "synchronize", "merge", "time", "interpolate"] })
export class PacketAlign<A extends PacketFieldsOf<A>, B extends PacketFieldsOf<B>>
  extends Align<BatchRecord, BatchRecord> {
  @input()
  reference!: StreamInput<PacketFrame<A>>;
  @input()
  other!: StreamInput<PacketFrame<B>>;
  @output()
  aligned!: StreamOutput<PacketFrame<AlignedFields<A, B>>>;

  protected override readonly kind = "packet";
  #nodeId = "";
  /** The fields of the other stream's newest batch. */
  #otherFields: Batch["fields"] = {};
  /** The decided records of the current batch. */
  #decided: Decided<BatchRecord, BatchRecord>[] = [];
  #gap = false;

  /** @throws {SluiceError} `TypeMismatch`, later, if both streams have a field of one name */
  override setup(context?: ProcessorContext): void {
    super.setup();
    this.#nodeId = context?.nodeId ?? "";
  }

  protected override keep(): Kept {
    return { otherFields: this.#otherFields, decided: [...this.#decided], gap: this.#gap };
  }

  protected override takeUp({ otherFields, decided, gap }: Kept): void {
    this.#otherFields = otherFields;
    this.#decided = [...decided];
    this.#gap = gap;
  }

  protected override inputs(): readonly [StreamInput<PacketFrame<A>>, StreamInput<PacketFrame<B>>] {
    return [this.reference, this.other];
  }

  protected override takeReference(
    frame: PacketFrame<A>,
    isGap: boolean,
    push: (timeNs: number, item: BatchRecord) => void,
  ): void {
    pushRecords({ ...copyOf(frame), discontinuity: isGap }, push);
  }

  protected override takeOther(frame: PacketFrame<B>, push: (timeNs: number, item: BatchRecord) => void): void {
    const batch = copyOf(frame);
    this.#otherFields = batch.fields;
    pushRecords(batch, push);
  }

  protected override async writeDecided(
    decided: Decided<BatchRecord, BatchRecord>,
    passes: boolean,
  ): Promise<void> {
    const { batch, at } = decided.item;
    if (at === 0) this.#gap ||= batch.discontinuity;
    if (passes) this.#decided.push(decided);
    else this.#gap = true;
    if (at === batch.count - 1 && this.#decided.length > 0) await this.#write(batch);
  }

  async #write(batch: Batch): Promise<void> {
    const records = this.#decided;
    this.#decided = [];
    this.#assertDistinct(batch.fields);
    const fields = { ...batch.fields, ...this.#otherFields, [OFFSET]: "f64" };
    const shape = { fields, capacity: records.length } as unknown as ShapeOf<PacketFrame<AlignedFields<A, B>>>;
    const frame = await acquireFor(this.aligned, shape) as unknown as PacketFrame;
    for (const name of Object.keys(batch.fields)) {
      const column = frame.column(name);
      for (const [at, { item }] of records.entries()) column[at] = item.batch.columns[name][item.at];
    }
    for (const [name, type] of Object.entries(this.#otherFields)) {
      const column = frame.column(name);
      for (const [at, each] of records.entries()) column[at] = valueOf(each, name, type);
    }
    const offsets = frame.column(OFFSET);
    for (const [at, each] of records.entries()) offsets[at] = each.offsetNs;
    const isWhole = records.length === batch.count;
    frame.ptsNs = isWhole ? batch.ptsNs : records[0].timeNs;
    frame.durationNs = isWhole ? batch.durationNs : timeOf(batch, records.at(-1)!.item.at + 1) - records[0].timeNs;
    frame.discontinuity = this.#gap;
    this.#gap = false;
    (this.aligned as unknown as StreamOutput<PacketFrame>).write(frame);
  }

  #assertDistinct(fields: Batch["fields"]): void {
    const own = [...Object.keys(fields), OFFSET];
    const name = Object.keys(this.#otherFields).find((each) => own.includes(each)) ??
      (Object.hasOwn(fields, OFFSET) ? OFFSET : undefined);
    if (name === undefined) return;
    throw new SluiceError(
      "TypeMismatch",
      `Cannot align the inputs of "${this.#nodeId}": more than one field would be named "${name}"; give it another ` +
        `name in one of the streams ("${OFFSET}" is the time between the two)`,
      { nodeId: this.#nodeId, port: "other" },
    );
  }
}

function copyOf(frame: PacketFrame): Batch {
  const { fields, batchSize: count, ptsNs, durationNs, discontinuity } = frame;
  const columns = Object.fromEntries(Object.keys(fields).map((name) => [name, frame.column(name).slice()]));
  return { fields, columns, count, ptsNs, durationNs, discontinuity };
}

function pushRecords(batch: Batch, push: (timeNs: number, item: BatchRecord) => void): void {
  for (let at = 0; at < batch.count; at++) push(timeOf(batch, at), { batch, at });
}

/** The time of a record of a batch; past the last record, the end of the batch. */
function timeOf({ ptsNs, durationNs, count }: Batch, at: number): number {
  return ptsNs + Math.round(durationNs * at / count);
}

/** The value of a partner's field. */
function valueOf({ near, far, share }: Decided<BatchRecord, BatchRecord>, name: string, type: PacketNumber): number {
  const value = near?.batch.columns[name]?.[near.at] ?? NaN;
  const beyond = far?.batch.columns[name]?.[far.at];
  return beyond === undefined || !type.startsWith("f") ? value : value + (beyond - value) * share;
}
