/**
 * Relays the events that the nodes of a lane emit to the event bus. `emit()` never waits. Events beyond the limit are
 * counted, and the count is reported at most twice a second, and at the end.
 *
 * @module
 */
import { copyAsJson, MAX_EVENT_DATA } from "../../errors/json_copy.ts";
import { RateLimit } from "../../log/rate_limit.ts";
import type { LaneReport } from "../messages.ts";
import type { NodeCell } from "../cells/node_cell.ts";

/** The most events a second on average, and at once. */
const EVENTS_PER_SECOND = 1_000;
const BURST = 1_000;

/** Least time between two reports of dropped events, milliseconds. */
const TELL_EVERY_MS = 500;

/** Longest name of an event, characters. */
const MAX_NAME = 64;

/** Limits how many events a second go to the control isolate. */
export class EventRelay {
  readonly #post: (report: LaneReport) => void;
  readonly #nowMs: () => number;
  readonly #limit: RateLimit;
  #lost = 0;
  #toldAtMs = -Infinity;

  /** @param nowMs a clock, milliseconds */
  constructor(post: (report: LaneReport) => void, nowMs: () => number) {
    this.#post = post;
    this.#nowMs = nowMs;
    this.#limit = new RateLimit(EVENTS_PER_SECOND, BURST, nowMs);
  }

  /**
   * Passes an event on, unless there were too many.
   *
   * @throws as `ProcessorContext.emit()`
   */
  emit(cell: NodeCell, name: string, data: unknown): void {
    if (!this.#limit.take()) {
      this.#lost++;
      return;
    }
    this.#post({ kind: "emitted", node: cell.id, name, data: copyData(cell.id, name, data) });
  }

  /** True if dropped events were not reported yet. */
  get waits(): boolean {
    return this.#lost > 0;
  }

  /** Reports how many events were dropped, if a report is due. */
  tell(): void {
    if (this.#nowMs() - this.#toldAtMs >= TELL_EVERY_MS) this.tellAll();
  }

  /** Reports how many events were dropped, at the end. */
  tellAll(): void {
    if (this.#lost === 0) return;
    this.#post({ kind: "overflow", lost: this.#lost });
    this.#lost = 0;
    this.#toldAtMs = this.#nowMs();
  }
}

function copyData(nodeId: string, name: string, data: unknown): unknown {
  if (typeof name !== "string" || name.length < 1 || name.length > MAX_NAME) {
    throw new RangeError(`Cannot emit an event of node "${nodeId}": its name is not of 1 to ${MAX_NAME} characters`);
  }
  return copyAsJson(data, `Cannot emit event "${name}" of node "${nodeId}"`, MAX_EVENT_DATA);
}
