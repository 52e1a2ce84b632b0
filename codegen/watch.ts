/**
 * `--watch`: generates again when a file changes. What has not changed is neither read nor formatted again.
 *
 * @module
 */
import { basename, dirname, relative, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type GenerateOptions, type GenerateResult, Generator } from "./generate.ts";
import { isFound } from "./scan/find_files.ts";
import { differingPaths, sourceGlobs, stampPaths, stampSources } from "./source_stamps.ts";

/** How long to wait for more changes after one, milliseconds: editors write a file in several steps. */
const QUIET_MS = 20;

/** How often to look for a root that has gone, milliseconds. */
const ABSENT_MS = 100;

/** Paths in folders that are never entered; `..` is none of them. */
const IGNORED = /(?:^|\/)(?:node_modules|target|\.(?!\.\/)[^/]*)\//;

/** One run. */
export interface WatchRun {
  readonly result: GenerateResult;
  /** Paths that had changed, relative to the package's root; none in the first run. */
  readonly changed: readonly string[];
  /** How many TypeScript files are looked at. */
  readonly watched: number;
  readonly tookMs: number;
}

/**
 * Generates now, and again after every change of a TypeScript file, of the configuration, or of a generated file by
 * somebody else, under the package's root or a folder outside it that `include` names. A root that goes is waited for.
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
    watcher = signal.aborted ? undefined : tryOpen(root);
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
  /** Those of folders outside the root. */
  const others = new Map<string, Deno.FsWatcher>();
  const stop = () => [watcher, ...others.values()].forEach(tryClose);
  using _open = { [Symbol.dispose]: stop };
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) return;
  const inode = inodeOf(root);
  const generator = new Generator(options);
  const concerns = concernOf(options.configPath);
  const isConcerned = (path: string): boolean => concerns(path) || generator.writes(path);
  const folders = (): string[] => ["", ...others.keys()];
  const waiting = new Set<string>();
  let stamps: Map<string, string> = await stampSources(root, folders());
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = async (changed: readonly string[]): Promise<void> => {
    const startedMs = performance.now();
    const result = await generator.run(new Set(changed));
    const tookMs = performance.now() - startedMs;
    if (followOthers()) stamps = await stampSources(root, folders());
    onRun({ result, changed, watched: stamps.size, tookMs });
  };
  let running = run([]);
  const flush = () => {
    timer = undefined;
    const paths = [...waiting].sort();
    waiting.clear();
    running = running.then(async () => {
      // Only now is it known what the run before has written.
      const intact = await Promise.all(paths.map((path) => generator.isIntact(path)));
      const known = paths.filter((path, i) => intact[i] !== true && isConcerned(path));
      const changed = [...new Set([...known, ...await lookAgain(paths)])].sort();
      if (changed.length > 0 && !signal.aborted) await run(changed);
    });
    running.catch(stop);
  };
  /** Where a folder may have come or gone, all files are looked at. @returns those that nothing was said of, too */
  async function lookAgain(paths: readonly string[]): Promise<string[]> {
    if (paths.every(isConcerned)) {
      const now = await stampPaths(root, paths.filter((path) => isFound(path, sourceGlobs(folders()), [])));
      for (const path of paths) stamps.delete(path);
      for (const [path, stamp] of now) stamps.set(path, stamp);
      return [];
    }
    const before = stamps;
    stamps = await stampSources(root, folders());
    return differingPaths(before, stamps);
  }
  /** Watches the folders outside the root that the configuration names now. @returns whether they are other ones */
  function followOthers(): boolean {
    const wanted = new Set(generator.folders.filter((folder) => folder.split("/")[0] === ".."));
    let isOther = false;
    for (const [folder, each] of others) {
      if (wanted.has(folder)) continue;
      tryClose(each);
      isOther = others.delete(folder);
    }
    for (const folder of wanted) {
      const opened = others.has(folder) || signal.aborted ? undefined : tryOpen(resolve(root, folder));
      if (opened === undefined) continue;
      others.set(folder, opened);
      isOther = true;
      void (async () => {
        for await (const event of opened) note(event);
      })();
    }
    return isOther;
  }
  function note({ kind, paths }: Deno.FsEvent): void {
    if (kind === "access" || kind === "other") return;
    for (const path of paths) {
      const local = relative(root, path).replaceAll("\\", "/");
      if (isConcerned(local) || (kind !== "modify" && mayBeFolder(local))) waiting.add(local);
    }
    if (waiting.size === 0) return;
    clearTimeout(timer);
    timer = setTimeout(flush, QUIET_MS);
  }
  try {
    await running;
    for await (const event of watcher) {
      note(event);
      if (event.kind !== "remove" || inodeOf(root) === inode) continue;
      waiting.add(basename(options.configPath));
      clearTimeout(timer);
      flush();
      return;
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

function tryOpen(root: string): Deno.FsWatcher | undefined {
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
