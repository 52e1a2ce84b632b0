/**
 * Sees the workers that are made, what they say, and which of them are terminated.
 *
 * @module
 */
const Original = globalThis.Worker;

/** See the module; until it is disposed of. */
export class WorkerTap implements Disposable {
  /** In the order in which they were made. */
  readonly workers: Worker[] = [];
  readonly terminated: Worker[] = [];
  /** All messages that came from them. */
  readonly said: unknown[] = [];

  constructor() {
    const { workers, terminated, said } = this;
    globalThis.Worker = class extends Original {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        workers.push(this);
        this.addEventListener("message", ({ data }) => said.push(data));
      }

      override terminate(): void {
        terminated.push(this);
        super.terminate();
      }
    };
  }

  /** Tells the owner of a worker that an error has ended it. */
  crash(index: number, message: string): ErrorEvent {
    const event = new ErrorEvent("error", { message, cancelable: true });
    this.workers[index].dispatchEvent(event);
    return event;
  }

  [Symbol.dispose](): void {
    globalThis.Worker = Original;
  }
}
