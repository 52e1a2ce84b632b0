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

/** Paths in folders that are never entered, but not `..`. */
const IGNORED = /(?:^|\/)(?:node_modules|target|\.(?!\.\/)[^/]*)\//;

/** What to generate, and what to watch beside that. */
export interface WatchOptions extends GenerateOptions {
  /**
   * Names further files to watch.
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
 * @param onRun called after each run
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
    if (watcher !== undefined) {
      using watched = new RootWatch(root, watcher, options, onRun, signal);
      await watched.done();
    }
    if (!signal.aborted) await pause(signal);
    watcher = signal.aborted ? undefined : tryOpen(root, true);
  }
}

/** Watches one root. */
class RootWatch implements Disposable {
  readonly #root: string;
  readonly #watcher: Deno.FsWatcher;
  readonly #options: WatchOptions;
  readonly #onRun: (run: WatchRun) => void;
  readonly #signal: AbortSignal;
  readonly #generator: Generator;
  readonly #configFile: string;
  readonly #others: FolderWatches;
  readonly #linked: LinkedFiles;
  readonly #touched: TouchedFiles;
  readonly #stop = () => this[Symbol.dispose]();
  /** Files outside what `include` names that were looked at, that links lead to, or that the options name. */
  #followed: ReadonlySet<string> = new Set();
  #folders: readonly string[] = [""];
  #stamps = new Map<string, string>();
  /** Paths that something was said of since the last run. */
  readonly #waiting = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(
    root: string,
    watcher: Deno.FsWatcher,
    options: WatchOptions,
    onRun: (run: WatchRun) => void,
    signal: AbortSignal,
  ) {
    this.#root = root;
    this.#watcher = watcher;
    this.#options = options;
    this.#onRun = onRun;
    this.#signal = signal;
    this.#generator = new Generator(options);
    this.#configFile = basename(options.configPath);
    const look = (path: string) => this.#look(path);
    this.#others = new FolderWatches(root, (event) => this.#note(event), look);
    this.#linked = new LinkedFiles(root, look);
    this.#touched = new TouchedFiles(root);
  }

