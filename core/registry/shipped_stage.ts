/**
 * Native stages: facts beside their descriptors, and the stages of the plugins that come with Sluice. They run on native
 * lanes only: threads of the library, without JavaScript. Generated code describes them; a plugin's library is opened when a
 * graph with one of its stages starts, or adds one.
 *
 * @module
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { loadNative, shippedLibraryPath } from "../../ffi/loader.ts";
import { loadPluginLibrary, type PluginStage } from "../../ffi/plugin.ts";
import type { NodeDescriptor } from "../descriptor/descriptor.ts";
import { SluiceError } from "../errors.ts";
import type { AudioFormat } from "../frames/format.ts";
import { isFile } from "./file_kind.ts";
import type { NodeHandle } from "./handle.ts";
import { type AnyNodeType, defineNodeType, type NodeType } from "./node_type.ts";

/** The name of a plugin that comes with Sluice: that of its folder in `crates/plugins`. */
export type ShippedPlugin =
  | "audio-devices"
  | "clap"
  | "codecs"
  | "gpu"
  | "rtsp"
  | "sensors"
  | "video"
  | "video-devices"
  | "webrtc";

/** The category of each plugin's stages. */
const FAMILIES: { readonly [plugin in ShippedPlugin]: string } = {
  "audio-devices": "device",
  clap: "clap",
  codecs: "codec",
  gpu: "gpu",
  rtsp: "rtsp",
  sensors: "sensor",
  video: "video",
  "video-devices": "device",
  webrtc: "webrtc",
};

/** The names of all shipped plugins. */
export const SHIPPED_PLUGINS = Object.keys(FAMILIES) as readonly ShippedPlugin[];

/** The remedy for a missing or unfit library. */
const BUILD = 'build it with "deno task build:native"';

/** The node types that generated code has made, by plugin. */
const types = new Map<ShippedPlugin, AnyNodeType[]>();

/** Facts about stages beside their descriptors, by node type. */
const STAGES = new Map<string, NativeStage>();
const NO_FIGURES: NativeStage = { figures: [] };

/** The stages of opened libraries. */
const opened = new Map<ShippedPlugin, readonly PluginStage[]>();

/**
 * Makes the node type of a shipped stage. Called by generated code.
 *
 * @param parts the name of its plugin, and its descriptor at the time of generation
 */
// deno-lint-ignore no-explicit-any -- as in NodeType
export function shippedStage<C, H extends NodeHandle<any, any>>(
  { plugin, descriptor }: { readonly plugin: ShippedPlugin; readonly descriptor: NodeDescriptor },
): NodeType<C, H> {
  const type = defineNodeType<C, H>({
    descriptor,
    load: () => refuseLoading(descriptor.type),
    open: () => openStage(plugin, descriptor),
  });
  types.set(plugin, [...types.get(plugin) ?? [], type]);
  return type;
}

/** A plugin that comes with Sluice. */
export interface ShippedPluginInfo {
  readonly plugin: ShippedPlugin;
  /** The folder of its library. */
  readonly folder: string;
  /** Its library, absolute; absent if missing. */
  readonly library?: string;
  /** Its node types that generated code has made. */
  readonly nodes: readonly AnyNodeType[];
  /** The reason why it cannot be used, as a clause, as far as known before its library is opened. */
  readonly problem?: string;
}

/** Returns the plugins of the types that generated code has made. */
export function listShippedPlugins(): ShippedPluginInfo[] {
  return [...types].map(([plugin, nodes]) => {
    try {
      const library = shippedLibraryPath(plugin);
      const folder = dirname(library);
      if (isFile(library)) return { plugin, folder, library, nodes };
      return { plugin, folder, nodes, problem: `there is no library "${library}"; ${BUILD}` };
    } catch (error) {
      return { plugin, folder: "", nodes, problem: (error as Error).message };
    }
  }).sort((a, b) => a.plugin < b.plugin ? -1 : 1);
}

/** The names of a shipped stage in graphs. */
export interface ShippedName {
  /** The name of its node type: `scale` for the id `org.sluice.video.scale`. */
  readonly type: string;
  /** The category of its node type. */
  readonly family: string;
}

/**
 * Returns the names of a shipped stage in graphs.
 *
 * @param id the id in the plugin's library
 * @returns `undefined` for the ids of other plugins
 */
