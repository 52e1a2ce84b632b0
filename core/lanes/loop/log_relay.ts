/**
 * The log lines of a worker lane on their way to the control isolate, beside the log's own output. A lane that says
 * very much is cut short: its lines are counted, and how many were left out is said in the next one.
 *
 * @module
 */
import type { LogEntry } from "../../log.ts";
import { MAX_TRAVELLING_TEXT, plainFields } from "../../log/log_fields.ts";
import { RateLimit } from "../../log/rate_limit.ts";

/** Lines a second, over time, and at once. */
const LINES_PER_SECOND = 100;
const BURST = 500;

/** Limits how many lines a second go to the control isolate. */
export class LogRelay {
  readonly #post: (entry: LogEntry) => void;
  #timeMs = 0;
  readonly #limit = new RateLimit(LINES_PER_SECOND, BURST, () => this.#timeMs);
  #leftOut = 0;

  /** @param post takes entries that can be cloned */
  constructor(post: (entry: LogEntry) => void) {
    this.#post = post;
  }

  /** Takes a line. */
  take(entry: LogEntry): void {
    const { timeMs } = entry;
    this.#timeMs = timeMs;
    if (!this.#limit.take()) {
      this.#leftOut++;
      return;
    }
    if (this.#leftOut > 0) {
      const message = `${this.#leftOut} lines were left out: more than ${LINES_PER_SECOND} a second`;
      this.#post({ timeMs, level: "warn", category: "lane", message });
      this.#leftOut = 0;
    }
    const { message, fields } = entry;
    this.#post({
      ...entry,
      message: message.slice(0, MAX_TRAVELLING_TEXT),
      ...(fields && { fields: plainFields(fields) }),
    });
  }
}
