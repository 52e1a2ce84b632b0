/**
 * `sluice run --watch`: when the source of a processor is saved, its nodes are replaced by ones of the new code, on a
 * fresh lane. What the generator refuses, does not compile or does not open changes nothing; what fails later is a
 * failure of the node like any other.
 *
 * @module
 */
import { dirname } from "node:path";
import { serializeError, SluiceError } from "../../core/errors.ts";
import { FRESH_TIMEOUT_MS, readFreshPackage } from "../../core/registry/fresh_package.ts";
import type { AnyNodeType, NodePackage } from "../../core/registry/node_type.ts";
import type { Runtime } from "../../core/runtime.ts";
import { type RunState, type SessionView, viewRuntime } from "../../core/runtime_view.ts";
import type { NodeEntry } from "../../core/graph/entries.ts";
import { escapeControls } from "../../core/log.ts";
import { didYouMean, listSome } from "../../core/errors/suggestion.ts";
import { describeError, errorEvent, inOneLine } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { FreshLanes } from "./fresh_lanes.ts";
import { ReloadQueue } from "./reload_queue.ts";
import { type SourceChange, SourceWatch } from "./source_watch.ts";
import { configPathOf, isWatchable } from "./watchable.ts";
import { nodeWithoutSnapshot, type Reload, RELOAD_TIMEOUT_MS, type WatchedPackage, whyOver } from "./reloads.ts";

const OTHER_MAP =
  `Cannot follow the changed "imports" of deno.json: a process goes on with those that it began with; ` +
  "start the graph anew";

/** How long a reload may wait for something before it says so, milliseconds. */
const SLOW_MS = 2_000;

/** States in which a change is still answered. */
const GOES_ON: ReadonlySet<RunState> = new Set(["building", "starting", "running", "paused"]);

/** Waits for something, and has it told of if that takes long. */
type TellIfSlow = <T>(nodes: readonly string[], waitsFor: string, limitMs: number, work: Promise<T>) => Promise<T>;

/** Nodes that run new code, and those that were to. */
type Replaced = Pick<Reload, "nodes" | "anew" | "leftOut">;

/** A reload that has waited for long. */
export interface SlowReload {
  /** As of {@linkcode Reload}. */
  readonly changed: readonly string[];
  /** Nodes that are to run the new code. */
  readonly nodes: readonly string[];
  /** In words. */
  readonly waitsFor: string;
  /** How long each of that may take before the reload is given up, milliseconds. */
  readonly limitMs: number;
}

/** Who is told what of watched sources. */
export interface WatchListener {
  /** Called once, when all packages are watched. */
  onWatching(packages: readonly WatchedPackage[]): void;
  /** Is told what the generator warns of in code that it has written. */
  onWarned(warnings: readonly string[]): void;
  /** Is told of a reload that takes long, before it is known what becomes of it. */
  onSlow(reload: SlowReload): void;
  /** Is told of every change that concerns a node, or that the generator refuses. */
  onReload(reload: Reload): void;
}

/**
 * Watches the packages of a graph's nodes that lie on this machine and have a `sluice.json`, until `signal` aborts.
 * Those that were installed, below `node_modules`, are not among them, nor is Sluice's own outside its checkout.
 *
 * @param importedMs when the runtime began to import the classes, or before; what was saved since is brought in at
 *   once; milliseconds since 1970
 * @throws {SluiceError} what keeps sources from being watched; by then none is any more
 */
