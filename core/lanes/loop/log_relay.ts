/**
 * Relays the log lines of a worker lane to the control isolate, in addition to the log's own output. Lines beyond the
 * limit are counted, and the next line that passes has the count.
 *
 * @module
 */
import type { LogEntry } from "../../log.ts";
import { MAX_TRAVELLING_TEXT, plainFields } from "../../log/log_fields.ts";
import { RateLimit } from "../../log/rate_limit.ts";

/** The most lines a second on average, and at once. */
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
