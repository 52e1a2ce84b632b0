/**
 * The events that the nodes of a lane emit, on their way to the event bus. Whoever emits never waits; a lane that emits
 * very much has the rest counted, and the count goes with the next event that passes.
 *
 * @module
 */
import { RateLimit } from "../rate_limit.ts";
import { redactValue } from "../redaction.ts";
import type { LaneReport } from "./messages.ts";
import type { NodeCell } from "./node_cell.ts";

/** Events a second, over time, and at once. */
const EVENTS_PER_SECOND = 1_000;
const BURST = 1_000;

/** Longest name of an event, characters. */
const MAX_NAME = 64;

/** Longest data of an event, characters of JSON. */
const MAX_DATA = 64 * 1024;

/** See the module. */
export class EventRelay {
  readonly #post: (report: LaneReport) => void;
  readonly #limit: RateLimit;
  #lost = 0;

  /** @param nowMs a clock, milliseconds */
  constructor(post: (report: LaneReport) => void, nowMs: () => number) {
    this.#post = post;
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
    const event = { kind: "emitted", node: cell.id, name, data: copyData(cell.id, name, data) } as const;
    this.#post(this.#lost === 0 ? event : { ...event, lost: this.#lost });
    this.#lost = 0;
  }
}

function copyData(nodeId: string, name: string, data: unknown): unknown {
  const where = `Cannot emit an event of node "${nodeId}"`;
  if (typeof name !== "string" || name.length < 1 || name.length > MAX_NAME) {
    throw new RangeError(`${where}: its name is not of 1 to ${MAX_NAME} characters`);
  }
  let text: string | undefined;
  try {
    text = JSON.stringify(data ?? null);
  } catch (cause) {
    throw new TypeError(`${where}: the data of "${name}" has no JSON`, { cause });
  }
  if (text === undefined) throw new TypeError(`${where}: the data of "${name}" has no JSON`);
  if (text.length > MAX_DATA) {
    throw new RangeError(`${where}: the data of "${name}" has ${text.length} characters of JSON, at most ${MAX_DATA}`);
  }
  return redactValue(JSON.parse(text));
}
