/**
 * The watching thread of `main_watch.ts`. It checks the calls of lane `main`, and at each signal requests an answer of
 * the main thread; it ends the process if a call exceeds its limit or no answer arrives. After the first signal the
 * limit of calls is shorter.
 *
 * @module
 */
import { ControlPage } from "../control_page.ts";
import type { Driver } from "../driver/driver.ts";
import { openDriver } from "../driver/open.ts";
import { logger, writeToStderr } from "../log.ts";
import {
  describeCall,
  limitOption,
  type LongCall,
  type MainCall,
  MainCalls,
  type WatchCommand,
  type WatchReport,
} from "./main_call.ts";
import { END_CODES, type EndSignal, isGranted, SAME_SIGNAL_MS } from "./signals.ts";

/**
 * Least time limit for an answer of the main thread, milliseconds: the thread may be doing other work of the program. A
 * run with a longer `stopTimeoutMs` allows its nodes that much.
 */
const ANSWER_AFTER_MS = 5_000;

/** Time limit for an answer to a second signal, at which the main thread is to end the program, milliseconds. */
const END_AFTER_MS = 500;

const INCOMPLETE = "the program is ended, and files that were being written are not complete";

/** The system library with the function that ends a process at once, by system. */
const LIBRARIES: Partial<Record<typeof Deno.build.os, string>> = {
  darwin: "/usr/lib/libSystem.B.dylib",
  linux: "libc.so.6",
};

interface WorkerScope {
  postMessage(message: WatchReport): void;
  addEventListener(type: "message", listener: (event: MessageEvent<WatchCommand>) => void): void;
}

const scope = globalThis as unknown as WorkerScope;
/** Runs by number. */
const runs = new Map<number, { readonly calls: MainCalls; nowMs(): number; release(): void }>();
let timer: ReturnType<typeof setTimeout> | undefined;
let asked: ReturnType<typeof setTimeout> | undefined;
/** True shortly after a signal: another one counts as the same. */
let isSame = false;
/** The first signal: from then on calls of nodes have less time. */
let first: EndSignal | undefined;
/** True while the main thread is asked for an answer to a second signal. */
let isLast = false;
const listeners: [Deno.Signal, () => void][] = [];

scope.addEventListener("message", ({ data }) => {
  switch (data.kind) {
    case "answer":
      clearTimeout(asked);
      asked = undefined;
      isLast = false;
      break;
    case "signals":
      listen(data.names);
      break;
    case "run":
      begin(data);
      break;
    case "node":
      runs.get(data.run)?.calls.add(data.node);
      lookOn();
      break;
    case "over":
      runs.get(data.run)?.release();
      runs.delete(data.run);
      lookOn();
      break;
  }
});

function begin({ run, control, driver: token, limits }: Extract<WatchCommand, { kind: "run" }>): void {
  let driver: Driver;
  let page: ControlPage;
  try {
    driver = openDriver(token);
    page = new ControlPage(driver.openArena(control));
  } catch {
    // The run is already over.
    return;
  }
  const calls = new MainCalls(page, limits);
  const nowMs = () => driver.nowNs() / 1e6;
  if (first !== undefined) calls.beginStop(nowMs());
  runs.set(run, { calls, nowMs, release: () => driver.releaseArena(control) });
}

/** Schedules the next check, as often as the runs need it. */
function lookOn(): void {
  clearTimeout(timer);
  const everyMs = Math.min(...[...runs.values()].map(({ calls }) => calls.everyMs));
  if (everyMs < Infinity) timer = setTimeout(look, everyMs);
}

function look(): void {
  lookOn();
  for (const { calls, nowMs } of runs.values()) {
    const call = calls.look(nowMs());
    if (call === undefined) continue;
    // Until the main thread has answered a signal, `asked` is set: only that answer counts.
    const stopLimitMs = limitAfterSignal(calls);
    if (first !== undefined && asked === undefined && call.inStopMs >= stopLimitMs) {
      const held = `Since ${first}, ${nameNode(call)} has kept lane "main" for ${Math.floor(call.inStopMs)} ms`;
      kill(`${held}: ${INCOMPLETE}; ${moreTime(stopLimitMs)}`);
    }
    if (call.forMs >= call.limitMs && canEndProcess()) {
      const more = `if it may take longer, raise ${limitOption(call)}`;
      writeToStderr(`error: ${describeCall(call)}: ${INCOMPLETE}; ${more}\n`);
      endProcess(1);
    }
    if (call.isNews) logger("runtime").warn(`${describeCall(call)}; ${whatComes(call)}`);
  }
}

