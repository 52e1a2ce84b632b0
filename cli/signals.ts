/**
 * Ctrl-C and SIGTERM: the first asks for an orderly end, the second ends the process at once.
 *
 * @module
 */
import { EXIT } from "./failure.ts";
import type { Io } from "./output.ts";

const CODES: Partial<Record<Deno.Signal, number>> = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated };
const ERASE_LINE = "\r\x1b[2K";

/** Listens to the signals that end a program, until it is disposed of. */
export class EndSignals implements Disposable {
  /** Resolves with the exit code of the first signal. */
  readonly received: Promise<number>;
  readonly #listeners: [Deno.Signal, () => void][] = [];
  #first: number | undefined;

  /** @param io where the first signal is answered with a word; by default nowhere */
  constructor(io?: Io) {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.received = promise;
    for (const [name, code] of Object.entries(CODES) as [Deno.Signal, number][]) {
      // Windows has no SIGTERM to listen to.
      if (Deno.build.os === "windows" && name === "SIGTERM") continue;
      const listener = () => {
        if (this.#first !== undefined) Deno.exit(code);
        this.#first = code;
        const again = code === EXIT.interrupted ? "; press Ctrl-C again to end at once" : "";
        io?.stderr.line(`${io.interactive ? ERASE_LINE : ""}Stopping${again}`);
        resolve(code);
      };
      Deno.addSignalListener(name, listener);
      this.#listeners.push([name, listener]);
    }
  }

  /** The exit code that a signal asks for, or `undefined` if none came. */
  get exitCode(): number | undefined {
    return this.#first;
  }

  [Symbol.dispose](): void {
    for (const [name, listener] of this.#listeners.splice(0)) Deno.removeSignalListener(name, listener);
  }
}
