/**
 * What the `align` processors have in common: they read two streams, find partners by time, and write what they make of
 * them.
 *
 * @module
 */
import { config } from "../../core/annotations.ts";
import type { Frame } from "../../core/frames/frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { type AlignState, type Decided, TimeAligner } from "./time_aligner.ts";

/** For how long a live node waits for the first pair before the log says that there is none, nanoseconds. */
const UNPAIRED_AFTER_NS = 2e9;

/** Share of the items that are left out above which that is a warning. */
const MANY = 0.1;

/** What an aligner gives along to one that takes its place. */
interface Carried<R, O> {
  /** What makes the items: the state of another kind of aligner is of no use. */
  readonly alignerOf: string;
  readonly aligner: AlignState<R, O>;
  readonly aligned: number;
  readonly missing: number;
  readonly gapAhead: boolean;
  readonly told: boolean;
  readonly hasOther: boolean;
  readonly own: unknown;
}

/** A join by time. Values are copied out of frames, so that what waits holds no slots. */
export abstract class Align<R, O> {
  /** Where partners come from: the item nearest in time, or one made of the two around it. */
  @config({ live: true })
  match: "nearest" | "interpolate" = "nearest";
  /** How far apart in time partners may be. @minimum 0 @maximum 60000 @unit ms */
  @config({ live: true })
  toleranceMs = 50;
  /** How long a partner is waited for, by the times of the reference. @minimum 0 @maximum 60000 @unit ms */
  @config({ live: true })
  waitMs = 1000;
  /** What is done with an item of the reference that has no partner: leave it out, or pass it without one. */
  @config({ live: true })
  missing: "drop" | "pass" = "drop";

  readonly #aligner = new TimeAligner<R, O>({ toleranceNs: 0, waitNs: 0, interpolates: false });
  #aligned = 0;
  #missing = 0;
  /** Whether there is a gap before the next frame of the reference that has items. */
  #gapAhead = false;
  /** When the first item of the reference came, on the runtime's clock; -1 before that. */
  #sinceNs = -1;
  /** The log has a line on items that were left out. */
  #told = false;
  /** Something has come of the other stream. */
  #hasOther = false;

  /** Takes the configuration over. */
  setup(): void {
    this.configChanged();
  }

  /** Takes a change of it over, for items that are not decided yet. */
  configChanged(): void {
    const { toleranceMs, waitMs, match } = this;
    const [toleranceNs, waitNs] = [toleranceMs, waitMs].map((ms) => Math.round(ms * 1e6));
    this.#aligner.rules = { toleranceNs, waitNs, interpolates: match === "interpolate" };
  }

  /** Takes what has come of both, and writes what is decided, waiting for room. */
  async process(context: ProcessorContext): Promise<void> {
    const [reference, other] = this.inputs();
    const aligner = this.#aligner;
    for (let frame = reference.read(); frame !== undefined; frame = reference.read()) {
      this.#takeReference(frame);
      frame.release();
      await this.#decide(false);
    }
    await this.#decide(false);
    // What comes when the reference is over has no partner any more, and holds nobody up.
    while (reference.ended && aligner.waiting === 0 && other.read() !== undefined);
    this.#readAhead(context.mode === "live");
    this.#report(context);
    if (context.mode === "live" && this.#isUnpaired(context)) this.#tellMissing(context);
  }

  /** Decides what still waits. */
  async flush(context: ProcessorContext): Promise<void> {
    await this.#decide(true);
    this.#report(context);
    this.#tellMissing(context);
  }

  /** What waits, for the node that takes this one's place: nothing of it is decided twice or left out. */
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

  /** Goes on from that. The state of a node of another type is left alone. */
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

  /** What its items are. */
  protected abstract readonly kind: string;

  /** What the class itself gives along, plain data; `takeUp()` of another instance is given it. */
  protected abstract keep(): unknown;

  /** Goes on from what `keep()` gave. */
  protected abstract takeUp(own: unknown): void;

  /** The reference, and the other stream. */
  protected abstract inputs(): readonly [StreamInput<Frame>, StreamInput<Frame>];

  /**
   * Copies the items of a frame of the reference out of it.
   *
   * @param isGap whether there is a gap before them
   */
  protected abstract takeReference(frame: Frame, isGap: boolean, push: (timeNs: number, item: R) => void): void;

  /** Copies the items of a frame of the other stream out of it. */
  protected abstract takeOther(frame: Frame, push: (timeNs: number, item: O) => void): void;

  /** Writes an item that is decided, or keeps it for a frame of several; waits for room. */
  protected abstract writeDecided(decided: Decided<R, O>, passes: boolean): Promise<void>;

  /** A frame whose times are not finite is left out; a gap that one without items says goes to the next that has any. */
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
   * Reads on of the other stream, for items of the reference to come: whoever writes both waits for no item that it has
   * not written, and a live link drops nothing that is wanted. Live the oldest is given up for the newest; offline what
   * is beyond the limit stays on its link.
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
      // There is more to read, and no room to read it: it may be the partner, which the next tick sees.
      if (!ended && aligner.wantsOther && other.queued > 0) return;
      const decided = aligner.next(ended || !other.connected || other.ended);
      if (decided === undefined) return;
      const isPaired = decided.near !== undefined;
      if (isPaired) this.#aligned++;
      else this.#missing++;
      await this.writeDecided(decided, isPaired || this.missing === "pass");
    }
  }

  /** Whether the reference has come for long, and items of it were left out, but none has found a partner. */
  #isUnpaired(context: ProcessorContext): boolean {
    if (this.#aligned > 0 || this.#aligner.waiting + this.#missing === 0) return false;
    const nowNs = context.nowNs();
    if (this.#sinceNs < 0) this.#sinceNs = nowNs;
    return this.#missing > 0 && nowNs - this.#sinceNs >= UNPAIRED_AFTER_NS;
  }

  /** Says, once, that items were left out. That a few were, as at the ends of a stream, is no mistake. */
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

/** Takes a slot of an output once there is room for its frame. */
export async function acquireFor<F extends Frame>(
  output: StreamOutput<F>,
  shape: Parameters<StreamOutput<F>["acquire"]>[0],
): Promise<F> {
  await output.ready();
  return await output.acquire(shape);
}
