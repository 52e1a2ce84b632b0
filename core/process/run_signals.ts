/**
 * Handles Ctrl-C, SIGTERM and SIGHUP in a program that runs graphs: the first signal stops each graph, so that files
 * are completed, and the program goes on after `runtime.finished`. A program that has not ended a second after its
 * graphs, or that gets a second signal, is ended. Signals within a second count as one: `deno task` passes on signals
 * that the terminal has sent.
 *
 * @module
 */
import { consoleWithoutReader } from "../log/console_output.ts";
import { logger } from "../log.ts";
import { type MainSignals, watchMainSignals } from "./main_watch.ts";
import { afterMs, END_CODES, type EndSignal, endSignals, keepIgnoringHangup, onceAnotherSignal } from "./signals.ts";

/** Time that a program may go on after the end of its graphs, milliseconds. */
const END_AFTER_MS = 1_000;

/** Functions that each stop a running graph; the promise settles when the graph has ended. */
const graphs = new Set<() => Promise<unknown>>();
let listeners: [Deno.Signal, () => void][] = [];
let forgetHangup = () => {};
let mainSignals: MainSignals | undefined;
let received: "nothing" | "just now" | "one" = "nothing";

/**
 * Stops a graph at the first signal. Does nothing in a worker: signals belong to the program.
 *
 * @param stop may reject: its error is reported elsewhere
 * @param onMain true if a processor of the graph runs on lane `main`, and may hold the thread that hears the signal
 * @returns a function that ends this
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
    // After a signal, wait for a second one until the program ends.
    if (graphs.size === 0 && received === "nothing") forget();
  };
}

function listen(): void {
  forgetHangup = keepIgnoringHangup();
  // Output to a closed terminal must not end the program before its files are complete.
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
  afterMs(END_AFTER_MS, () => Deno.exit(code));
}
