/**
 * The `data-align` processor.
 *
 * @module
 */
import { input, output, processor } from "../../core/annotations.ts";
import type { DataFrame } from "../../core/frames/data_frame.ts";
import type { ShapeOf, StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import { acquireFor, Align } from "./align.ts";
import { blend } from "./blend.ts";
import type { Decided } from "./time_aligner.ts";

/** A value of the reference with the one of another stream that belongs to its time. */
export interface Aligned<A, B> {
  /** The value of the reference. */
  readonly reference: A;
  /** Its partner; `null` where there is none, which is passed only if `missing` says so. */
  readonly other: B | null;
  /** Time of the partner less that of the reference, nanoseconds: 0 for one that was interpolated, `null` for none. */
  readonly offsetNs: number | null;
}

/** A value of the reference, with the times of its frame. */
interface Timed<A> {
  readonly value: A;
  readonly durationNs: number;
  readonly discontinuity: boolean;
}

/**
 * Joins two streams of values by time.
 *
 * **Purpose.** For each value of the reference the one of the other stream that is nearest in time, or, with `match`
 * `interpolate`, one made of the two around that time: numbers on the line between them, alone, in objects and in lists
 * of one length; all else from the nearer. Two that are further apart than `toleranceMs` are no partners; to
 * interpolate, both are within it. A value waits until the other stream has come to its time or has ended, or until the
 * reference has gone on by `waitMs` of media time; what is there by then counts. `missing` says what becomes of one
 * that has no partner; how many were left out stands in the log at the end, with what to do. Order and times are those
 * of the reference; where values of it were left out, the next is flagged as a discontinuity. A third stream is joined
 * by another `data-align`. What waits goes along where the node is replaced or moved.
 *
 * **Inputs.** `reference`: the stream that sets the times. `other`: the one that partners are taken from. The times of
 * each ascend; where they go back, the stream has started anew, and the other is expected to follow.
 *
 * **Outputs.** `aligned`: an `Aligned<A, B>` for each value of the reference: `reference`, `other`, `offsetNs`.
 *
 * **Config.** `match`, `toleranceMs`, `waitMs`, `missing` (all live).
 *
 * **Example.**
 * ```json
 * { "join": { "type": "data-align", "config": { "match": "interpolate", "toleranceMs": 20, "missing": "pass" } } }
 * ```
 */
@processor({ tags: ["data", "join", "align", "synchronize", "merge", "time", "interpolate"] })
export class DataAlign<A, B> extends Align<Timed<A>, B> {
  @input()
  reference!: StreamInput<DataFrame<A>>;
  @input()
  other!: StreamInput<DataFrame<B>>;
  @output()
  aligned!: StreamOutput<DataFrame<Aligned<A, B>>>;

  protected override readonly kind = "data";
  #gap = false;

  protected override keep(): boolean {
    return this.#gap;
  }

  protected override takeUp(gap: boolean): void {
    this.#gap = gap;
  }

  protected override inputs(): readonly [StreamInput<DataFrame<A>>, StreamInput<DataFrame<B>>] {
    return [this.reference, this.other];
  }

  protected override takeReference(
    frame: DataFrame<A>,
    isGap: boolean,
    push: (timeNs: number, item: Timed<A>) => void,
  ): void {
    const { value, durationNs } = frame;
    push(frame.ptsNs, { value, durationNs, discontinuity: isGap });
  }

  protected override takeOther(frame: DataFrame<B>, push: (timeNs: number, item: B) => void): void {
    push(frame.ptsNs, frame.value);
  }

  protected override async writeDecided(decided: Decided<Timed<A>, B>, passes: boolean): Promise<void> {
    const { item: { value: reference, durationNs, discontinuity }, near, far, share, offsetNs, timeNs } = decided;
    this.#gap ||= discontinuity || !passes;
    if (!passes) return;
    const other = near === undefined ? null : far === undefined ? near : blend(near, far, share);
    const value: Aligned<A, B> = { reference, other, offsetNs: near === undefined ? null : offsetNs };
    const frame = await acquireFor(this.aligned, { value } as ShapeOf<DataFrame<Aligned<A, B>>>);
    frame.ptsNs = timeNs;
    frame.durationNs = durationNs;
    frame.discontinuity = this.#gap;
    this.#gap = false;
    this.aligned.write(frame);
  }
}