export function shippedName(id: string): ShippedName | undefined {
  const plugin = SHIPPED_PLUGINS.find((each) => id.startsWith(domainOf(each)));
  return plugin && { type: id.slice(domainOf(plugin).length), family: FAMILIES[plugin] };
}

/**
 * Returns the shipped plugin in a folder. @param folder absolute @param library the library in it, absolute, if present
 */
export function findShippedPlugin(folder: string, library: string | undefined): ShippedPlugin | undefined {
  return SHIPPED_PLUGINS.find((name) =>
    isSame(folder, () => fileURLToPath(new URL(`../../crates/plugins/${name}`, import.meta.url))) ||
    (library !== undefined && isSame(library, () => shippedLibraryPath(name)))
  );
}

/** Returns the node types of a shipped plugin; `undefined` if no generated code has made them. */
export function shippedTypes(plugin: ShippedPlugin): readonly AnyNodeType[] | undefined {
  return types.get(plugin);
}

/**
 * Opens the library of a shipped plugin, or returns the stages of an earlier call.
 *
 * @throws {SluiceError} `NativeUnavailable` or `AbiMismatch` if the native library cannot be used
 * @throws {RangeError} with the reason, as a clause, if the plugin's library cannot be used
 */
export function openShipped(plugin: ShippedPlugin): readonly PluginStage[] {
  const known = opened.get(plugin);
  if (known !== undefined) return known;
  const path = shippedLibraryPath(plugin);
  if (!isFile(path)) throw new RangeError(`there is no library "${path}"; ${BUILD}`);
  const stages = loadPluginLibrary(loadNative().symbols, path, true);
  for (const { id, figures } of stages) enterNativeStage(shippedName(id)!.type, { id, figures });
  opened.set(plugin, stages);
  return stages;
}

function openStage(plugin: ShippedPlugin, { type, inputs, outputs }: NodeDescriptor): void {
  const reject = (why: string, cause?: unknown) =>
    new SluiceError("PluginRejected", `Cannot use stage "${type}": ${why}`, { cause });
  let stages: readonly PluginStage[];
  try {
    stages = openShipped(plugin);
  } catch (cause) {
    throw cause instanceof RangeError ? reject(cause.message, cause) : cause;
  }
  const stage = stages.find(({ id }) => id === domainOf(plugin) + type);
  if (stage !== undefined && isLike(stage.inputs, inputs) && isLike(stage.outputs, outputs)) return;
  throw reject(`the library of plugin "${plugin}" is of another version; ${BUILD}`);
}

/** Returns the common beginning of its stages' ids. */
function domainOf(plugin: ShippedPlugin): string {
  return `org.sluice.${plugin}.`;
}

/** True if ports have the same names in the same order. */
function isLike(found: readonly { readonly name: string }[], wanted: readonly { readonly name: string }[]): boolean {
  return found.length === wanted.length && found.every(({ name }, i) => name === wanted[i].name);
}

/** True if two paths lead to the same place. A package outside file systems has no path. */
function isSame(path: string, other: () => string): boolean {
  try {
    return Deno.realPathSync(path) === Deno.realPathSync(other());
  } catch {
    return false;
  }
}

/** Facts about a native stage beside its descriptor. */
export interface NativeStage {
  /** Its id in the native library, if other than the name of the node type. */
  readonly id?: string;
  /** Names of its own figures, in the order of the stage. */
  readonly figures: readonly string[];
  /** The module that shows its nodes on the page, an absolute path. */
  readonly panel?: string;
  /** For a stage in Python: its plugin's folder or file, and the files that it was read from; absolute. */
  readonly python?: { readonly plugin: string; readonly files: readonly string[] };
  /** Returns the format of its outputs, as far as its configuration determines it. */
  announces?(config: { readonly [key: string]: unknown }): AudioFormat;
}

/** Refuses to load a native stage's node type as a class on a TypeScript lane. */
export function refuseLoading(type: string): Promise<never> {
  const message = `Cannot load node type "${type}": it is a native stage, which runs on native lanes only`;
  return Promise.reject(new SluiceError("InvalidGraph", message));
}

/** Enters the facts about a stage. The native library has checked that its name is unique. */
export function enterNativeStage(type: string, stage: NativeStage): void {
  STAGES.set(type, stage);
}

/** Returns the facts about the stage of a node type; for a type that is not listed, a stage without figures. */
export function nativeStage(type: string): NativeStage {
  return STAGES.get(type) ?? NO_FIGURES;
}
