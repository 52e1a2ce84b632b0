/**
 * The event bus of a runtime, in the control isolate. Publishing never blocks, and throws for nothing but what is no
 * event: an event is put into the queue of each subscriber, and listeners are called from the event loop later. A full
 * queue drops its oldest event and counts it. A listener that throws is logged, and the others are called all the same.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { logger } from "../log.ts";
import { describeThrown } from "../thrown.ts";
import { assertEvent, type EventBody, type SluiceEvent, topicOf } from "./event.ts";
import { EventQueue } from "./event_queue.ts";
import { parsePattern } from "./topics.ts";

/** Events that a subscriber's queue holds by default. */
const DEFAULT_CAPACITY = 1_024;

/** Is told of events. A promise that it returns is not waited for; its rejection is logged. */
type Listener = (event: SluiceEvent) => unknown;

/** Options of a subscription. */
export interface SubscribeOptions {
  /** Events that wait for the subscriber at most, 1 to 1,048,576; by default 1,024. */
  readonly capacity?: number;
}

/** A subscription; disposing of it ends it. */
export interface Subscription extends Disposable {
  /** Events that were dropped because the subscriber did not keep up. */
  readonly dropped: number;
}

/** Events in the order of publishing; ends when the runtime has ended or the stream is disposed of. */
export interface EventStream extends Subscription, AsyncIterableIterator<SluiceEvent> {}

/** Delivers events to subscribers by topic. A full queue drops its oldest event and counts it. */
export class EventBus {
  readonly #now: () => number;
  readonly #subscribers = new Set<Subscriber>();
  /** Keeps the listeners of an owner for as long as the owner is there. */
  readonly #kept = new WeakMap<object, Map<Subscriber, Listener>>();
  /** Ends the subscriptions of owners that are gone. */
  readonly #owners = new FinalizationRegistry<Subscriber>((subscriber) => subscriber[Symbol.dispose]());
  #sequence = 0;
  #scheduled = false;
  #closed = false;

  /**
   * Makes a bus.
   *
   * @param now the runtime's clock, nanoseconds
   */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Calls a listener for each event whose topic fits a pattern, such as `node:gain`, `node:*` or `*`.
   *
   * @throws {SluiceError} `InvalidConfig` for a pattern that no topic fits
   * @throws {RangeError} for a capacity out of range
   */
  on(pattern: string, listener: (event: SluiceEvent) => unknown, options: SubscribeOptions = {}): Subscription {
    return this.#add(new Subscriber(pattern, options, () => listener, (each) => this.#subscribers.delete(each)));
  }

  /**
   * As {@linkcode EventBus.on}, for as long as `owner` is reachable: the bus keeps neither it nor the listener, which
   * may refer to the owner.
   */
  onWeak(
    owner: object,
    pattern: string,
    listener: (event: SluiceEvent) => unknown,
    options: SubscribeOptions = {},
  ): Subscription {
    const held = new WeakRef(listener);
    const keeper = new WeakRef(owner);
    const subscriber = new Subscriber(pattern, options, () => held.deref(), (each) => {
      this.#subscribers.delete(each);
      this.#owners.unregister(each);
      const kept = keeper.deref();
      if (kept !== undefined) this.#kept.get(kept)?.delete(each);
    });
    const listeners = this.#kept.get(owner);
    if (listeners === undefined) this.#kept.set(owner, new Map([[subscriber, listener]]));
    else listeners.set(subscriber, listener);
    this.#owners.register(owner, subscriber, subscriber);
    return this.#add(subscriber);
  }

  /** The events whose topics fit a pattern, for `for await`; parameters and errors as for {@linkcode EventBus.on}. */
  subscribe(pattern: string, options: SubscribeOptions = {}): EventStream {
    const stream = new Stream(pattern, options, (each) => this.#subscribers.delete(each));
    this.#add(stream);
    return stream;
  }

  /**
   * Tells an event to whoever subscribed to its topic. After the runtime has ended, nobody.
   *
   * @throws {TypeError} for what is no event: without a known `group`, a `kind`, or what its topic is made of
   */
  publish(body: EventBody): void {
    assertEvent(body);
    if (this.#closed) return;
    const topic = topicOf(body);
    const event = Object.freeze({ ...body, topic, sequence: ++this.#sequence, timeNs: this.#now() }) as SluiceEvent;
    for (const subscriber of this.#subscribers) {
      if (!subscriber.offer(event) || this.#scheduled) continue;
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.#deliver();
      });
    }
  }

  /** Tells what waits, and ends every subscription. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#deliver();
    for (const subscriber of this.#subscribers) subscriber.end();
    this.#subscribers.clear();
  }

  #add<S extends Subscriber>(subscriber: S): S {
    if (this.#closed) subscriber.end();
    else this.#subscribers.add(subscriber);
    return subscriber;
  }

  #deliver(): void {
    for (const subscriber of [...this.#subscribers]) subscriber.deliver();
  }
}

class Subscriber implements Subscription {
  protected readonly queue: EventQueue<SluiceEvent>;
  protected ended = false;
  readonly #pattern: string;
  readonly #fits: (topic: string) => boolean;
  readonly #listener: () => Listener | undefined;
  readonly #remove: (subscriber: Subscriber) => void;

  constructor(
    pattern: string,
    options: SubscribeOptions,
    listener: () => Listener | undefined,
    remove: (subscriber: Subscriber) => void,
  ) {
    this.#pattern = pattern;
    this.#fits = parsePattern(pattern);
    this.queue = new EventQueue(options.capacity ?? DEFAULT_CAPACITY);
    this.#listener = listener;
    this.#remove = remove;
  }

  get dropped(): number {
    return this.queue.dropped;
  }

  /** @returns whether the event is for this subscriber */
  offer(event: SluiceEvent): boolean {
    if (!this.#fits(event.topic)) return false;
    this.queue.push(event);
    return true;
  }

  /** Calls the listener for what waits now: what it publishes itself comes the next time. */
  deliver(): void {
    const listener = this.#listener();
    if (listener === undefined) {
      this[Symbol.dispose]();
      return;
    }
    for (let left = this.queue.size; left > 0 && !this.ended; left--) {
      try {
        const outcome = listener(this.queue.take()!);
        if (outcome instanceof Promise) outcome.catch((error) => this.#logFailure(error));
      } catch (error) {
        this.#logFailure(error);
      }
    }
  }

  end(): void {
    this.ended = true;
  }

  [Symbol.dispose](): void {
    this.end();
    this.#remove(this);
  }

  #logFailure(error: unknown): void {
    logger("events").error(`A listener of "${this.#pattern}" failed: ${describeThrown(error).message}`);
  }
}

class Stream extends Subscriber implements EventStream {
  readonly #waiting: ((result: IteratorResult<SluiceEvent>) => void)[] = [];

  constructor(pattern: string, options: SubscribeOptions, remove: (subscriber: Subscriber) => void) {
    super(pattern, options, () => undefined, remove);
  }

  override deliver(): void {
    while (this.#waiting.length > 0 && this.queue.size > 0) {
      this.#waiting.shift()!({ done: false, value: this.queue.take()! });
    }
  }

  override end(): void {
    super.end();
    for (const settle of this.#waiting.splice(0)) settle({ done: true, value: undefined });
  }

  next(): Promise<IteratorResult<SluiceEvent>> {
    const value = this.queue.take();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<SluiceEvent>> {
    this[Symbol.dispose]();
    while (this.queue.take() !== undefined);
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
