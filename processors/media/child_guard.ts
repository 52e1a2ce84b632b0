/**
 * Ends a program with this one, however this one ends: by a second Ctrl-C, a crash or SIGKILL, and on a lane whose worker
 * is not told. A shell beside the program waits at a pipe that the system closes when the process, or the worker, that
 * has started both is gone.
 *
 * @module
 */

/**
 * Kills the process of the number that follows at the end of the input. What a terminal or a service manager sends to all
 * is for the others.
 */
const GUARD = 'trap "" HUP INT QUIT TERM; read -r _; kill -KILL "$0"';

/**
 * Kills a program once this one has ended, or the worker that calls this.
 *
 * @returns settles when the program has ended by itself, and nothing guards it any more
 */
export async function guardChild(child: Deno.ChildProcess): Promise<void> {
  const guard = startGuard(child.pid);
  if (guard === undefined) return await killAtUnload(child);
  await child.status;
  // Its number may be another one's from now on.
  killChild(guard, "SIGKILL");
  await Promise.all([guard.status, guard.stdin.close().catch(() => {})]);
}

/** Sends a signal, unless the program has ended. */
export function killChild(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
  }
}

/** @returns `undefined` where there is no shell, or no permission to run it */
function startGuard(pid: number): Deno.ChildProcess | undefined {
  // Without a question: this is not what the user has asked for.
  if (Deno.permissions.querySync({ name: "run", command: "sh" }).state !== "granted") return undefined;
  try {
    const args = ["-c", GUARD, `${pid}`];
    return new Deno.Command("sh", { args, stdin: "piped", stdout: "null", stderr: "null" }).spawn();
  } catch {
    // On Windows, or where no more processes can be had.
    return undefined;
  }
}

/** Does what can be done from within: on the main thread, since no worker is told of the end. */
async function killAtUnload(child: Deno.ChildProcess): Promise<void> {
  const end = () => killChild(child, "SIGKILL");
  globalThis.addEventListener("unload", end);
  await child.status;
  globalThis.removeEventListener("unload", end);
}
