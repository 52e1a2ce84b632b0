/**
 * Sees the workers that are made, what they are told, and which of them are terminated.
 *
 * @module
 */
const Original = globalThis.Worker;

/** Records workers until it is disposed of. */
export class WorkerTap implements Disposable {
  /** In the order in which they were made. */
  readonly workers: Worker[] = [];
  readonly terminated: Worker[] = [];
  /** All messages to them. */
  readonly told: unknown[] = [];

  /** @param onMade is told of each worker when it is made */
  constructor(onMade: (index: number) => unknown = () => {}) {
    const { workers, terminated, told } = this;
    globalThis.Worker = class extends Original {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        workers.push(this);
        onMade(workers.length - 1);
      }

      override postMessage(message: unknown, options?: StructuredSerializeOptions | Transferable[]): void {
        told.push(message);
        super.postMessage(message, options as StructuredSerializeOptions);
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
