/**
 * Ctrl-C, SIGTERM and SIGHUP in a program that runs graphs: the first stops each of them, so that files are completed,
 * and the program goes on after `runtime.finished`. A program that has not ended a second after its graphs is ended, and so is
 * one that gets a second signal. Signals within a second count as one: `deno task` passes on what the terminal has sent.
 *
 * @module
 */
import { consoleWithoutReader } from "../log/console_output.ts";
import { END_CODES, type EndSignal, endSignals } from "./end_signals.ts";
import { keepIgnoringHangup } from "./hangup.ts";
import { logger } from "../log.ts";
import { type MainSignals, watchMainSignals } from "./main_watch.ts";
import { onceAnotherSignal } from "./same_signal.ts";

/** How long a program may take after the end of its graphs, milliseconds. */
const END_AFTER_MS = 1_000;

/** Each stops a graph that runs; settles when that has ended. */
const graphs = new Set<() => Promise<unknown>>();
let listeners: [Deno.Signal, () => void][] = [];
let forgetHangup = () => {};
let mainSignals: MainSignals | undefined;
let received: "nothing" | "just now" | "one" = "nothing";

/**
 * Has the first signal stop a graph. In a worker nothing is done: signals are the program's.
 *
 * @param stop may reject: that is told elsewhere
 * @param onMain whether a processor of the graph runs on lane `main`, and may keep the thread that is to hear the signal
 * @returns ends that
 */
export function stopOnSignals(stop: () => Promise<unknown>, onMain: boolean): () => void {
  if ("WorkerGlobalScope" in globalThis) return () => {};
  graphs.add(stop);
  if (listeners.length === 0) listen();
  if (onMain) mainSignals ??= watchMainSignals();
  return () => {
    graphs.delete(stop);
    if (graphs.size === 0) {
      mainSignals?.[Symbol.dispose]();
      mainSignals = undefined;
    }
    // Once a signal has come, a second one is waited for until the program ends.
    if (graphs.size === 0 && received === "nothing") forget();
  };
}

function listen(): void {
  forgetHangup = keepIgnoringHangup();
  // What the program prints once its terminal is closed must not end it before its files are complete.
  if (Deno.stdout.isTerminal() || Deno.stderr.isTerminal()) consoleWithoutReader();
  listeners = endSignals().map((name) => [name, () => void receive(name)]);
  for (const [name, listener] of listeners) Deno.addSignalListener(name, listener);
}

function forget(): void {
  for (const [name, listener] of listeners.splice(0)) Deno.removeSignalListener(name, listener);
  forgetHangup();
}

async function receive(name: EndSignal): Promise<void> {
  const code = END_CODES[name];
  if (received !== "nothing") {
    if (received === "one") Deno.exit(code);
    return;
  }
  received = "just now";
  onceAnotherSignal(() => received = "one");
  Deno.exitCode = code;
  const again = name === "SIGINT" ? "; Ctrl-C again ends the program at once" : "";
  logger("runtime").warn(`Stopping the graph at ${name}${again}`);
  await Promise.allSettled([...graphs].map((stop) => stop()));
  after(END_AFTER_MS, () => Deno.exit(code));
}

/** Keeps no program from its end. */
function after(ms: number, action: () => void): void {
  Deno.unrefTimer(setTimeout(action, ms) as unknown as number);
}