export async function watchSources(
  runtime: Runtime,
  importedMs: number,
  listener: WatchListener,
  signal: AbortSignal,
): Promise<void> {
  const packages = new Map<string, NodePackage>();
  for (const { type } of viewRuntime(runtime).nodes) {
    const { package: from } = type;
    if (from === undefined || packages.has(from.url)) continue;
    if (await isWatchable(from.url, Deno.cwd())) packages.set(from.url, from);
  }
  const lanes = new FreshLanes();
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  const { pythonPackages, watchPython } = await import("./python_watch.ts");
  const watched: WatchedPackage[] = pythonPackages(runtime);
  const wanted = watched.length + packages.size;
  const watches = [...packages.values()].map((each) =>
    watchPackage(runtime, each, lanes, importedMs, (ready) => {
      watched.push(ready);
      if (watched.length === wanted) {
        listener.onWatching(watched);
      }
    }, {
      onWarned: (warnings) => listener.onWarned(warnings),
      onSlow: (reload) => listener.onSlow(reload),
      onReload: (reload) => {
        listener.onReload(reload);
        publishRefusal(runtime, reload);
      },
    }, either)
  );
  if (watches.length === 0) listener.onWatching(watched);
  // Nodes in Python may be added later.
  watches.push(watchPython(runtime, (reload) => {
    listener.onReload(reload);
    publishRefusal(runtime, reload);
  }, either));
  try {
    await Promise.all(watches);
  } finally {
    ended.abort();
    await Promise.allSettled(watches);
  }
}

/** Prints what is watched, or that nothing is. */
export function reportWatching(packages: readonly WatchedPackage[], json: boolean, io: Io): void {
  if (json) return io.stdout.line(JSON.stringify({ event: "watching", packages }));
  if (packages.length === 0) {
    return io.stderr.line(
      'Nothing to watch: no node of the graph comes from sources of your own, in a folder with a "sluice.json"',
    );
  }
  for (const { name, folder, files, refused } of packages) {
    io.stderr.line(`Watching ${files === 1 ? "1 file" : `${files} files`} of ${name} in ${folder}`);
    if (refused !== undefined) io.stderr.line(`warning: the generator refuses what is there: ${refused}`);
  }
}

/** Prints what the generator warns of. */
export function reportWarnings(warnings: readonly string[], json: boolean, io: Io): void {
  for (const message of warnings) {
    if (json) io.stdout.line(JSON.stringify({ event: "codegen-warning", message }));
    else io.stderr.line(`warning: ${inOneLine(message)}`);
  }
}

/** Prints that a reload takes long, and what it waits for. */
export function reportSlow({ changed, nodes, waitsFor, limitMs }: SlowReload, json: boolean, io: Io): void {
  if (json) return io.stdout.line(JSON.stringify({ event: "reloading", nodes, waitsFor, limitMs, changed }));
  const files = escapeControls(changed.join(", "));
  io.stderr.line(
    `Still reloading after a change of ${files}: it waits up to ${limitMs / 1_000} s for ${waitsFor}; ` +
      "what is saved meanwhile comes after it",
  );
}

/** Prints what became of a change. */
export function reportReload(
  { changed, nodes, anew, leftOut, tookMs, error }: Reload,
  json: boolean,
  io: Io,
): void {
  if (json) {
    const outcome = error === undefined
      ? { event: "reloaded", nodes, anew, leftOut, tookMs }
      : { ...errorEvent(error), event: "reload-failed" };
    io.stdout.line(JSON.stringify({ ...outcome, changed }));
  } else if (error === undefined) {
    const files = escapeControls(changed.join(", "));
    const reloaded = nodes.length === 0 ? "no node" : nodes.join(", ");
    io.stderr.line(`Reloaded ${reloaded} after a change of ${files}, in ${Math.round(tookMs)} ms`);
    for (const [node, reason] of Object.entries(leftOut)) io.stderr.line(`"${node}" stays as it is: ${reason}`);
    for (const [node, reason] of Object.entries(anew)) {
      io.stderr.line(`warning: "${node}" starts anew, without its state: ${inOneLine(reason)}`);
    }
  } else {
    io.stderr.line(describeRefusal(changed, describeError(error)));
  }
}

/** Tells whoever follows the events of the runtime, as the page does, that a change was refused. */
function publishRefusal(runtime: Runtime, { changed, error }: Reload): void {
  if (error === undefined) return;
  const told = serializeError(error);
  const message = describeRefusal(changed, told.message);
  runtime.events.publish({ group: "error", kind: "error", error: { ...told, message } });
}

function describeRefusal(changed: readonly string[], reason: string): string {
  return inOneLine(`Not reloaded after a change of ${changed.join(", ")}: ${reason}; the graph goes on as it was`);
}

