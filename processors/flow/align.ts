/**
 * The base of the `align` processors: they read two streams, find partners by time, and write the result.
 *
 * @module
 */
import { config } from "../../core/annotations.ts";
import type { Frame } from "../../core/frames/frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { type AlignState, type Decided, TimeAligner } from "./time_aligner.ts";

/** How long a live node waits for the first pair before the log warns, nanoseconds. */
const UNPAIRED_AFTER_NS = 2e9;

/** The log warns if more than this share of the items was left out. */
const MANY = 0.1;

/** The state that an aligner hands over to its successor. */
interface Carried<R, O> {
  /** The kind of aligner: another kind cannot use the state. */
  readonly alignerOf: string;
  readonly aligner: AlignState<R, O>;
  readonly aligned: number;
  readonly missing: number;
  readonly gapAhead: boolean;
  readonly told: boolean;
  readonly hasOther: boolean;
  readonly own: unknown;
}

/** A join by time. It copies values out of frames, so that waiting items hold no slots. */
export abstract class Align<R, O> {
  /** The source of partners: the item nearest in time, or one interpolated between the two around it. */
  @config({ live: true })
  match: "nearest" | "interpolate" = "nearest";
  /** How far apart in time partners may be. @minimum 0 @maximum 60000 @unit ms */
  @config({ live: true })
  toleranceMs = 50;
  /** How long to wait for a partner, by the times of the reference. @minimum 0 @maximum 60000 @unit ms */
  @config({ live: true })
  waitMs = 1000;
  /** For an item of the reference without a partner: leave it out, or pass it alone. */
  @config({ live: true })
  missing: "drop" | "pass" = "drop";

  readonly #aligner = new TimeAligner<R, O>({ toleranceNs: 0, waitNs: 0, interpolates: false });
  #aligned = 0;
  #missing = 0;
  /** Whether a gap precedes the next frame of the reference that has items. */
  #gapAhead = false;
  /** When the first item of the reference came, on the runtime's clock; -1 before that. */
  #sinceNs = -1;
  /** Whether the log already mentions left-out items. */
  #told = false;
  /** Whether the other stream has sent an item. */
  #hasOther = false;

  /** Applies the configuration. */
  setup(): void {
    this.configChanged();
  }

  /** Applies a change of the configuration to items that are not decided yet. */
  configChanged(): void {
    const { toleranceMs, waitMs, match } = this;
    const [toleranceNs, waitNs] = [toleranceMs, waitMs].map((ms) => Math.round(ms * 1e6));
    this.#aligner.rules = { toleranceNs, waitNs, interpolates: match === "interpolate" };
  }

  /** Reads both streams, and writes the decided items, waiting for room. */
  async process(context: ProcessorContext): Promise<void> {
    const [reference, other] = this.inputs();
    const aligner = this.#aligner;
    for (let frame = reference.read(); frame !== undefined; frame = reference.read()) {
      this.#takeReference(frame);
      frame.release();
      await this.#decide(false);
    }
    await this.#decide(false);
    // Reads on after the reference has ended: further items have no partner, and must block no writer.
    while (reference.ended && aligner.waiting === 0 && other.read() !== undefined);
    this.#readAhead(context.mode === "live");
    this.#report(context);
    if (context.mode === "live" && this.#isUnpaired(context)) this.#tellMissing(context);
  }

  /** Decides the waiting items. */
  async flush(context: ProcessorContext): Promise<void> {
    await this.#decide(true);
    this.#report(context);
    this.#tellMissing(context);
  }

  /** Returns the waiting items, for a successor that neither repeats nor loses any. */
  snapshot(): Carried<R, O> {
    return {
      alignerOf: this.kind,
      aligner: this.#aligner.state,
      aligned: this.#aligned,
      missing: this.#missing,
      gapAhead: this.#gapAhead,
      told: this.#told,
      hasOther: this.#hasOther,
      own: this.keep(),
    };
  }

  /** Continues from a state, and ignores that of another node type. */
  restore(state: unknown): void {
    const carried = state as Partial<Carried<R, O>> | null | undefined;
    if (carried?.alignerOf !== this.kind) return;
    const { aligner, aligned, missing, gapAhead, told, hasOther, own } = carried as Carried<R, O>;
    this.#aligner.state = aligner;
    this.#aligned = aligned;
    this.#missing = missing;
    this.#gapAhead = gapAhead;
    this.#told = told;
    this.#hasOther = hasOther;
    this.takeUp(own);
  }

  /** The kind of its items. */
  protected abstract readonly kind: string;

  /** The state of the subclass as plain data, for `takeUp()` of its successor. */
  protected abstract keep(): unknown;

  /** Continues from the result of `keep()`. */
  protected abstract takeUp(own: unknown): void;

  /** The reference, and the other stream. */
  protected abstract inputs(): readonly [StreamInput<Frame>, StreamInput<Frame>];

  /**
   * Copies the items out of a frame of the reference.
   *
   * @param isGap whether a gap precedes them
   */
  protected abstract takeReference(frame: Frame, isGap: boolean, push: (timeNs: number, item: R) => void): void;

  /** Copies the items out of a frame of the other stream. */
  protected abstract takeOther(frame: Frame, push: (timeNs: number, item: O) => void): void;

  /** Writes a decided item, or collects it for a frame of several; waits for room. */
  protected abstract writeDecided(decided: Decided<R, O>, passes: boolean): Promise<void>;

  /**
   * Leaves out a frame whose times are not finite. The gap of a frame without items moves to the next one with items.
   */
  #takeReference(frame: Frame): void {
    const isTimed = Number.isFinite(frame.ptsNs + frame.durationNs);
    const isGap = this.#gapAhead || frame.discontinuity;
    this.#gapAhead = true;
    if (!isTimed) return;
    let count = 0;
    this.takeReference(frame, isGap, (timeNs, item) => {
      this.#aligner.pushReference(timeNs, item);
      count++;
    });
    this.#gapAhead = isGap && count === 0;
  }

