/**
 * Watches the sources of a package and generates its code, in a worker of its own: a scan would keep lane `main` for
 * whole turns of the event loop.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import { serializeError } from "../../core/errors.ts";
import type { FromSourceWatch, ToSourceWatch } from "./source_watch.ts";

/** The members of a worker's global scope that this module uses. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ToSourceWatch>) => void) | null;
  postMessage(message: FromSourceWatch): void;
}

const scope = globalThis as unknown as WorkerScope;
const ended = new AbortController();
/** The folder of the package and what its modules import, once it is watched; paths are absolute. */
let watched: { readonly root: string; importsOf(path: string): Promise<ReadonlySet<string>> } | undefined;

scope.onmessage = ({ data }) => {
  if (data.kind === "end") ended.abort();
  else if (data.kind === "watch") void orFail(() => watchPackage(data));
  else void orFail(() => findAffected(data));
};

async function watchPackage({ configPath, savedSinceMs }: ToSourceWatch & { kind: "watch" }): Promise<void> {
  const [{ watch }, { describePlaced, isError }, { ImportedFiles, MANIFESTS }, { localPath }] = await Promise.all([
    import("../../codegen/watch.ts"),
    import("../../codegen/diagnostics.ts"),
    import("../../codegen/files/imported_files.ts"),
    import("../../codegen/paths.ts"),
  ]);
  const root = dirname(configPath);
  const imports = new ImportedFiles(root);
  watched = { root, importsOf: (path) => imports.of([path]) };
  let queue = Promise.resolve();
  /** The texts of the previous run's warnings, without their places. */
  let told = new Set<string>();

  /** Watches what classes import at run time, even if the generator need not read it. */
  async function alsoFollow(annotated: readonly string[], changed: readonly string[]): Promise<string[]> {
    imports.forget(changed.map((path) => resolve(root, path)));
    const files = await imports.of(annotated.map((path) => resolve(root, path)));
    return [...files].map((path) => localPath(root, path));
  }

  await watch({ configPath, savedSinceMs, alsoFollow }, ({ result, changed, watched, tookMs }) => {
    // Warnings about existing code were shown when it was generated.
    const isKnown = result.files.length > 0 && result.files.every(({ state }) => state === "unchanged");
    const warnings = new Map(
      result.diagnostics.filter((each) => !isError(each)).map((each) => [`${each.file}: ${each.message}`, each]),
    );
    const news = isKnown ? [] : [...warnings].filter(([key]) => !told.has(key)).map(([, each]) => describePlaced(each));
    told = new Set(warnings.keys());
    if (news.length > 0) scope.postMessage({ kind: "warned", warnings: news });
    const diagnostic = result.diagnostics.find(isError);
    const refused = diagnostic && describePlaced(diagnostic);
    if (changed.length === 0) {
      return scope.postMessage({ kind: "ready", ready: { files: watched, tookMs, refused } });
    }
    queue = queue.then(async () => {
      const hasOtherMap = changed.some((path) => MANIFESTS.includes(path)) && await imports.hasOtherMap();
      scope.postMessage({ kind: "changed", change: { changed, hasOtherMap, refused } });
    });
  }, ended.signal);
  scope.postMessage({ kind: "ended" });
}

/** Answers only for a package that is watched. */
async function findAffected({ id, sources, changed }: ToSourceWatch & { kind: "find" }): Promise<void> {
  const { root, importsOf } = watched!;
  const paths = changed.map((path) => resolve(root, path));
  const affected: string[] = [];
  for (const source of sources) {
    const files = await importsOf(resolve(root, source));
    if (paths.some((path) => files.has(path))) affected.push(source);
  }
  scope.postMessage({ kind: "found", id, affected });
}

async function orFail(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    scope.postMessage({ kind: "failed", error: serializeError(error) });
  }
}
