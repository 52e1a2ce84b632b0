/**
 * A node that never returns the thread of lane `main` blocks the program: no timer of the main thread reports the node
 * or ends the run, and no listener hears a signal, which does not end the process either, because a listener is set. So
 * another thread watches the calls of lane `main`, reports a call that takes long, and ends the process at the call's
 * limit, or some time after a signal that the main thread does not answer.
 *
 * @module
 */
import { url as inspectorUrl } from "node:inspector";
import type { ArenaToken, Driver } from "../driver/driver.ts";
import { endSignals } from "./end_signals.ts";
import type { MainNode, RunLimits } from "./main_call.ts";
import type { WatchCommand, WatchReport } from "./main_watch_messages.ts";

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

/** The watch for signals; ends when disposed of. */
export interface MainSignals extends Disposable {
  /** Settles once the watching thread listens. */
  readonly listening: Promise<void>;
}

/** The watch over the calls of a run; ends when disposed of. */
export interface MainRun extends Disposable {
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
 * Reports calls of a run that hold the main thread for long, and ends the process at their limits. Costs a thread: only
 * for runs with processors on lane `main`.
 *
 * @returns `undefined` in a worker, whose lane `main` is not the program's main thread; if the program may not load a
 * worker; and in a debugger, which may hold a thread for as long as it likes
 */
export function watchMainCalls(control: ArenaToken, driver: Driver, limits: RunLimits): MainRun | undefined {
  if ("WorkerGlobalScope" in globalThis || isDebugged() || use() === undefined) return undefined;
  const run = runs++;
  send({ kind: "run", run, control, driver: driver.token, limits });
  return {
    add: (node) => send({ kind: "node", run, node }),
    [Symbol.dispose]() {
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

function isGranted(wanted: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(wanted).state === "granted";
}
