/**
 * A node on lane `main` that calls `Deno.exit()` or `close()` ends the program, and leaves the files of its graph
 * incomplete. Standard error then tells which node that was, and the exit code is not 0. The program's own calls, and
 * what a node does after an `await` or in a callback, are left alone.
 *
 * @module
 */
import type { ControlPage } from "../control_page.ts";
import { writeToStderr } from "../log.ts";
import { MainCalls, type MainNode, type RunLimits } from "./main_call.ts";

/** A run whose nodes on lane `main` are reported until it is disposed of. */
export interface MainExits extends Disposable {
  /** A node is to run on lane `main`; the record may have been another one's. */
  add(node: MainNode): void;
}

const scope = globalThis as unknown as { close: () => void };
const runs = new Set<MainCalls>();
let ownClose = scope.close;
/** Has called `close()`, which ends the program only later. */
let closer: MainNode | undefined;

/**
 * Tells of nodes that end the program.
 *
 * @returns `undefined` in a worker, whose lane `main` is not the program's main thread
 */
export function tellMainExits(page: ControlPage, limits: RunLimits): MainExits | undefined {
  if ("WorkerGlobalScope" in globalThis) return undefined;
  const calls = new MainCalls(page, limits);
  if (runs.size === 0) begin();
  runs.add(calls);
  return {
    add: (node) => calls.add(node),
    [Symbol.dispose]() {
      if (runs.delete(calls) && runs.size === 0) end();
    },
  };
}

function begin(): void {
  ownClose = scope.close;
  scope.close = closeByNode;
  globalThis.addEventListener("unload", tell);
}

function end(): void {
  // A node that has called close() may be reported later.
  if (closer === undefined) globalThis.removeEventListener("unload", tell);
  if (scope.close === closeByNode) scope.close = ownClose;
}

function closeByNode(): void {
  closer ??= called();
  ownClose.call(globalThis);
}

function called(): MainNode | undefined {
  for (const calls of runs) {
    const call = calls.now();
    if (call !== undefined) return call.node;
  }
  return undefined;
}

function tell(): void {
  const node = called() ?? closer;
  if (node === undefined) return;
  const call = node === closer ? "close()" : "Deno.exit()";
  writeToStderr(
    `error: Node "${node.id}" (${node.type}) called ${call}: the program ends, and files that were being written are ` +
      "not complete\n",
  );
  if (Deno.exitCode === 0) Deno.exitCode = 1;
}
