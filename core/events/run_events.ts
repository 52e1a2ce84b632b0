/**
 * The events of one run: what its parts publish until it is over. The bus outlives the run, and what a thread of it
 * still says later belongs to no run.
 *
 * @module
 */
import type { EventBus } from "./bus.ts";
import type { EventBody } from "./event.ts";

/** Where events are published. */
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

  /** The run is over: streams of events end, listeners hear of the next run. */
  close(): void {
    this.#isOver = true;
    this.#bus.endStreams();
  }
}
