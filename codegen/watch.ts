/**
 * `--watch`: generates again when a file changes. What has not changed is neither read nor formatted again.
 *
 * @module
 */
import { basename, dirname, relative, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type GenerateOptions, type GenerateResult, Generator } from "./generate.ts";
import { differingPaths, stampSources } from "./source_stamps.ts";

/** How long to wait for more changes after one, milliseconds: editors write a file in several steps. */
const QUIET_MS = 20;

/** How often to look for a root that has gone, milliseconds. */
const ABSENT_MS = 100;

/** Paths in folders that are never entered. */
const IGNORED = /(?:^|\/)(?:node_modules|target|\.[^/]*)\//;

/** One run. */
export interface WatchRun {
  readonly result: GenerateResult;
  /** Paths that had changed, relative to the package's root; none in the first run. */
  readonly changed: readonly string[];
  readonly tookMs: number;
}

/**
 * Generates now, and again after every change of a TypeScript file, of the configuration, or of a generated file by
 * somebody else, under the package's root. A root that goes is waited for.
 *
 * @param onRun is told of each run
 * @param signal ends it
 * @returns when `signal` has aborted
 * @throws what the file system says if the root is not there at first
 */
export async function watch(
  options: GenerateOptions,
  onRun: (run: WatchRun) => void,
  signal: AbortSignal,
): Promise<void> {
  const root = dirname(resolve(options.configPath));
  let watcher: Deno.FsWatcher | undefined = Deno.watchFs(root);
  while (!signal.aborted) {
    if (watcher !== undefined) await watchRoot(root, watcher, options, onRun, signal);
    if (!signal.aborted) await pause(signal);
    watcher = signal.aborted ? undefined : openAgain(root);
  }
}

/** Watches until the signal aborts, or the root is removed. */
async function watchRoot(
  root: string,
  watcher: Deno.FsWatcher,
  options: GenerateOptions,
  onRun: (run: WatchRun) => void,
  signal: AbortSignal,
): Promise<void> {
  using _open = { [Symbol.dispose]: () => tryClose(watcher) };
  const stop = () => tryClose(watcher);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) return;
  const inode = inodeOf(root);
  const generator = new Generator(options);
  const concerns = concernOf(options.configPath);
  const isConcerned = (path: string): boolean => concerns(path) || generator.writes(path);
  const run = async (changed: readonly string[]): Promise<void> => {
    const startedMs = performance.now();
    const result = await generator.run(new Set(changed));
    onRun({ result, changed, tookMs: performance.now() - startedMs });
  };
  const waiting = new Set<string>();
  let stamps = await stampSources(root);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = run([]);
  const flush = () => {
    timer = undefined;
    const paths = [...waiting].sort();
    waiting.clear();
    running = running.then(async () => {
      // Only now is it known what the run before has written.
      const intact = await Promise.all(paths.map((path) => generator.isIntact(path)));
      const before = stamps;
      stamps = await stampSources(root);
      const known = paths.filter((path, i) => intact[i] !== true && isConcerned(path));
      const changed = [...new Set([...known, ...differingPaths(before, stamps)])].sort();
      if (changed.length > 0 && !signal.aborted) await run(changed);
    });
    running.catch(stop);
  };
  try {
    await running;
    for await (const event of watcher) {
      if (event.kind === "access" || event.kind === "other") continue;
      for (const path of event.paths) {
        const local = relative(root, path).replaceAll("\\", "/");
        if (isConcerned(local) || (event.kind !== "modify" && mayBeFolder(local))) waiting.add(local);
      }
      if (event.kind === "remove" && inodeOf(root) !== inode) {
        waiting.add(basename(options.configPath));
        clearTimeout(timer);
        flush();
        return;
      }
      if (waiting.size === 0) continue;
      clearTimeout(timer);
      timer = setTimeout(flush, QUIET_MS);
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    await running;
  }
}

/** Tells of a path whether a change of it can concern generated code. */
function concernOf(configPath: string): (path: string) => boolean {
  const configFile = basename(configPath);
  return (path) => path === configFile || (path.endsWith(".ts") && !IGNORED.test(path));
}

/** Whether a path may be that of a folder with sources: one that has gone does not tell what it was. */
function mayBeFolder(path: string): boolean {
  return path !== "" && !path.endsWith(".partial") && !IGNORED.test(`${path}/`);
}

/** What tells a folder from another of the same path; `undefined` if it is not there. */
function inodeOf(path: string): number | null | undefined {
  try {
    return Deno.statSync(path).ino;
  } catch {
    return undefined;
  }
}

function openAgain(root: string): Deno.FsWatcher | undefined {
  try {
    return Deno.watchFs(root);
  } catch {
    return undefined;
  }
}

function tryClose(watcher: Deno.FsWatcher): void {
  try {
    watcher.close();
  } catch {
    // It is closed already.
  }
}

/** Waits a little, or until the signal aborts. */
async function pause(signal: AbortSignal): Promise<void> {
  await delay(ABSENT_MS, undefined, { signal }).catch(() => {});
}
