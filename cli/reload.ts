/**
 * `sluice run --watch`: when the source of a processor is saved, its nodes are replaced by ones of the new code. What
 * does not compile, does not open or fails in its first tick changes nothing.
 *
 * @module
 */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { SluiceError } from "../core/errors.ts";
import { readFreshPackage } from "../core/registry/fresh_package.ts";
import type { AnyNodeType, NodePackage } from "../core/registry/node_type.ts";
import type { Runtime } from "../core/runtime.ts";
import { viewRuntime } from "../core/runtime_view.ts";
import type { NodeEntry } from "../core/topology.ts";
import { describeError, errorEvent } from "./failure.ts";
import type { Io } from "./output.ts";

/** What became of one change of source files. */
export interface Reload {
  /** Paths that were saved, relative to the package's folder. */
  readonly changed: readonly string[];
  /** Nodes that run the new code. */
  readonly nodes: readonly string[];
  readonly tookMs: number;
  /** Why everything goes on as it was. */
  readonly error?: Error;
}

/**
 * Watches the packages of a graph's nodes that lie on this machine and have a `sluice.json`, until `signal` aborts.
 *
 * @param onReload is told of every change that concerns a node, or that the generator refuses
 */
export async function watchSources(
  runtime: Runtime,
  onReload: (reload: Reload) => void,
  signal: AbortSignal,
): Promise<void> {
  const packages = new Map<string, NodePackage>();
  for (const { type } of viewRuntime(runtime).nodes) {
    if (type.package?.url.startsWith("file:")) packages.set(type.package.url, type.package);
  }
  await Promise.all([...packages.keys()].map((url) => watchPackage(runtime, url, onReload, signal)));
}

/** Prints what became of a change. */
export function reportReload({ changed, nodes, tookMs, error }: Reload, json: boolean, io: Io): void {
  const files = changed.join(", ");
  if (json) {
    const outcome = error === undefined
      ? { event: "reloaded", nodes, tookMs }
      : { ...errorEvent(error), event: "reload-failed" };
    io.stdout.line(JSON.stringify({ ...outcome, changed }));
  } else if (error === undefined) {
    io.stderr.line(`Reloaded ${nodes.join(", ")} after a change of ${files}, in ${Math.round(tookMs)} ms`);
  } else {io.stderr.line(
      `Not reloaded after a change of ${files}: ${describeError(error)}; the graph goes on as it was`,
    );}
}

async function watchPackage(
  runtime: Runtime,
  url: string,
  onReload: (reload: Reload) => void,
  signal: AbortSignal,
): Promise<void> {
  const configPath = join(dirname(fileURLToPath(url)), "sluice.json");
  if (!await Deno.stat(configPath).then(({ isFile }) => isFile, () => false)) return;
  const [{ watch }, { importedFiles }, { describePlaced, isError }] = await Promise.all([
    import("../codegen/watch.ts"),
    import("../codegen/imported_files.ts"),
    import("../codegen/diagnostics.ts"),
  ]);
  const root = dirname(configPath);
  /** Nodes whose new code could not be brought in yet. */
  const waiting = new Set<string>();
  const texts = new Map<string, string>();
  /** Lanes that were tried: whatever they have imported, they keep. */
  const tried = new Set<string>();
  let queue = Promise.resolve();

  /** An editor's one save can come as several changes: those files whose text is another one than at the last look. */
  async function otherTexts(changed: readonly string[]): Promise<string[]> {
    const found: string[] = [];
    for (const path of changed) {
      const text = await Deno.readTextFile(join(root, path)).catch(() => "");
      if (texts.get(path) !== text) found.push(path);
      texts.set(path, text);
    }
    return found;
  }

  async function reload(saved: readonly string[], refused: string | undefined): Promise<void> {
    const startedMs = performance.now();
    const changed = await otherTexts(saved);
    if (changed.length === 0) return;
    const report = (nodes: readonly string[], error?: Error) =>
      onReload({ changed, nodes, tookMs: performance.now() - startedMs, ...(error && { error }) });
    if (signal.aborted) return;
    if (refused !== undefined) return report([], new SluiceError("InvalidGraph", refused));
    const paths = new Set(changed.map((path) => resolve(root, path)));
    const own = viewRuntime(runtime).nodes.filter(({ type }) => type.package?.url === url);
    for (const node of own) {
      const source = resolve(root, node.type.descriptor.source.replace(/:\d+$/, ""));
      const files = await importedFiles(root, source);
      if ([...paths].some((path) => files.has(path))) waiting.add(node.id);
    }
    const nodes = own.filter(({ id }) => waiting.has(id));
    if (nodes.length === 0) return;
    try {
      const fresh = await readFreshPackage(url);
      await replaceNodes(runtime, nodes, fresh, tried);
      waiting.clear();
      report(nodes.map(({ id }) => id));
    } catch (error) {
      report([], error as Error);
    }
  }

  await watch({ configPath }, ({ result, changed }) => {
    const refused = result.diagnostics.find(isError);
    if (changed.length > 0) queue = queue.then(() => reload(changed, refused && describePlaced(refused)));
  }, signal);
  await queue;
}

/** Puts nodes of the new code in place, all or none: those that share a lane share a new one. */
async function replaceNodes(
  runtime: Runtime,
  nodes: readonly NodeEntry[],
  fresh: NodePackage,
  tried: Set<string>,
): Promise<void> {
  const onMain = nodes.filter(({ lane }) => lane === "main").map(({ id }) => `"${id}"`);
  if (onMain.length > 0) {
    throw new SluiceError(
      "Busy",
      `Cannot reload ${onMain.join(", ")}: it runs on lane "main", which keeps the code that it has imported; start ` +
        "the graph anew",
    );
  }
  const lanes = new Map<string, string>();
  for (const { lane } of viewRuntime(runtime).nodes) tried.add(lane);
  await runtime.edit((edit) => {
    for (const { id, type, config, lane } of nodes) {
      if (!lanes.has(lane)) lanes.set(lane, nextLane(lane, tried));
      edit.replace(id, { type: findType(fresh, type), config }, { lane: lanes.get(lane)! });
    }
  });
}

function findType(fresh: NodePackage, { descriptor: { type } }: AnyNodeType): AnyNodeType {
  // A generic type, or one that configuration sizes, is listed under its own name.
  const found = fresh.nodes.find(({ descriptor }) => descriptor.type === type);
  if (found !== undefined) return found;
  throw new SluiceError("NodeTypeNotFound", `Cannot find node type "${type}" in the new code`);
}

/** The name of a lane that takes over from another one: `dsp`, `dsp-2`, `dsp-3`. */
function nextLane(lane: string, tried: Set<string>): string {
  const [, base, number] = /^(.*?)(?:-(\d+))?$/.exec(lane)!;
  let n = Number(number ?? 1) + 1;
  while (tried.has(`${base}-${n}`)) n++;
  tried.add(`${base}-${n}`);
  return `${base}-${n}`;
}
