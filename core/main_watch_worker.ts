/**
 * The other thread of `main_watch.ts`: at each signal it asks the main thread for an answer, and ends the process if
 * none comes.
 *
 * @module
 */
import { SAME_SIGNAL_MS } from "./same_signal.ts";

/** How long the main thread may take to answer, milliseconds. */
const ANSWER_AFTER_MS = 5_000;

interface WorkerScope {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

const scope = globalThis as unknown as WorkerScope;
let asked: ReturnType<typeof setTimeout> | undefined;
/** A signal has just come: another one is the same. */
let isSame = false;

scope.addEventListener("message", () => {
  clearTimeout(asked);
  asked = undefined;
});
// Windows has no SIGTERM to listen to.
for (const name of Deno.build.os === "windows" ? ["SIGINT"] as const : ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(name, () => {
    // A task passes on what the terminal has sent already: the main thread may have answered the first, and be at work.
    if (isSame) return;
    isSame = true;
    setTimeout(() => isSame = false, SAME_SIGNAL_MS);
    asked ??= setTimeout(() => endProcess(name), ANSWER_AFTER_MS);
    scope.postMessage("are you there?");
  });
}
scope.postMessage("listens");

function endProcess(name: Deno.Signal): void {
  const text = `The main thread has not come to ${name} for ${ANSWER_AFTER_MS} ms, since a node on lane "main" keeps ` +
    "it: the program is ended, and files that were being written are not complete\n";
  Deno.stderr.writeSync(new TextEncoder().encode(text));
  Deno.kill(Deno.pid, "SIGKILL");
}
