/**
 * `sluice run --watch` for nodes in Python: when one of their files is saved, the nodes of the plugin are replaced by ones
 * of the new code, in new processes, with their state. While the new code cannot be read, the old goes on.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { basename, dirname } from "node:path";
import { SluiceError } from "../../core/errors.ts";
import type { NodeEntry } from "../../core/graph/entries.ts";
import { readPythonAnew } from "../../core/plugins/inspect_plugin.ts";
import { nativeStage } from "../../core/registry/shipped_stage.ts";
import type { Runtime } from "../../core/runtime.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import { nodeWithoutSnapshot, type Reload, RELOAD_TIMEOUT_MS, type WatchedPackage, whyOver } from "./reloads.ts";

/** Time between two looks at the files, milliseconds. Two looks in a row that find the same end a save. */
const LOOK_MS = 200;

/** By file: a value that changes when it is saved. */
type Stamps = ReadonlyMap<string, string>;

/** A plugin whose files are watched. */
interface WatchedPlugin {
  /** Its folder or file, absolute. */
  readonly plugin: string;
  files: readonly string[];
  /** The stamps of the files of the code that runs, and those of the last look. */
  running: Stamps;
  last: Stamps;
}

/** Returns the plugins in Python of a graph's nodes. */
export function pythonPackages(runtime: Runtime): WatchedPackage[] {
  return pluginsOf(runtime).map(({ plugin, files }) => ({
    name: basename(plugin),
    folder: /\.py(?:#|$)/.test(plugin) ? dirname(plugin) : plugin,
    files: files.length,
    tookMs: 0,
  }));
}

/** Watches the plugins in Python of a graph's nodes, until `signal` aborts. */
export async function watchPython(
  runtime: Runtime,
  onReload: (reload: Reload) => void,
  signal: AbortSignal,
): Promise<void> {
  const watched: WatchedPlugin[] = [];
  while (!signal.aborted) {
    for (const { plugin, files } of pluginsOf(runtime)) {
      if (watched.some((each) => each.plugin === plugin)) continue;
      const stamps = await stampsOf(files);
      watched.push({ plugin, files, running: stamps, last: stamps });
    }
    for (const each of watched) {
      const stamps = await stampsOf(each.files);
      const changed = changedIn(stamps, each.running);
      if (changed.length > 0 && changedIn(stamps, each.last).length === 0) {
        each.running = stamps;
        await reload(runtime, each, changed, onReload, signal);
      } else each.last = stamps;
    }
    await delay(LOOK_MS, undefined, { signal }).catch(() => {});
  }
}

async function reload(
  runtime: Runtime,
  watched: WatchedPlugin,
  changed: readonly string[],
  onReload: (reload: Reload) => void,
  signal: AbortSignal,
): Promise<void> {
  const startedMs = performance.now();
  const report = (rest: Pick<Reload, "nodes" | "anew" | "leftOut" | "error">): void => {
    const tookMs = performance.now() - startedMs;
    if (!signal.aborted) onReload({ changed: changed.map((file) => basename(file)), tookMs, ...rest });
  };
  try {
    const { nodes: fresh, problems: [problem], sources } = await readPythonAnew(watched.plugin);
    if (problem !== undefined) throw new SluiceError("PluginRejected", `${basename(problem.file)}: ${problem.message}`);
    if (sources !== undefined) {
      watched.files = sources;
      // Files that the new code imports for the first time; what was saved meanwhile is brought in next.
      const stamps = await stampsOf(sources);
      watched.running = watched.last = new Map([...stamps, ...watched.running]);
    }
    const old = viewRuntime(runtime).nodes.filter((node) => pluginOf(node) === watched.plugin);
    const overs = old.flatMap(({ id }) => {
      const why = whyOver(runtime, id);
      return why === undefined ? [] : [[id, why] as const];
    });
    const leftOut = Object.fromEntries(overs);
    const going = old.filter(({ id }) => !Object.hasOwn(leftOut, id));
    const anew = going.length === 0 ? {} : await replaceAll(runtime, going, fresh);
    report({ nodes: going.map(({ id }) => id), anew, leftOut });
  } catch (error) {
    report({ nodes: [], anew: {}, leftOut: {}, error: error as Error });
  }
}

/** Replaces nodes by one edit. @returns those that begin without a state, since their old code cannot tell it, and why */
async function replaceAll(
  runtime: Runtime,
  nodes: readonly NodeEntry[],
  fresh: readonly NodeEntry["type"][],
): Promise<Record<string, string>> {
  const anew: Record<string, string> = {};
  for (;;) {
    try {
      await runtime.edit((edit) => {
        for (const { id, type: { descriptor }, config } of nodes) {
          const type = fresh.find((each) => each.descriptor.type === descriptor.type);
          if (type === undefined) {
            const message = `Cannot find node type "${descriptor.type}" in the new code of node "${id}"`;
            throw new SluiceError("NodeTypeNotFound", message, { nodeId: id });
          }
          edit.replace(id, { type, config }, { startsAnew: Object.hasOwn(anew, id) });
        }
      }, { timeoutMs: RELOAD_TIMEOUT_MS });
      return anew;
    } catch (error) {
      const id = nodeWithoutSnapshot(error);
      if (id === undefined || Object.hasOwn(anew, id)) throw error;
      anew[id] = (error as SluiceError).message;
    }
  }
}

function pluginsOf(runtime: Runtime): { plugin: string; files: readonly string[] }[] {
  const found = viewRuntime(runtime).nodes.flatMap(({ type }) => nativeStage(type.descriptor.type).python ?? []);
  return found.filter(({ plugin }, i) => found.findIndex((each) => each.plugin === plugin) === i);
}

function pluginOf({ type }: NodeEntry): string | undefined {
  return nativeStage(type.descriptor.type).python?.plugin;
}

async function stampsOf(files: readonly string[]): Promise<Stamps> {
  const stampOf = (file: string) =>
    Deno.stat(file).then(({ mtime, size, ino }) => `${mtime?.getTime()} ${size} ${ino}`, () => "none");
  return new Map(await Promise.all(files.map(async (file) => [file, await stampOf(file)] as const)));
}

function changedIn(stamps: Stamps, before: Stamps): string[] {
  return [...stamps].flatMap(([file, stamp]) => before.get(file) === stamp ? [] : [file]);
}
