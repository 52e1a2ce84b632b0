/**
 * Cuts batches of records into batches of one size.
 *
 * @module
 */
import type { PacketFrame } from "../../core/frames/packet_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { Cutter, CutterSettings } from "./cutter.ts";
import { RecordQueue, type RecordQueueState } from "./record_queue.ts";

/** What a successor goes on from. */
export interface RecordState {
  readonly queue: RecordQueueState | undefined;
  readonly taken: readonly [ptsNs: number, sequence: number] | undefined;
  readonly discontinuity: boolean;
}

/** Makes batches of exactly as many records as are wanted, with the times of their first and last ones. */
export class RecordCutter implements Cutter<RecordState> {
  readonly #input: StreamInput<PacketFrame>;
  readonly #output: StreamOutput<PacketFrame>;
  readonly #settings: CutterSettings;
  #queue: RecordQueue | undefined;
  /** The time and the number of the batch whose records are in the queue, and that is still to be read. */
  #taken: readonly [ptsNs: number, sequence: number] | undefined;
  #discontinuity = false;

  constructor(input: StreamInput<PacketFrame>, output: StreamOutput<PacketFrame>, settings: CutterSettings) {
    this.#input = input;
    this.#output = output;
    this.#settings = settings;
  }

  process(): void {
    let wrote = false;
    for (;;) {
      const queue = this.#queue;
      if (queue === undefined || queue.length < this.#settings.size) {
        if (this.#isTakenThere()) {
          if (this.#input.read() === undefined) return;
          wrote = false;
        }
        this.#taken = undefined;
        const frame = this.#input.peek();
        if (frame === undefined) return;
        if (queue === undefined || queue.length === 0 || queue.continues(frame)) {
          this.#take(frame);
          continue;
        }
      }
      if (wrote || !this.#write(queue!)) return;
      wrote = true;
    }
  }

  flush(): boolean {
    const queue = this.#queue;
    if (this.#input.peek() !== undefined || (queue !== undefined && queue.length >= this.#settings.size)) {
      this.process();
      return true;
    }
    return queue !== undefined && queue.length > 0 && !this.#write(queue);
  }

  get state(): RecordState {
    return { queue: this.#queue?.state, taken: this.#taken, discontinuity: this.#discontinuity };
  }

  set state({ queue, taken, discontinuity }: RecordState) {
    this.#queue = queue && RecordQueue.of(queue);
    this.#taken = taken;
    this.#discontinuity = discontinuity;
  }

  /** A `roll-off` link may have dropped it meanwhile. */
  #isTakenThere(): boolean {
    if (this.#taken === undefined) return false;
    const [ptsNs, sequence] = this.#taken;
    const frame = this.#input.peek();
    return frame !== undefined && frame.ptsNs === ptsNs && frame.sequence === sequence;
  }

  #take(frame: PacketFrame): void {
    if (this.#queue?.continues(frame) !== true) {
      this.#discontinuity = frame.discontinuity || this.#queue?.isGapBefore(frame) === true;
      this.#queue = new RecordQueue(frame.fields);
    }
    this.#queue!.push(frame);
    this.#taken = [frame.ptsNs, frame.sequence];
  }

  #write(queue: RecordQueue): boolean {
    const frame = this.#output.tryAcquire({
      fields: queue.fields,
      capacity: Math.min(queue.length, this.#settings.size),
    });
    if (frame === undefined) return false;
    queue.take(frame);
    frame.discontinuity = this.#discontinuity;
    this.#discontinuity = false;
    this.#output.write(frame);
    return true;
  }
}