  [Symbol.dispose](): void {
    tryClose(this.#watcher);
    this.#others[Symbol.dispose]();
    this.#linked[Symbol.dispose]();
  }

  /** Settles when the signal has aborted, or the root was removed. */
  async done(): Promise<void> {
    this.#signal.addEventListener("abort", this.#stop, { once: true });
    if (this.#signal.aborted) return;
    const inode = inodeOf(this.#root);
    this.#stamps = await this.#stampAll();
    this.#running = this.#runFirst();
    try {
      await this.#running;
      for await (const event of this.#watcher) {
        this.#note(event);
        if (event.kind !== "remove") continue;
        if (!event.paths.includes(this.#root) && inodeOf(this.#root) === inode) continue;
        this.#waiting.add(this.#configFile);
        clearTimeout(this.#timer);
        this.#flush();
        return;
      }
    } finally {
      clearTimeout(this.#timer);
      this.#signal.removeEventListener("abort", this.#stop);
      await this.#running;
    }
  }

  async #runFirst(): Promise<void> {
    await this.#run([]);
    const { savedSinceMs } = this.#options;
    if (savedSinceMs === undefined) return;
    for (const path of await savedSince(this.#root, this.#stamps.keys(), savedSinceMs)) this.#look(path);
  }

  async #run(changed: readonly string[]): Promise<void> {
    const startedMs = performance.now();
    const result = await this.#generator.run(new Set(changed), () => void this.#followFolders());
    const tookMs = performance.now() - startedMs;
    const missed = await this.#followFiles(changed);
    this.#onRun({ result, changed, watched: this.#stamps.size, tookMs });
    for (const path of missed) this.#look(path);
  }

  /** Runs again, after the run under way, for what waits. */
  #flush(): void {
    this.#timer = undefined;
    const paths = [...this.#waiting].sort();
    this.#waiting.clear();
    this.#running = this.#running.then(async () => {
      // Only now is it known what the run before has written.
      const intact = await Promise.all(paths.map((path) => this.#generator.isIntact(path)));
      const known = paths.filter((path, i) => intact[i] !== true && this.#isConcerned(path));
      const changed = (await this.#touched.among(new Set([...known, ...await this.#lookAgain(paths)]))).sort();
      if (changed.length > 0 && !this.#signal.aborted) await this.#run(changed);
    });
    this.#running.catch(this.#stop);
  }

  #isSource(path: string): boolean {
    return path.endsWith(".ts") && !IGNORED.test(path) && this.#folders.some((folder) => isWithin(path, folder));
  }

  #isConcerned(path: string): boolean {
    return path === this.#configFile || MANIFESTS.includes(path) || this.#isSource(path) || this.#followed.has(path) ||
      this.#generator.writes(path);
  }

  #mayHoldSources(path: string): boolean {
    return mayBeFolder(path) && this.#folders.some((folder) => isWithin(path, folder));
  }

  async #stampAll(): Promise<Map<string, string>> {
    const sources = await stampSources(this.#root, this.#folders);
    return new Map([...sources, ...await stampPaths(this.#root, [...this.#followed])]);
  }

  /**
   * Where a folder may have come or gone, all files are looked at.
   *
   * @returns files that have changed and that nothing was said of
   */
  async #lookAgain(paths: readonly string[]): Promise<string[]> {
    if (paths.every((path) => this.#isConcerned(path))) {
      const globs = sourceGlobs(this.#folders);
      const known = paths.filter((path) => this.#followed.has(path) || isFound(path, globs, []));
      const now = await stampPaths(this.#root, known);
      for (const path of paths) this.#stamps.delete(path);
      for (const [path, stamp] of now) this.#stamps.set(path, stamp);
      return [];
    }
    const before = this.#stamps;
    this.#stamps = await this.#stampAll();
    return differingPaths(before, this.#stamps);
  }

  /**
   * Watches the folders that the configuration names now, and those of the files that are followed.
   *
   * @returns whether more is watched than before
   */
  #followFolders(): boolean {
    this.#folders = ["", ...this.#generator.folders.filter((folder) => folder.split("/")[0] === "..")];
    const wanted = new Map(this.#folders.slice(1).map((folder) => [folder, true]));
    for (const path of this.#followed) {
      const folder = posix.dirname(path);
      if (!this.#folders.some((each) => isWithin(path, each))) wanted.set(folder, false);
    }
    return this.#others.follow(wanted);
  }

  /** Follows the files that were looked at. @returns those that have changed since, before they were followed */
  async #followFiles(changed: readonly string[]): Promise<string[]> {
    const before = new Set([...this.#folders, ...this.#followed]);
    const { outside, annotated, pluginFiles } = this.#generator;
    const further = [...await this.#options.alsoFollow?.(annotated, changed) ?? [], ...pluginFiles];
    const furtherStamps = await stampPaths(this.#root, further);
    const all = new Map([
      ...further.map((path) => [path, furtherStamps.get(path)] as const),
      ...this.#generator.lookedAt,
    ]);
    await this.#linked.follow(all, changed);
    this.#followed = new Set([...outside.keys(), ...this.#linked.paths, ...further]);
    const hasMore = this.#followFolders();
    const now = new Set([...this.#folders, ...this.#followed]);
    if (!hasMore && now.symmetricDifference(before).size === 0) return [];
    this.#stamps = await this.#stampAll();
    return [...outside].filter(([path, stamp]) => this.#stamps.get(path) !== stamp).map(([path]) => path);
  }

  #note({ kind, paths }: Deno.FsEvent): void {
    if (kind === "access" || kind === "other") return;
    for (const local of paths.flatMap((path) => [...pathsOfEvent(this.#root, path)])) {
      if (this.#isConcerned(local)) {
        this.#look(local);
      } else if (kind !== "modify" && this.#mayHoldSources(local)) {
        // It may be any file: it must not put off what waits.
        this.#waiting.add(local);
        this.#timer ??= setTimeout(() => this.#flush(), QUIET_MS);
      }
    }
  }

  #look(path: string): void {
    this.#waiting.add(path);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#flush(), QUIET_MS);
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
