/**
 * A node on lane `main` that never gives the thread back keeps the program from hearing any signal: a listener of the
 * main thread is not called, and that there is one keeps the signal from ending the process. So another thread listens
 * too, and ends the process by SIGKILL if the main thread does not answer it for five seconds after a signal.
 *
 * @module
 */

const WORKER_URL = new URL("./main_watch_worker.ts", import.meta.url);

/** Watches the main thread until it is disposed of. It costs a worker: only for graphs with processors on lane `main`. */
export class MainWatch implements Disposable {
  /** Settles once the other thread listens. */
  readonly listening: Promise<void>;
  readonly #worker: Worker;

  /** Begins to watch. @returns `undefined` where the program may not load a worker or may not end the process */
  static start(): MainWatch | undefined {
    const isGranted = (wanted: Deno.PermissionDescriptor) => Deno.permissions.querySync(wanted).state === "granted";
    const mayLoad = WORKER_URL.protocol !== "file:" || isGranted({ name: "read", path: WORKER_URL });
    return mayLoad && isGranted({ name: "run" }) ? new MainWatch() : undefined;
  }

  private constructor() {
    const worker = this.#worker = new Worker(WORKER_URL, { type: "module" });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.listening = promise;
    worker.addEventListener("message", () => {
      resolve();
      worker.postMessage("yes");
    });
    // Then nobody listens; the graph runs all the same.
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      resolve();
    });
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}
