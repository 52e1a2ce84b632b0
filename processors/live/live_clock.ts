/**
 * Sets the times of a stream that comes live on the clock of the graph: its first frame has the time at which it came, and
 * all others are by the stream's own times. Where those jump, or the stream begins anew, it is set again; times go on
 * rising.
 *
 * @module
 */

/** By how much the times of a stream may leap between two of its frames, of whichever output. */
const MOST_LEAP_NS = 3e9;

/** The times of all outputs of a source. */
export class LiveClock {
  /** What is added to the times of the stream. */
  #offsetNs: number | undefined;
  /** The time of the frame that came last, of the stream; and the end of what was written, of the graph. */
  #lastNs = 0;
  #endNs = 0;

  /** Says that the stream begins anew. */
  reset(): void {
    this.#offsetNs = undefined;
  }

  /**
   * What to add to the times of a frame.
   *
   * @param dtsNs when it is decoded, since the start of the stream
   * @param endNs when it is over, in the same times
   * @param nowNs when it came, by the clock of the graph
   * @returns also whether its stream has jumped, or begun, with it
   */
  set(dtsNs: number, endNs: number, nowNs: number): { readonly offsetNs: number; readonly jumps: boolean } {
    const jumps = this.#offsetNs === undefined || Math.abs(dtsNs - this.#lastNs) > MOST_LEAP_NS;
    if (jumps) this.#offsetNs = Math.max(nowNs, this.#endNs) - dtsNs;
    this.#lastNs = dtsNs;
    const offsetNs = this.#offsetNs!;
    this.#endNs = Math.max(this.#endNs, endNs + offsetNs);
    return { offsetNs, jumps };
  }
}
