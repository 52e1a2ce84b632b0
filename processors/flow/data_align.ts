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

/** A value of the reference with the value of another stream that belongs to its time. */
export interface Aligned<A, B> {
  /** The value of the reference. */
  readonly reference: A;
  /** Its partner; `null` without one, which passes only if `missing` says so. */
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
 * **Purpose.** Pairs each value of the reference with the value of the other stream that is nearest in time, or, with
 * `match` `interpolate`, with one interpolated between the two around that time: numbers linearly, alone, in objects
 * and in lists of equal length; everything else from the nearer. Partners are at most `toleranceMs` apart; to
 * interpolate, both values are. A value waits until the other stream has reached its time or has ended, or until the
 * reference is `waitMs` of media time ahead; then the values at hand decide. `missing` says what to do with a value
 * without a partner; the log says at the end how many were left out, and what to do. Order and times are those of the
 * reference; after left-out values the next one is flagged as a discontinuity. Join a third stream with another
 * `data-align`. A replace or a move hands over the waiting values.
 *
 * **Inputs.** `reference`: the stream that sets the times. `other`: the one that partners are taken from. The times of
 * each ascend; if they go back, the stream has restarted, and the other is expected to follow.
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
