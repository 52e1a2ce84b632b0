/**
 * `--watch`: generates again when a file changes. What has not changed is neither read nor formatted again.
 *
 * @module
 */
import { basename, dirname, posix, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { FolderWatches, inodeOf, tryClose, tryOpen } from "./files/folder_watches.ts";
import { MANIFESTS } from "./files/imported_files.ts";
import { type GenerateOptions, type GenerateResult, Generator } from "./generate.ts";
import { LinkedFiles, pathsOfEvent } from "./files/linked_files.ts";
import { isFound } from "./files/find_files.ts";
import { differingPaths, savedSince, sourceGlobs, stampPaths, stampSources } from "./files/source_stamps.ts";
import { TouchedFiles } from "./files/touched_files.ts";

/** How long to wait for more changes after one, milliseconds: editors write a file in several steps. */
const QUIET_MS = 20;

/** How often to look for a root that has gone, milliseconds. */
const ABSENT_MS = 100;

/** Paths in folders that are never entered; `..` is none of them. */
const IGNORED = /(?:^|\/)(?:node_modules|target|\.(?!\.\/)[^/]*)\//;

/** What to generate, and what to watch beside that. */
export interface WatchOptions extends GenerateOptions {
  /**
   * Names further files whose changes are told of.
   *
   * @param annotated the files with annotated classes; paths are relative to the package's root
   * @param changed what the run was for
   */
  readonly alsoFollow?: (annotated: readonly string[], changed: readonly string[]) => Promise<readonly string[]>;
  /** Files that were saved from then on have changed after the first run, milliseconds since 1970. */
  readonly savedSinceMs?: number;
}

/** One run. */
export interface WatchRun {
  readonly result: GenerateResult;
  /** Paths that had changed, relative to the package's root; none in the first run. */
  readonly changed: readonly string[];
  /** How many source files are looked at. */
  readonly watched: number;
  readonly tookMs: number;
}

/**
 * Generates now, and again after every change of a TypeScript file, of the configuration, of the `deno.json` beside it,
 * whose `imports` lead to other packages, or of a generated file by somebody else, under the package's root or a folder
 * outside it that `include` names, and of every file that was looked at, wherever symbolic links lead. A file that is
 * saved counts, also with the text that it had. A root that goes is waited for.
 *
 * @param onRun is told of each run
 * @param signal ends it
 * @returns when `signal` has aborted
 * @throws what the file system says if the root is not there at first
 */
export async function watch(
  options: WatchOptions,
  onRun: (run: WatchRun) => void,
  signal: AbortSignal,
): Promise<void> {
  const root = dirname(resolve(options.configPath));
  let watcher: Deno.FsWatcher | undefined = Deno.watchFs(root);
  while (!signal.aborted) {
    if (watcher !== undefined) await watchRoot(root, watcher, options, onRun, signal);
    if (!signal.aborted) await pause(signal);
    watcher = signal.aborted ? undefined : tryOpen(root, true);
  }
}

/** Watches until the signal aborts, or the root is removed. */
async function watchRoot(
  root: string,
  watcher: Deno.FsWatcher,
  options: WatchOptions,
  onRun: (run: WatchRun) => void,
  signal: AbortSignal,
): Promise<void> {
  using others = new FolderWatches(root, note, look);
  using linked = new LinkedFiles(root, look);
  const stop = () => {
    tryClose(watcher);
    others[Symbol.dispose]();
    linked[Symbol.dispose]();
  };
  using _open = { [Symbol.dispose]: stop };
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) return;
  const inode = inodeOf(root);
  const generator = new Generator(options);
  const configFile = basename(options.configPath);
  /** Files outside what `include` names that were looked at, that links lead to, or that the options name. */
  let followed: ReadonlySet<string> = new Set();
  let folders: readonly string[] = [""];
  const isSource = (path: string): boolean =>
    path.endsWith(".ts") && !IGNORED.test(path) && folders.some((folder) => isWithin(path, folder));
  const isConcerned = (path: string): boolean =>
    path === configFile || MANIFESTS.includes(path) || isSource(path) || followed.has(path) || generator.writes(path);
  const waiting = new Set<string>();
  const touched = new TouchedFiles(root);
  let stamps: Map<string, string> = await stampAll();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = async (changed: readonly string[]): Promise<void> => {
    const startedMs = performance.now();
    const result = await generator.run(new Set(changed), followFolders);
    const tookMs = performance.now() - startedMs;
    const missed = await followFiles(changed);
    onRun({ result, changed, watched: stamps.size, tookMs });
    for (const path of missed) look(path);
  };
  let running = run([]).then(async () => {
    if (options.savedSinceMs === undefined) return;
    for (const path of await savedSince(root, stamps.keys(), options.savedSinceMs)) look(path);
  });
  const flush = () => {
    timer = undefined;
    const paths = [...waiting].sort();
    waiting.clear();
    running = running.then(async () => {
      // Only now is it known what the run before has written.
      const intact = await Promise.all(paths.map((path) => generator.isIntact(path)));
      const known = paths.filter((path, i) => intact[i] !== true && isConcerned(path));
      const changed = (await touched.among(new Set([...known, ...await lookAgain(paths)]))).sort();
      if (changed.length > 0 && !signal.aborted) await run(changed);
    });
    running.catch(stop);
  };
  async function stampAll(): Promise<Map<string, string>> {
    return new Map([...await stampSources(root, folders), ...await stampPaths(root, [...followed])]);
  }
  /** Where a folder may have come or gone, all files are looked at. @returns those that nothing was said of, too */
  async function lookAgain(paths: readonly string[]): Promise<string[]> {
    if (paths.every(isConcerned)) {
      const globs = sourceGlobs(folders);
      const now = await stampPaths(root, paths.filter((path) => followed.has(path) || isFound(path, globs, [])));
      for (const path of paths) stamps.delete(path);
      for (const [path, stamp] of now) stamps.set(path, stamp);
      return [];
    }
    const before = stamps;
    stamps = await stampAll();
    return differingPaths(before, stamps);
  }
  /** Watches the folders that the configuration names now, and those of the files that are followed. */
  function followFolders(): boolean {
    folders = ["", ...generator.folders.filter((folder) => folder.split("/")[0] === "..")];
    const wanted = new Map(folders.slice(1).map((folder) => [folder, true]));
    for (const path of followed) {
      const folder = posix.dirname(path);
      if (!folders.some((each) => isWithin(path, each))) wanted.set(folder, false);
    }
    return others.follow(wanted);
  }
  /** Follows the files that were looked at. @returns those that have changed since, before they were followed */
  async function followFiles(changed: readonly string[]): Promise<string[]> {
    const before = new Set([...folders, ...followed]);
    const { outside } = generator;
    const further = await options.alsoFollow?.(generator.annotated, changed) ?? [];
    const furtherStamps = await stampPaths(root, further);
    const all = new Map([...further.map((path) => [path, furtherStamps.get(path)] as const), ...generator.lookedAt]);
    await linked.follow(all, changed);
    followed = new Set([...outside.keys(), ...linked.paths, ...further]);
    const hasMore = followFolders();
    const now = new Set([...folders, ...followed]);
    if (!hasMore && now.symmetricDifference(before).size === 0) return [];
    stamps = await stampAll();
    return [...outside].filter(([path, stamp]) => stamps.get(path) !== stamp).map(([path]) => path);
  }
  function note({ kind, paths }: Deno.FsEvent): void {
    if (kind === "access" || kind === "other") return;
    for (const local of paths.flatMap((path) => [...pathsOfEvent(root, path)])) {
      if (isConcerned(local)) {
        look(local);
      } else if (kind !== "modify" && mayHoldSources(local)) {
        // It may be any file: it must not put off what waits.
        waiting.add(local);
        timer ??= setTimeout(flush, QUIET_MS);
      }
    }
  }
  function mayHoldSources(path: string): boolean {
    return mayBeFolder(path) && folders.some((folder) => isWithin(path, folder));
  }
  function look(path: string): void {
    waiting.add(path);
    clearTimeout(timer);
    timer = setTimeout(flush, QUIET_MS);
  }
  try {
    await running;
    for await (const event of watcher) {
      note(event);
      if (event.kind !== "remove" || (!event.paths.includes(root) && inodeOf(root) === inode)) continue;
      waiting.add(configFile);
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

/** Whether a path is in a folder, or in one inside it; both relative to the root, which is `""`. */
function isWithin(path: string, folder: string): boolean {
  return folder === "" ? !path.startsWith("../") : path.startsWith(`${folder}/`) && !path.startsWith(`${folder}/../`);
}

/** Whether a path may be that of a folder with sources: one that has gone does not tell what it was. */
function mayBeFolder(path: string): boolean {
  return path !== "" && !path.endsWith(".partial") && !IGNORED.test(`${path}/`);
}

/** Waits a little, or until the signal aborts. */
async function pause(signal: AbortSignal): Promise<void> {
  await delay(ABSENT_MS, undefined, { signal }).catch(() => {});
}
