/**
 * The events of one run: its parts publish here until it is over. The bus outlives the run, and later reports of its
 * threads belong to no run.
 *
 * @module
 */
import type { EventBus } from "./bus.ts";
import type { EventBody } from "./event.ts";

/** Publishes events. */
export interface EventSink {
  publish(event: EventBody): void;
}

/** Passes events to the bus until the run is over. */
export class RunEvents implements EventSink {
  readonly #bus: EventBus;
  #isOver = false;

  constructor(bus: EventBus) {
    this.#bus = bus;
  }

  publish(event: EventBody): void {
    if (!this.#isOver) this.#bus.publish(event);
  }

  /** Ends the run's events: streams end, and listeners next receive events of the next run. */
  close(): void {
    this.#isOver = true;
    this.#bus.endStreams();
  }
}
