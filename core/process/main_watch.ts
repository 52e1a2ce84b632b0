/**
 * Two things that only nodes on lane `main` can do to the program.
 *
 * A node that never returns the thread blocks the program: no timer of the main thread reports the node or ends the run,
 * and no listener hears a signal, which does not end the process either, because a listener is set. So another thread
 * watches the calls of lane `main`, reports a call that takes long, and ends the process at the call's limit, or some
 * time after a signal that the main thread does not answer.
 *
 * A node that ends the program by `Deno.exit()` or `close()` leaves the files of its graph incomplete: standard error
 * names the node, and the exit code is not 0. Calls of the program itself, and of a node after an `await` or in a
 * callback, are not reported.
 *
 * @module
 */
import { url as inspectorUrl } from "node:inspector";
import type { ControlPage } from "../control_page.ts";
import type { ArenaToken, Driver } from "../driver/driver.ts";
import { writeToStderr } from "../log.ts";
import { MainCalls, type MainNode, type RunLimits, type WatchCommand, type WatchReport } from "./main_call.ts";
import { endSignals, isGranted } from "./signals.ts";

const WORKER_URL = new URL("./main_watch_worker.ts", import.meta.url);

/** The watching thread. It runs while any part of the program needs it. */
interface OtherThread {
  readonly worker: Worker;
  /** Settles once the thread listens to signals, or cannot. */
  readonly listening: PromiseWithResolvers<void>;
  users: number;
  signalUsers: number;
}

let thread: OtherThread | undefined;
let runs = 0;

const scope = globalThis as unknown as { close: () => void };
/** The calls of each run, to find the node that ends the program. */
const exits = new Set<MainCalls>();
let ownClose = scope.close;
/** The node that has called `close()`, which ends the program only later. */
let closer: MainNode | undefined;

/** The watch for signals; ends when disposed of. */
export interface MainSignals extends Disposable {
  /** Settles once the watching thread listens. */
  readonly listening: Promise<void>;
}

/** The watch over the nodes of a run on lane `main`; ends when disposed of. */
export interface MainNodes extends Disposable {
  /** Adds a node on lane `main`; its record may have belonged to another node. */
  add(node: MainNode): void;
}

/**
 * Ends the process if the main thread does not answer a signal. Costs a thread: only for graphs with processors on lane
 * `main`.
 *
 * @returns `undefined` if the program may not load a worker or may not end the process
 */
export function watchMainSignals(): MainSignals | undefined {
  if (!isGranted({ name: "run" })) return undefined;
  const used = use();
  if (used === undefined) return undefined;
  if (used.signalUsers++ === 0) send({ kind: "signals", names: endSignals() });
  return {
    listening: used.listening.promise,
    [Symbol.dispose]() {
      if (--used.signalUsers === 0) send({ kind: "signals", names: [] });
      leave();
    },
  };
}

/**
 * Watches the nodes of a run on lane `main`: reports calls that take long, ends the process at their limits, and reports
 * a node that ends the program. Costs a thread, unless the program may not load a worker or runs in a debugger, which
 * may hold the main thread for as long as it likes.
 *
 * @returns `undefined` in a worker, whose lane `main` is not the program's main thread
 */
export function watchMainNodes(
  { control, page }: { readonly control: ArenaToken; readonly page: ControlPage },
  driver: Driver,
  limits: RunLimits,
): MainNodes | undefined {
  if ("WorkerGlobalScope" in globalThis) return undefined;
  const calls = new MainCalls(page, limits);
  if (exits.size === 0) beginExits();
  exits.add(calls);
  const run = runs++;
  const isWatched = !isDebugged() && use() !== undefined;
  if (isWatched) send({ kind: "run", run, control, driver: driver.token, limits });
  return {
    add(node) {
      calls.add(node);
      if (isWatched) send({ kind: "node", run, node });
    },
    [Symbol.dispose]() {
      if (exits.delete(calls) && exits.size === 0) endExits();
      if (!isWatched) return;
      send({ kind: "over", run });
      leave();
    },
  };
}

function use(): OtherThread | undefined {
  if (thread === undefined) {
    const mayLoad = WORKER_URL.protocol !== "file:" || isGranted({ name: "read", path: WORKER_URL });
    if (!mayLoad) return undefined;
    thread = start();
  }
  thread.users++;
  return thread;
}

function leave(): void {
  if (thread === undefined || --thread.users > 0) return;
  thread.worker.terminate();
  thread = undefined;
}

function send(command: WatchCommand): void {
  thread?.worker.postMessage(command);
}

function start(): OtherThread {
  const worker = new Worker(WORKER_URL, { type: "module" });
  const listening = Promise.withResolvers<void>();
  worker.addEventListener("message", ({ data }: MessageEvent<WatchReport>) => {
    if (data === "listens") listening.resolve();
    else worker.postMessage({ kind: "answer" } satisfies WatchCommand);
  });
  // Without the watching thread nobody listens; the graph runs all the same.
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    listening.resolve();
  });
  return { worker, listening, users: 0, signalUsers: 0 };
}

/** True if a debugger may be attached, as far as the program may find out. */
function isDebugged(): boolean {
  return isGranted({ name: "sys" }) && inspectorUrl() !== undefined;
}

function beginExits(): void {
  ownClose = scope.close;
  scope.close = closeByNode;
  globalThis.addEventListener("unload", reportExit);
}

function endExits(): void {
  // A node that has called close() is still to be reported.
  if (closer === undefined) globalThis.removeEventListener("unload", reportExit);
  if (scope.close === closeByNode) scope.close = ownClose;
}

function closeByNode(): void {
  closer ??= called();
  ownClose.call(globalThis);
}

/** Returns the node whose call runs now. */
function called(): MainNode | undefined {
  return exits.values().map((calls) => calls.now()?.node).find((node) => node !== undefined);
}

function reportExit(): void {
  const node = called() ?? closer;
  if (node === undefined) return;
  const call = node === closer ? "close()" : "Deno.exit()";
  writeToStderr(
    `error: Node "${node.id}" (${node.type}) called ${call}: the program ends, and files that were being written are ` +
      "not complete\n",
  );
  if (Deno.exitCode === 0) Deno.exitCode = 1;
}
