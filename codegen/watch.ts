/**
 * `--watch`: generates again when a file changes. What has not changed is neither read nor formatted again.
 *
 * @module
 */
import { relative } from "node:path";
import { type GenerateOptions, type GenerateResult, Generator } from "./generate.ts";

/** How long to wait for more changes after one, milliseconds: editors write a file in several steps. */
const QUIET_MS = 20;

/** One run. */
export interface WatchRun {
  readonly result: GenerateResult;
  /** Paths that had changed, relative to the package's root; none in the first run. */
  readonly changed: readonly string[];
  readonly tookMs: number;
}

/**
 * Generates now, and again after every change of a TypeScript file, or of the configuration, under the package's root.
 *
 * @param onRun is told of each run
 * @param signal ends it
 * @returns when `signal` has aborted
 */
export async function watch(
  options: GenerateOptions,
  onRun: (run: WatchRun) => void,
  signal: AbortSignal,
): Promise<void> {
  const generator = new Generator(options);
  const outputs = new Set<string>();
  const run = async (changed: readonly string[]): Promise<void> => {
    const startedMs = performance.now();
    const result = await generator.run(new Set(changed));
    for (const { path } of result.files) outputs.add(path);
    onRun({ result, changed, tookMs: performance.now() - startedMs });
  };
  using watcher = Deno.watchFs(generator.root);
  const stop = () => watcher.close();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) return;
  const waiting = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = Promise.resolve();
  const flush = () => {
    timer = undefined;
    const changed = [...waiting].sort();
    waiting.clear();
    running = running.then(() => run(changed));
  };
  await run([]);
  try {
    for await (const event of watcher) {
      if (event.kind === "access" || event.kind === "other") continue;
      for (const path of event.paths) {
        const local = relative(generator.root, path).replaceAll("\\", "/");
        if (isWatched(local) && !outputs.has(local)) waiting.add(local);
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

/** Whether a change of a file can concern generated code. */
function isWatched(path: string): boolean {
  return /(?:\.ts|sluice\.json)$/.test(path) && !/(?:^|\/)(?:node_modules|target|\.[^/]*)\//.test(path) &&
    !path.endsWith(".partial");
}