function whatComes(call: LongCall): string {
  const meanwhile = "nothing else on the main thread can run meanwhile: run what takes long on a worker lane";
  if (call.limitMs === Infinity) return `${meanwhile}; it is waited for without a limit`;
  const end = canEndProcess()
    ? "the program is ended, and files that are being written are not complete, once that has lasted"
    : "the program would be ended, which needs --allow-run, once that has lasted";
  return `${meanwhile}; ${end} ${call.limitMs} ms, which ${limitOption(call)} can change`;
}

/** @param names the signals to listen to; empty to stop listening */
function listen(names: readonly EndSignal[]): void {
  for (const [name, listener] of listeners.splice(0)) Deno.removeSignalListener(name, listener);
  for (const name of names) {
    const listener = () => ask(name);
    Deno.addSignalListener(name, listener);
    listeners.push([name, listener]);
  }
  if (names.length > 0) scope.postMessage("listens");
}

function ask(name: EndSignal): void {
  // A task passes on signals that the terminal has already sent: the main thread may have answered the first, and be
  // busy.
  if (isSame) return;
  isSame = true;
  setTimeout(() => isSame = false, SAME_SIGNAL_MS);
  const all = [...runs.values()].map(({ calls }) => calls);
  const before = new Map(all.map((calls) => [calls, calls.now()?.signs]));
  if (first === undefined) {
    first = name;
    const afterMs = Math.max(ANSWER_AFTER_MS, ...all.map(limitAfterSignal));
    asked = setTimeout(() => endAfterSignal(name, afterMs, before), afterMs);
    for (const { calls, nowMs } of runs.values()) calls.beginStop(nowMs());
    lookOn();
  } else if (!isLast) {
    isLast = true;
    clearTimeout(asked);
    asked = setTimeout(() => endAtOnce(name, before), END_AFTER_MS);
  }
  scope.postMessage("are you there?");
}

/** Returns the time limit for a call after a signal, milliseconds. */
function limitAfterSignal({ limits }: MainCalls): number {
  return Math.max(ANSWER_AFTER_MS, limits.stopTimeoutMs);
}

/** @param before the call of each run when the signal arrived */
function endAfterSignal(name: EndSignal, afterMs: number, before: ReadonlyMap<MainCalls, string | undefined>): void {
  const held = heldSince(before);
  const more = held === undefined ? "" : `; ${moreTime(afterMs)}`;
  kill(`The main thread has not come to ${name} for ${afterMs} ms, ${whatKeeps(held)}: ${INCOMPLETE}${more}`);
}

/** @param before the call of each run when the signal arrived */
function endAtOnce(name: EndSignal, before: ReadonlyMap<MainCalls, string | undefined>): void {
  const why = whatKeeps(heldSince(before));
  writeToStderr(`The main thread has not come to a second signal, ${name}, ${why}: ${INCOMPLETE}\n`);
  endProcess(END_CODES[name]);
}

/** Returns the call that has held the thread ever since. */
function heldSince(before: ReadonlyMap<MainCalls, string | undefined>): MainCall | undefined {
  return [...runs.values()].map(({ calls }) => ({ call: calls.now(), signs: before.get(calls) }))
    .find(({ call, signs }) => call !== undefined && call.signs === signs)?.call;
}

function whatKeeps(call: MainCall | undefined): string {
  if (call === undefined) return "since something keeps it that is no call of a node";
  return `since ${nameNode(call)} keeps lane "main"`;
}

function nameNode({ node: { id, type } }: MainCall): string {
  return `node "${id}" (${type})`;
}

function moreTime(limitMs: number): string {
  return `a "stopTimeoutMs" of the runtime above ${limitMs} gives it more time`;
}

function kill(why: string): void {
  writeToStderr(`${why}\n`);
  Deno.kill(Deno.pid, "SIGKILL");
}

/** True if the program may end itself with an exit code. */
function canEndProcess(): boolean {
  return isGranted({ name: "run" }) || isGranted({ name: "ffi" });
}

/**
 * Ends the process at once, whatever it is doing: `Deno.exit()` in a worker ends only the worker.
 *
 * @param code its exit code; without `--allow-ffi`, that of SIGKILL
 */
function endProcess(code: number): void {
  const path = LIBRARIES[Deno.build.os];
  if (path !== undefined && isGranted({ name: "ffi" })) {
    try {
      Deno.dlopen(path, { _exit: { parameters: ["i32"], result: "void" } }).symbols._exit(code);
    } catch {
      // The system has another C library.
    }
  }
  // On Windows, this gives exit code 1.
  Deno.kill(Deno.pid, "SIGKILL");
}
