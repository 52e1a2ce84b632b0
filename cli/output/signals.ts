/**
 * Ends a program from outside: on Ctrl-C, SIGTERM, SIGHUP of a closed terminal, and the end of the task that started
 * it. The first signal asks for an orderly end, a second one ends the process at once.
 *
 * A signal that comes soon after the first counts as the same one.
 *
 * @module
 */
import {
  END_CODES,
  type EndSignal,
  endSignals,
  onceAnotherSignal,
  TASK_GONE,
  watchTaskParent,
} from "../../core/process/signals.ts";
import { EXIT } from "./failure.ts";
import type { Io } from "./output.ts";

/** Explains the signals whose sender a person may not know. */
const WHY: Partial<Record<EndSignal, string>> = { SIGHUP: ": SIGHUP, as when a terminal is closed" };

/** Listens to signals until it is disposed of. */
export class EndSignals implements Disposable {
  /** Resolves with the exit code of the first signal. */
  readonly received: Promise<number>;
  readonly #listeners: [Deno.Signal, () => void][] = [];
  readonly #io: Io | undefined;
  readonly #resolve: (code: number) => void;
  readonly #forgetParent: () => void;
  #first: number | undefined;
  /** Whether the next signal counts as the second. */
  #isNext = false;

  /** @param io where to confirm the first signal; by default nowhere */
  constructor(io?: Io) {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.received = promise;
    this.#io = io;
    this.#resolve = resolve;
    for (const name of endSignals()) {
      const listener = () => this.#take(END_CODES[name], WHY[name]);
      Deno.addSignalListener(name, listener);
      this.#listeners.push([name, listener]);
    }
    // Acts like the SIGTERM that a task passes on; after a signal it does not count as a second one.
    this.#forgetParent = watchTaskParent(() => {
      if (this.#first === undefined) this.#take(EXIT.terminated, `: ${TASK_GONE}`);
    });
  }

  /** The exit code for the signal, or `undefined` before one. */
  get exitCode(): number | undefined {
    return this.#first;
  }

  [Symbol.dispose](): void {
    this.#forgetParent();
    for (const [name, listener] of this.#listeners.splice(0)) Deno.removeSignalListener(name, listener);
  }

  /** @param why explains the signal to people if its sender is not obvious */
  #take(code: number, why = ""): void {
    if (this.#first !== undefined) {
      if (this.#isNext) Deno.exit(code);
      return;
    }
    this.#first = code;
    onceAnotherSignal(() => this.#isNext = true);
    const again = code === EXIT.interrupted ? "; press Ctrl-C again to end at once" : "";
    this.#io?.stderr.line(`Stopping${why}${again}`);
    this.#resolve(code);
  }
}
