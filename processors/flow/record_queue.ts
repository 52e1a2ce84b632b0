/**
 * A queue of records with their times, for batches of another size.
 *
 * @module
 */
import type { ColumnOf, PacketFields, PacketFrame, PacketNumber } from "../../core/frames/packet_frame.ts";

/** How far a batch may be from the end of the previous one, in nanoseconds, and still continue it. */
const TOLERANCE_NS = 5_000_000;

interface Batch {
  readonly columns: { readonly [name: string]: ColumnOf<PacketNumber> };
  readonly ptsNs: number;
  readonly durationNs: number;
  readonly count: number;
  /** How many records of the first batch were taken. */
  taken: number;
}

/** What a queue is made of. */
export interface RecordQueueState {
  readonly fields: PacketFields;
  readonly batches: readonly Batch[];
  readonly endNs: number;
}

/** A queue of records. It copies what is pushed. */
export class RecordQueue {
  readonly fields: PacketFields;
  readonly #batches: Batch[] = [];
  #length = 0;
  #endNs = -1;

  /** @param fields of every record */
  constructor(fields: PacketFields) {
    this.fields = fields;
  }

  /** A queue of what another one had. It takes the batches over. */
  static of({ fields, batches, endNs }: RecordQueueState): RecordQueue {
    const queue = new RecordQueue(fields);
    queue.#batches.push(...batches);
    queue.#length = batches.reduce((sum, { count, taken }) => sum + count - taken, 0);
    queue.#endNs = endNs;
    return queue;
  }

  /** What it is made of, which it goes on to change. */
  get state(): RecordQueueState {
    return { fields: this.fields, batches: this.#batches, endNs: this.#endNs };
  }

  /** Queued records. */
  get length(): number {
    return this.#length;
  }

  /** Whether a batch has the same fields and starts where the last pushed one ended, as far as lengths tell. */
  continues(frame: PacketFrame): boolean {
    if (frame.discontinuity || this.isGapBefore(frame)) return false;
    const names = Object.entries(frame.fields);
    const own = Object.entries(this.fields);
    return names.length === own.length &&
      names.every(([name, type], at) => own[at][0] === name && own[at][1] === type);
  }

  /** Whether a batch starts elsewhere than where the last pushed one ended, as far as lengths tell. */
  isGapBefore(frame: PacketFrame): boolean {
    return this.#endNs >= 0 && Math.abs(frame.ptsNs - this.#endNs) > TOLERANCE_NS;
  }

  /** Appends the records of a batch. */
  push(frame: PacketFrame): void {
    const { ptsNs, durationNs, batchSize: count } = frame;
    this.#endNs = durationNs > 0 ? ptsNs + durationNs : -1;
    if (count === 0) return;
    const columns = Object.fromEntries(Object.keys(this.fields).map((name) => [name, frame.column(name).slice()]));
    this.#batches.push({ columns, ptsNs, durationNs, count, taken: 0 });
    this.#length += count;
  }

  /** Moves the oldest records to a frame, as many as it holds, and sets its times. */
  take(frame: PacketFrame): void {
    const wanted = frame.batchSize;
    let endNs = frame.ptsNs = this.#batches[0] === undefined ? 0 : timeOf(this.#batches[0]);
    for (let done = 0; done < wanted;) {
      const batch = this.#batches[0];
      const count = Math.min(wanted - done, batch.count - batch.taken);
      for (const name of Object.keys(this.fields)) {
        frame.column(name).set(batch.columns[name].subarray(batch.taken, batch.taken + count), done);
      }
      batch.taken += count;
      done += count;
      endNs = timeOf(batch);
      if (batch.taken === batch.count) this.#batches.shift();
    }
    this.#length -= wanted;
    frame.durationNs = endNs - frame.ptsNs;
  }
}

/** The start of the first record that was not taken; if all were, the end of the last one. */
function timeOf({ ptsNs, durationNs, count, taken }: Batch): number {
  return ptsNs + Math.round(durationNs * taken / count);
}