  #takeOther(frame: Frame): void {
    this.takeOther(frame, (timeNs, item) => {
      this.#hasOther = true;
      this.#aligner.pushOther(timeNs, item);
    });
  }

  /**
   * Reads ahead in the other stream, for items of the reference to come. A node that writes both streams must not wait
   * for an item that it has not written yet, and a live link must not drop what is needed. Live, a new item displaces
   * the oldest; offline, items beyond the limit stay on their link.
   */
  #readAhead(isLive: boolean): void {
    const [, other] = this.inputs();
    const aligner = this.#aligner;
    while (isLive || !aligner.isFull) {
      const frame = other.read();
      if (frame === undefined) return;
      if (isLive) aligner.makeRoom();
      this.#takeOther(frame);
      frame.release();
    }
  }

  async #decide(ended: boolean): Promise<void> {
    const [, other] = this.inputs();
    const aligner = this.#aligner;
    for (;;) {
      while (!ended && aligner.wantsOther) {
        const frame = other.read();
        if (frame === undefined) break;
        this.#takeOther(frame);
        frame.release();
      }
      // More is queued than there is room for. It may be the partner, which the next tick sees.
      if (!ended && aligner.wantsOther && other.queued > 0) return;
      const decided = aligner.next(ended || !other.connected || other.ended);
      if (decided === undefined) return;
      const isPaired = decided.near !== undefined;
      if (isPaired) this.#aligned++;
      else this.#missing++;
      await this.writeDecided(decided, isPaired || this.missing === "pass");
    }
  }

  /** Whether the reference has run for long and lost items without finding a single partner. */
  #isUnpaired(context: ProcessorContext): boolean {
    if (this.#aligned > 0 || this.#aligner.waiting + this.#missing === 0) return false;
    const nowNs = context.nowNs();
    if (this.#sinceNs < 0) this.#sinceNs = nowNs;
    return this.#missing > 0 && nowNs - this.#sinceNs >= UNPAIRED_AFTER_NS;
  }

  /** Logs once that items were left out. A few, as at the ends of a stream, are not a fault. */
  #tellMissing(context: ProcessorContext): void {
    const [missing, items] = [this.#missing, this.#aligned + this.#missing];
    if (this.#told || this.missing === "pass" || missing === 0) return;
    this.#told = true;
    const message = `${missing} of ${items} items of "reference" were left out: none of "other" was a partner within ` +
      `${this.toleranceMs} ms; ${this.#mend()}`;
    context.log[missing > items * MANY ? "warn" : "info"](message, { missing, items });
  }

  #mend(): string {
    const pass = 'set "missing" to "pass" to get them without a partner';
    if (!this.#hasOther) return `nothing has come by "other": see what leads to it, or ${pass}`;
    if (this.#aligner.late > 0) return `"other" has come late: raise "waitMs", or ${pass}`;
    const both = this.match === "interpolate" ? " (both items around the time are to be within it)" : "";
    return `raise "toleranceMs"${both}, or ${pass}`;
  }

  #report(context: ProcessorContext): void {
    const { late, waiting } = this.#aligner;
    context.report({ aligned: this.#aligned, missing: this.#missing, late, waiting });
  }
}

/** Acquires a frame of an output once it has room. */
export async function acquireFor<F extends Frame>(
  output: StreamOutput<F>,
  shape: Parameters<StreamOutput<F>["acquire"]>[0],
): Promise<F> {
  await output.ready();
  return await output.acquire(shape);
}
