/**
 * Sends values that change faster than answers come, as those of a slider: one is under way at a time, and of those
 * that come meanwhile only the newest is sent next. The last value is always sent.
 *
 * @module
 */

export class LatestSender<T, R> {
  readonly #send: (value: T) => Promise<R>;
  #waiting: { readonly value: T } | undefined;
  #running: Promise<void> | undefined;

  /**
   * @param send sends one value
   * @param answered is called with each answer
   * @param refused is called with each failure; sending goes on
   */
  constructor(
    send: (value: T) => Promise<R>,
    readonly answered: (result: R, value: T) => void,
    readonly refused: (error: Error, value: T) => void,
  ) {
    this.#send = send;
  }

  /** Whether a value is under way or waits. */
  get busy(): boolean {
    return this.#running !== undefined;
  }

  /** Sends a value, now or after the one that is under way. @returns resolves when nothing is left to send */
  push(value: T): Promise<void> {
    this.#waiting = { value };
    return this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    while (this.#waiting !== undefined) {
      const { value } = this.#waiting;
      this.#waiting = undefined;
      try {
        this.answered(await this.#send(value), value);
      } catch (error) {
        this.refused(error instanceof Error ? error : new Error(String(error)), value);
      }
    }
    this.#running = undefined;
  }
}
