/**
 * Reports a node on lane `main` that ends the program by `Deno.exit()` or `close()`, which leaves the files of its
 * graph incomplete: standard error names the node, and the exit code is not 0. Ignores calls of the program itself, and
 * of a node after an `await` or in a callback.
 *
 * @module
 */
import type { ControlPage } from "../control_page.ts";
import { writeToStderr } from "../log.ts";
import { MainCalls, type MainNode, type RunLimits } from "./main_call.ts";

/** The reports for the nodes of a run on lane `main`; they end when disposed of. */
export interface MainExits extends Disposable {
  /** Adds a node on lane `main`; its record may have belonged to another node. */
  add(node: MainNode): void;
}

const scope = globalThis as unknown as { close: () => void };
const runs = new Set<MainCalls>();
let ownClose = scope.close;
/** The node that has called `close()`, which ends the program only later. */
let closer: MainNode | undefined;

/**
 * Reports nodes that end the program.
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
  // A node that has called close() is still to be reported.
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
