/**
 * The event bus of a runtime, in the control isolate. Publishing never blocks: it puts the event into the queue of each
 * subscriber, and the event loop calls listeners later. It throws only for a value that is not an event. A full queue
 * drops its oldest event and counts it. A listener that throws is logged, and the others are still called.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { describeName } from "../errors/describe_value.ts";
import { kindOf } from "../errors/kind_of.ts";
import { logDetail, logger } from "../log.ts";
import { describeThrown } from "../errors/thrown.ts";
import { assertEvent, type EventBody, type EventStamp, type OwnEvent, type SluiceEvent, topicOf } from "./event.ts";
import { type EventSchema, OwnTopics } from "./own_topics.ts";
import { assertOwnTopic, parsePattern } from "./topics.ts";

/** Events that a subscriber's queue holds by default. */
const DEFAULT_CAPACITY = 1_024;

/** Receives events. The bus does not await a promise that the listener returns; it logs its rejection. */
type Listener = (event: SluiceEvent) => unknown;

/** Options of a subscription. */
export interface SubscribeOptions {
  /** The most events that wait for the subscriber, 1 to 1,048,576; by default 1,024. */
  readonly capacity?: number;
}

/** A subscription; disposing of it ends it. */
export interface Subscription extends Disposable {
  /** Events that were dropped because the subscriber did not keep up. */
  readonly dropped: number;
}

/**
 * Events in the order of publishing; ends when a run ends, the runtime is disposed of, or the stream itself is disposed
 * of.
 */
export interface EventStream extends Subscription, AsyncIterableIterator<SluiceEvent> {}

/** Delivers events to subscribers by topic. A full queue drops its oldest event and counts it. */
export class EventBus {
  readonly #now: () => number;
  readonly #subscribers = new Set<Subscriber>();
  /** Keeps the listeners of an owner alive for as long as the owner. */
  readonly #kept = new WeakMap<object, Map<Subscriber, Listener>>();
  /** Ends the subscriptions of owners that were collected. */
  readonly #owners = new FinalizationRegistry<Subscriber>((subscriber) => subscriber[Symbol.dispose]());
  readonly #ownTopics = new OwnTopics();
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
   * Calls a listener for each event whose topic matches a pattern, such as `node:gain`, `node:*` or `*`.
   *
   * @throws {SluiceError} `InvalidConfig` if no topic can match the pattern
   * @throws {TypeError} if the listener is no function
   * @throws {RangeError} for a capacity out of range
   */
  on(pattern: string, listener: (event: SluiceEvent) => unknown, options: SubscribeOptions = {}): Subscription {
    assertListener(pattern, listener);
    return this.#add(new Subscriber(pattern, options, () => listener, (each) => this.#subscribers.delete(each)));
  }

