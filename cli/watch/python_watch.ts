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

/** A plugin whose files are watched. */
interface WatchedPlugin {
  /** Its folder or file, absolute. */
  readonly plugin: string;
  files: readonly string[];
  /** The stamp of the code that runs, and that of the last look. */
  running: string;
  last: string;
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
      const stamp = await stampOf(files);
      watched.push({ plugin, files, running: stamp, last: stamp });
    }
    for (const each of watched) {
      const stamp = await stampOf(each.files);
      if (stamp === each.last && stamp !== each.running) {
        each.running = stamp;
        await reload(runtime, each, onReload, signal);
      }
      each.last = stamp;
    }
    await delay(LOOK_MS, undefined, { signal }).catch(() => {});
  }
}

async function reload(
  runtime: Runtime,
  watched: WatchedPlugin,
  onReload: (reload: Reload) => void,
  signal: AbortSignal,
): Promise<void> {
  const startedMs = performance.now();
  const report = (rest: Pick<Reload, "nodes" | "anew" | "leftOut" | "error">): void => {
    const tookMs = performance.now() - startedMs;
    if (!signal.aborted) onReload({ changed: watched.files.map((file) => basename(file)), tookMs, ...rest });
  };
  try {
    const { nodes: fresh, problems: [problem], sources } = await readPythonAnew(watched.plugin);
    if (problem !== undefined) throw new SluiceError("PluginRejected", `${basename(problem.file)}: ${problem.message}`);
    watched.files = sources ?? watched.files;
    watched.running = watched.last = await stampOf(watched.files);
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

/** A value that changes when one of the files is saved. */
async function stampOf(files: readonly string[]): Promise<string> {
  const stamps = files.map((file) =>
    Deno.stat(file).then(({ mtime, size, ino }) => `${mtime?.getTime()} ${size} ${ino}`, () => "none")
  );
  return (await Promise.all(stamps)).join("\n");
}