async function watchPackage(
  runtime: Runtime,
  { name, url }: NodePackage,
  lanes: FreshLanes,
  importedMs: number,
  onReady: (ready: WatchedPackage) => void,
  { onWarned, onSlow, onReload }: Omit<WatchListener, "onWatching">,
  signal: AbortSignal,
): Promise<void> {
  /** Nodes whose new code could not be brought in yet. */
  const waiting = new Set<string>();

  async function reload({ changed, hasOtherMap, refused }: SourceChange): Promise<void> {
    const startedMs = performance.now();
    const report = (error?: Error, { nodes, anew, leftOut }: Replaced = { nodes: [], anew: {}, leftOut: {} }): void => {
      const tookMs = performance.now() - startedMs;
      // What the end of the graph overtook was not refused.
      if (!signal.aborted && GOES_ON.has(viewRuntime(runtime).session?.state ?? "building")) {
        onReload({ changed, nodes, anew, leftOut, tookMs, ...(error && { error }) });
      }
    };
    if (signal.aborted) return;
    try {
      const own = viewRuntime(runtime).nodes.filter(({ type }) => type.package?.url === url);
      const affected = await watch.findAffected([...new Set(own.map(sourceOf))], changed);
      for (const node of own) if (affected.includes(sourceOf(node))) waiting.add(node.id);
      if (hasOtherMap) report(new SluiceError("Busy", OTHER_MAP));
      if (refused !== undefined) return report(new SluiceError("InvalidGraph", refused));
      const nodes = own.filter(({ id }) => waiting.has(id));
      if (nodes.length === 0) return;
      const tellIfSlow: TellIfSlow = async (ids, waitsFor, limitMs, work) => {
        const tell = () => signal.aborted || onSlow({ changed, nodes: ids, waitsFor, limitMs });
        const timer = setTimeout(tell, SLOW_MS);
        return await work.finally(() => clearTimeout(timer));
      };
      const replaced = await replaceNodes(runtime, nodes, () => readFreshPackage(url, signal), lanes, tellIfSlow);
      waiting.clear();
      report(undefined, replaced);
    } catch (error) {
      report(error as Error);
    }
  }

  const configPath = configPathOf(url);
  const queue = new ReloadQueue(reload);
  const watch = new SourceWatch(configPath, importedMs, (change) => queue.add(change), onWarned);
  const end = () => void watch.end();
  if (signal.aborted) end();
  signal.addEventListener("abort", end, { once: true });
  try {
    const ready = await watch.ready;
    if (ready !== undefined) onReady({ name, folder: dirname(configPath), ...ready });
    await watch.over;
    await queue.idle;
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/** The module of a node's class, relative to the folder of its package. */
function sourceOf({ type }: NodeEntry): string {
  return type.descriptor.source.replace(/:\d+$/, "");
}

/**
 * Puts nodes of the new code in place, all or none: those that share a lane share a new one. One whose old code fails
 * to say what its state is begins without: the old code cannot be mended any more. Those that have ended are left out.
 *
 * @param readFresh reads the new code; it is not called where all are left out
 */
async function replaceNodes(
  runtime: Runtime,
  nodes: readonly NodeEntry[],
  readFresh: () => Promise<NodePackage>,
  lanes: FreshLanes,
  tellIfSlow: TellIfSlow,
): Promise<Replaced> {
  const anew: Record<string, string> = {};
  let fresh: NodePackage | undefined;
  for (;;) {
    const leftOut = Object.fromEntries(nodes.flatMap(({ id }) => {
      const why = whyOver(runtime, id);
      return why === undefined ? [] : [[id, why]];
    }));
    const going = nodes.filter(({ id }) => !Object.hasOwn(leftOut, id));
    const ids = going.map(({ id }) => id);
    if (going.length === 0) return { nodes: ids, anew, leftOut };
    fresh ??= await tellIfSlow(ids, "the new code to be read", FRESH_TIMEOUT_MS, readFresh());
    try {
      const lost = await replaceAll(runtime, going, fresh, anew, lanes, tellIfSlow);
      const ofThem = Object.entries({ ...lost, ...anew }).filter(([id]) => ids.some((each) => each === id));
      return { nodes: ids, anew: Object.fromEntries(ofThem), leftOut };
    } catch (error) {
      // It has ended since.
      if (error instanceof SluiceError && ids.some((id) => id === error.nodeId && whyOver(runtime, id))) continue;
      const id = nodeWithoutSnapshot(error);
      if (id === undefined || Object.hasOwn(anew, id)) throw error;
      anew[id] = (error as SluiceError).message;
    }
  }
}

/**
 * Puts nodes of the new code in place by one edit, on a fresh lane for each lane that they share or have shared. Other
 * nodes of these lanes that can give all that they have go along.
 *
 * @param anew those that begin without a state, and others that cannot go along
 * @returns those that had a state which the new code does not take, and why
 */
async function replaceAll(
  runtime: Runtime,
  nodes: readonly NodeEntry[],
  fresh: NodePackage,
  anew: Reload["anew"],
  lanes: FreshLanes,
  tellIfSlow: TellIfSlow,
): Promise<Record<string, string>> {
  const onMain = nodes.filter(({ lane }) => lane === "main").map(({ id }) => `"${id}"`);
  if (onMain.length > 0) {
    throw new SluiceError(
      "Busy",
      `Cannot reload ${onMain.join(", ")}: it runs on lane "main", which keeps the code that it has imported; start ` +
        "the graph anew",
    );
  }
  const { session, nodes: all } = viewRuntime(runtime);
  const taken = new Set([...all, ...nodes].map(({ lane }) => lane));
  for (const { name } of session?.lanes ?? []) taken.add(name);
  const homes = new Set(nodes.map(({ lane }) => lanes.homeOf(lane)));
  // Before the graph is started, no lane has imported anything.
  const names = new Map([...homes].map((home) => [home, session === undefined ? home : lanes.next(home, taken)]));
  const before = nodes.filter((node) => ["all", "state"].includes(session?.carries(node) ?? "nothing"));
  const along = all.filter((node) =>
    homes.has(lanes.homeOf(node.lane)) && goesAlong(node, session) && !Object.hasOwn(anew, node.id) &&
    !nodes.some(({ id }) => id === node.id)
  );
  const edited = runtime.edit((edit) => {
    for (const { id, type, config, lane } of nodes) {
      const startsAnew = Object.hasOwn(anew, id);
      edit.replace(id, { type: findType(fresh, type), config }, { lane: names.get(lanes.homeOf(lane))!, startsAnew });
    }
    for (const { id, lane } of along) edit.move(id, names.get(lanes.homeOf(lane))!);
  }, { timeoutMs: RELOAD_TIMEOUT_MS });
  const ids = nodes.map(({ id }) => id);
  const waitsFor = `each of setup(), restore() and the first tick of ${ids.map((id) => `"${id}"`).join(", ")}`;
  await tellIfSlow(ids, waitsFor, RELOAD_TIMEOUT_MS, edited);
  const after = viewRuntime(runtime);
  const lost = before.filter(({ id }) => {
    const node = after.nodes.find((each) => each.id === id);
    return node !== undefined && after.session?.carries(node) === "nothing";
  });
  return Object.fromEntries(lost.map(({ id }) => [id, "its new code has no restore()"]));
}

/** Whether a node of which the code has not changed goes to another lane without losing anything. */
function goesAlong(node: NodeEntry, session: SessionView | undefined): boolean {
  const { type: { descriptor: { mode, isAsync } }, autoPlaced } = node;
  if (session === undefined || autoPlaced || mode === "external" || isAsync) return false;
  return session.carries(node) === "all" && session.nodeStates.get(node.id) === "running";
}

function findType(fresh: NodePackage, { descriptor: { type } }: AnyNodeType): AnyNodeType {
  // A generic type, or one that configuration sizes, is listed under its own name.
  const found = fresh.nodes.find(({ descriptor }) => descriptor.type === type);
  if (found !== undefined) return found;
  const names = fresh.nodes.map(({ descriptor }) => descriptor.type);
  throw new SluiceError(
    "NodeTypeNotFound",
    `Cannot find node type "${type}" in the new code${didYouMean(type, names)}; available: ${listSome(names)}`,
  );
}