  /**
   * Works as {@linkcode EventBus.on} for as long as `owner` is reachable. The bus keeps neither the owner nor the
   * listener alive, and the listener may refer to the owner.
   */
  onWeak(
    owner: object,
    pattern: string,
    listener: (event: SluiceEvent) => unknown,
    options: SubscribeOptions = {},
  ): Subscription {
    assertListener(pattern, listener);
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

  /**
   * Returns the events whose topics match a pattern, for `for await`. Parameters and errors are those of {@linkcode
   * EventBus.on}.
   */
  subscribe(pattern: string, options: SubscribeOptions = {}): EventStream {
    const stream = new Stream(pattern, options, (each) => this.#subscribers.delete(each));
    this.#add(stream);
    return stream;
  }

  /**
   * Publishes an event to the subscribers of its topic. Does nothing once the runtime is disposed of.
   *
   * @throws {TypeError} if the value is not an event: its `group` is unknown, or its `kind` or the id of its topic is
   * missing; and as {@linkcode EventBus.emit}
   */
  publish(body: EventBody): void {
    assertEvent(body);
    const told = body.group === "own" ? { ...body, data: this.#ownTopics.read(body.name, body.data) } : body;
    if (this.#closed) return;
    const topic = topicOf(body);
    const event = Object.freeze({ ...told, topic, sequence: ++this.#sequence, timeNs: this.#now() }) as SluiceEvent;
    logDetail("events", "trace", () => [`"${topic}" tells ${body.kind}`, { sequence: event.sequence }]);
    for (const subscriber of this.#subscribers) {
      if (!subscriber.offer(event) || this.#scheduled) continue;
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.#deliver();
      });
    }
  }

  /**
   * Publishes an event on a topic of the script's own. Does nothing once the runtime is disposed of.
   *
   * @param topic two or more ids with colons between, such as `my:topic`; the runtime must not use the first one itself
   * @param data that JSON can represent, at most 65,536 characters of it; subscribers get a copy
   * @throws {SluiceError} `InvalidConfig` for an invalid topic, and for data that the topic's schema refuses
   * @throws {TypeError} for data that has no JSON
   * @throws {RangeError} for data that is too long
   */
  emit(topic: string, data?: unknown): void {
    assertOwnTopic(topic);
    this.publish({ group: "own", kind: "emitted", name: topic, data });
  }

  /**
   * Gives a topic of the script's own a schema, which all data emitted on the topic must fit.
   *
   * @param schema of Zod, Valibot, ArkType or any other library that has Standard Schema; not an asynchronous one
   * @returns the topic with the type of its data
   * @throws {SluiceError} `InvalidConfig` for an invalid topic or schema, and for a topic that has another schema
   */
  define<Input, Output = Input>(topic: string, schema: EventSchema<Input, Output>): {
    readonly emit: (data: Input) => void;
    readonly on: (
      listener: (event: EventStamp & OwnEvent<Output>) => unknown,
      options?: SubscribeOptions,
    ) => Subscription;
  } {
    this.#ownTopics.define(topic, schema);
    return {
      emit: (data) => this.emit(topic, data),
      on: (listener, options) => this.on(topic, (event) => listener(event as EventStamp & OwnEvent<Output>), options),
    };
  }

  /**
   * Delivers queued events, and ends every stream; listeners stay.
   *
   * @internal
   */
  endStreams(): void {
    this.#deliver();
    for (const subscriber of [...this.#subscribers]) if (subscriber instanceof Stream) subscriber[Symbol.dispose]();
  }

  /** Delivers queued events, and ends every subscription. */
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

function assertListener(pattern: string, listener: unknown): void {
  if (typeof listener === "function") return;
  throw new TypeError(`Cannot listen to ${describeName(pattern)}: found ${kindOf(listener)}, wanted a function`);
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

  /** Queues an event. @returns true if the subscriber takes it */
  offer(event: SluiceEvent): boolean {
    if (!this.#fits(event.topic)) return false;
    this.queue.push(event);
    return true;
  }

  /** Calls the listener for the queued events. Events that the listener publishes wait for the next delivery. */
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
    for (const resolve of this.#waiting.splice(0)) resolve({ done: true, value: undefined });
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

/** A bounded queue that drops its oldest entry when it is full, and counts the drops. */
class EventQueue<T> {
  readonly #capacity: number;
  readonly #slots: (T | undefined)[] = [];
  #head = 0;
  #size = 0;
  #dropped = 0;

  /** @param capacity entries that fit, from 1 */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > 1_048_576) {
      throw new RangeError(
        `Cannot make a queue of events: capacity is ${capacity}, wanted a whole number from 1 to 1048576`,
      );
    }
    this.#capacity = capacity;
  }

  /** Number of entries in the queue. */
  get size(): number {
    return this.#size;
  }

  /** Number of entries that were dropped so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Adds an entry. */
  push(entry: T): void {
    if (this.#size === this.#capacity) {
      this.take();
      this.#dropped++;
    }
    this.#slots[(this.#head + this.#size) % this.#capacity] = entry;
    this.#size++;
  }

  /** Takes the oldest entry. */
  take(): T | undefined {
    if (this.#size === 0) return undefined;
    const entry = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.#capacity;
    this.#size--;
    return entry;
  }
}
