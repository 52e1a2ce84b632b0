/**
 * Passes lines on to a log, so many a second at most.
 *
 * @module
 */
import { RateLimit } from "../../core/log/rate_limit.ts";

/** Lines of a second. */
const MOST_LINES = 50;

/** Lines of one stream. */
export class LineLimit {
  readonly #tell: (line: string) => void;
  readonly #limit: RateLimit;
  #leftOut = 0;

  /**
   * @param tell is given the lines, and how many were left out
   * @param nowMs a clock
   */
  // A program prints in the system's time, also in a graph that is offline.
  // deno-lint-ignore sluice/no-wall-clock
  constructor(tell: (line: string) => void, nowMs: () => number = () => performance.now()) {
    this.#tell = tell;
    this.#limit = new RateLimit(MOST_LINES, MOST_LINES, nowMs);
  }

  /** Takes the next line. */
  tell(line: string): void {
    if (!this.#limit.take()) {
      this.#leftOut++;
      return;
    }
    this.end();
    this.#tell(line);
  }

  /** Says how many lines were left out since it was said last. */
  end(): void {
    if (this.#leftOut > 0) this.#tell(`${this.#leftOut} more lines were left out: more than ${MOST_LINES} in a second`);
    this.#leftOut = 0;
  }
}
