/**
 * A message queue, as NATS and others are one: requests go to a subject, and whoever serves it answers. This one joins the
 * threads of a program, by a `BroadcastChannel`, so that the example needs no server; with another queue, this file is
 * another one.
 *
 * @module
 */

/** What travels. Whatever can be cloned may be in it. */
export type Message = { readonly [key: string]: unknown };

type Envelope =
  | { readonly to: string; readonly id: string; readonly message: Message }
  | { readonly answers: string; readonly message: Message };

/** One end of the queue. */
export class Queue implements Disposable {
  readonly #channel: BroadcastChannel;
  readonly #waiting = new Map<string, (message: Message) => void>();
  readonly #served = new Map<string, (message: Message) => Promise<Message>>();

  /** @param name all ends of this name are of one queue */
  constructor(name: string) {
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }: MessageEvent<Envelope>) => void this.#take(data);
  }

  /** Serves a subject. */
  serve(subject: string, answer: (message: Message) => Promise<Message>): void {
    this.#served.set(subject, answer);
  }

  /** Sends a request. @returns the answer, or `undefined` if none has come in time */
  async request(subject: string, message: Message, timeoutMs: number): Promise<Message | undefined> {
    const id = crypto.randomUUID();
    const { promise, resolve } = Promise.withResolvers<Message | undefined>();
    const timer = setTimeout(resolve, timeoutMs);
    this.#waiting.set(id, resolve);
    this.#post({ to: subject, id, message });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  /** Leaves the queue. Requests that are under way get no answer. */
  [Symbol.dispose](): void {
    this.#channel.onmessage = null;
    this.#channel.close();
  }

  async #take(envelope: Envelope): Promise<void> {
    if ("answers" in envelope) return this.#waiting.get(envelope.answers)?.(envelope.message);
    const answer = this.#served.get(envelope.to);
    if (answer !== undefined) this.#post({ answers: envelope.id, message: await answer(envelope.message) });
  }

  #post(envelope: Envelope): void {
    // Whoever has left says nothing more.
    if (this.#channel.onmessage !== null) this.#channel.postMessage(envelope);
  }
}
