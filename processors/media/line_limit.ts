/**
 * Passes lines on to a log, so many a second at most.
 *
 * @module
 */

/** Lines of a second. */
const MOST_LINES = 50;

const SECOND_MS = 1000;

/** Takes the lines of one stream. */
export interface LineTaker {
  /** Takes the next line. */
  tell(line: string): void;
  /** Called behind the last line. */
  end(): void;
}

/** Lines of one stream. */
export class LineLimit implements LineTaker {
  readonly #tell: (line: string) => void;
  readonly #nowMs: () => number;
  /** When the second began that runs, and how many lines it has let through. */
  #sinceMs = -Infinity;
  #told = 0;
  /** Lines that were left out in all, and how many of them were told of. */
  #leftOut = 0;
  #leftOutTold = 0;

  /**
   * @param tell is given the lines, and each second how many were left out
   * @param nowMs a clock
   */
  // A program prints in the system's time, also in a graph that is offline.
  // deno-lint-ignore sluice/no-wall-clock
  constructor(tell: (line: string) => void, nowMs: () => number = () => performance.now()) {
    this.#tell = tell;
    this.#nowMs = nowMs;
  }

  /** Takes the next line. */
  tell(line: string): void {
    const nowMs = this.#nowMs();
    if (nowMs - this.#sinceMs >= SECOND_MS) {
      this.end();
      this.#sinceMs = nowMs;
      this.#told = 0;
    }
    if (this.#told < MOST_LINES) {
      this.#told++;
      this.#tell(line);
    } else this.#leftOut++;
  }

  /** Says how many lines were left out in all, unless that was said. */
  end(): void {
    if (this.#leftOut === this.#leftOutTold) return;
    this.#leftOutTold = this.#leftOut;
    this.#tell(`${this.#leftOut} lines were left out so far: more than ${MOST_LINES} came in a second`);
  }
}
