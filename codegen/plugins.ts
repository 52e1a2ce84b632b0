/**
 * The plugins of a `sluice.json`. The node types of those in TypeScript are in the schema for graph files, whatever
 * conditions they have. The stages of native ones are that and more: generated code has their types.
 *
 * What a native plugin says of its stages is in its library, which this process loads once.
 *
 * @module
 */
import { relative, resolve } from "node:path";
import type { NodeDescriptor, PortDescriptor } from "../core/descriptor/descriptor.ts";
import type { InspectedPlugin } from "../core/plugins/inspect_plugin.ts";
import { findPlugins as findPaths } from "../core/registry/find_plugins.ts";
import { type RegistryEntry, whyLeftOut } from "../core/registry/registry_entries.ts";
import type { GeneratorConfig } from "./config.ts";
import { compareText } from "./diagnostics.ts";
import type { FrameTypeModel, StageModel } from "./model.ts";

/** A generated module of a plugin. */
export interface PluginModule {
  /** As the `sluice.json` names the plugin. */
  readonly from: string;
  /** Relative to the package's root. */
  readonly path: string;
}

/** A native plugin that cannot be used. */
export interface RefusedPlugin {
  /** As the `sluice.json` names it. */
  readonly from: string;
  /** A clause. */
  readonly why: string;
}

/** What plugins bring. */
export interface FoundPlugins {
  readonly modules: readonly PluginModule[];
  /** Sorted by registered name. */
  readonly stages: readonly StageModel[];
  readonly refused: readonly RefusedPlugin[];
  /** What native plugins were read from, relative to the package's root. */
  readonly files: readonly string[];
}

/** When the libraries were built that this process has loaded. */
const loaded = new Map<string, number | undefined>();

/** Finds those of the plugins that are enabled. One that is not there is told of where a registry is made. */
export async function findPlugins(root: string, { plugins = [] }: GeneratorConfig): Promise<FoundPlugins> {
  const modules: PluginModule[] = [];
  const stages: StageModel[] = [];
  const refused: RefusedPlugin[] = [];
  const files: string[] = [];
  for (const entry of plugins.filter((each) => each.enabled)) {
    const { from } = entry;
    const found = await findPaths(resolve(root, from), from).catch(() => ({ modules: [], natives: [] }));
    modules.push(...found.modules.map((each) => ({ from, path: `./${localPath(root, each)}` })));
    for (const plugin of await inspectAll(isForHere(entry) ? found.natives : [])) {
      const why = whyRefused(plugin);
      if (why !== undefined) refused.push({ from, why });
      stages.push(...plugin.nodes.map(({ descriptor }) => stageModel(root, from, plugin.folder, descriptor)));
      files.push(...(plugin.sources ?? []).map((each) => localPath(root, each)));
      if (!/\.py(?:#|$)/.test(plugin.folder)) files.push(`${localPath(root, plugin.folder)}/plugin.toml`);
      if (plugin.library !== undefined) files.push(localPath(root, plugin.library));
    }
  }
  stages.sort((a, b) => compareText(a.descriptor.type, b.descriptor.type));
  return { modules, stages, refused, files };
}

/** A library for another system cannot be read here; what else an entry asks for is of when a graph runs. */
function isForHere({ enabled, requires, platforms, from, offset }: RegistryEntry): boolean {
  return whyLeftOut({ enabled, requires, platforms, from, offset, env: [] }) === undefined;
}

async function inspectAll(folders: readonly string[]): Promise<InspectedPlugin[]> {
  if (folders.length === 0) return [];
  const { lookAtPlugin, openPlugins } = await import("../core/plugins/inspect_plugin.ts");
  return openPlugins(folders.map(lookAtPlugin));
}

function whyRefused({ folder, library, problems }: InspectedPlugin): string | undefined {
  if (problems.length > 0) return `"${folder}" is refused: ${problems[0].message}`;
  if (library === undefined) return undefined;
  const builtMs = Deno.statSync(library).mtime?.getTime();
  if (!loaded.has(library)) loaded.set(library, builtMs);
  if (loaded.get(library) === builtMs) return undefined;
  return `"${library}" was built again, and this process has loaded what was there before; start it again`;
}

/** The model of a stage. @param from as the `sluice.json` names its plugin */
export function stageModel(root: string, from: string, folder: string, descriptor: NodeDescriptor): StageModel {
  const ports = [...descriptor.inputs, ...descriptor.outputs];
  return {
    descriptor: { ...descriptor, source: localPath(root, descriptor.source) },
    parameters: [],
    frames: Object.fromEntries(ports.map((port) => [port.name, frameOf(port)])),
    from,
    folder: localPath(root, folder),
  };
}

/** What records and values are made of is known where they are linked. */
function frameOf({ kind, type }: PortDescriptor): FrameTypeModel {
  const frame = type.replace(/<.*/s, "");
  return kind === "packet" || kind === "data" ? { frame, argument: { kind: "global", text: "Untyped" } } : { frame };
}

function localPath(root: string, path: string): string {
  return relative(root, path).replaceAll("\\", "/");
}
