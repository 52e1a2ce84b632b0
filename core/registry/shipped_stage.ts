/**
 * The stages of the plugins that come with Sluice. Generated code says what they are; the library of one is opened where
 * a graph with a stage of it begins, or takes one in.
 *
 * @module
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { loadNative, shippedLibraryPath } from "../../ffi/loader.ts";
import { loadPluginLibrary, type PluginStage } from "../../ffi/plugin.ts";
import type { NodeDescriptor } from "../descriptor/descriptor.ts";
import { SluiceError } from "../errors.ts";
import type { NodeHandle } from "./handle.ts";
import { enterNativeStage, refuseLoading } from "./native_stages.ts";
import { type AnyNodeType, defineNodeType, type NodeType } from "./node_type.ts";

/** The name of a plugin that comes with Sluice: that of its folder in `crates/plugins`. */
export type ShippedPlugin = "codecs" | "sensors" | "video";

/** The family of the stages of each. */
const FAMILIES: { readonly [plugin in ShippedPlugin]: string } = { codecs: "codec", sensors: "sensor", video: "video" };

/** All of them. */
export const SHIPPED_PLUGINS = Object.keys(FAMILIES) as readonly ShippedPlugin[];

/** What makes a library that fits. */
const BUILD = 'build it with "deno task build:native"';

/** The node types that generated code has made. */
const types = new Map<ShippedPlugin, AnyNodeType[]>();

/** The stages of libraries that were opened. */
const opened = new Map<ShippedPlugin, readonly PluginStage[]>();

/**
 * Makes the node type of a shipped stage. Called by generated code.
 *
 * @param parts the name of the plugin that has it, and the descriptor as it was when the code was generated
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
  /** Where its library is. */
  readonly folder: string;
  /** Its library, absolute; absent where it is not there. */
  readonly library?: string;
  /** The node types that generated code has made. */
  readonly nodes: readonly AnyNodeType[];
  /** A clause that says why it cannot be used, as far as that is known before its library is opened. */
  readonly problem?: string;
}

/** The plugins of the types that generated code has made. */
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

/** What a stage that comes with Sluice is called in graphs. */
export interface ShippedName {
  /** The name of its node type: `scale` for the id `org.sluice.video.scale`. */
  readonly type: string;
  /** The category of its node type. */
  readonly family: string;
}

/**
 * What a shipped stage is called in graphs.
 *
 * @param id as the plugin's library has it
 * @returns `undefined` for the ids of other plugins
 */
export function shippedName(id: string): ShippedName | undefined {
  const plugin = SHIPPED_PLUGINS.find((each) => id.startsWith(domainOf(each)));
  return plugin && { type: id.slice(domainOf(plugin).length), family: FAMILIES[plugin] };
}

/** Which of the plugins that come with Sluice it is. @param folder absolute @param library in it, absolute, if it is there */
export function findShippedPlugin(folder: string, library: string | undefined): ShippedPlugin | undefined {
  return SHIPPED_PLUGINS.find((name) =>
    isSame(folder, () => fileURLToPath(new URL(`../../crates/plugins/${name}`, import.meta.url))) ||
    (library !== undefined && isSame(library, () => shippedLibraryPath(name)))
  );
}

/** The node types of a shipped plugin; `undefined` where no generated code has made them. */
export function shippedTypes(plugin: ShippedPlugin): readonly AnyNodeType[] | undefined {
  return types.get(plugin);
}

/**
 * Opens the library of a shipped plugin, or takes what it said before.
 *
 * @throws {SluiceError} `NativeUnavailable` or `AbiMismatch` if the native library cannot be used
 * @throws {RangeError} with the reason, a clause, if the plugin's cannot
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

/** What the ids of its stages begin with. */
function domainOf(plugin: ShippedPlugin): string {
  return `org.sluice.${plugin}.`;
}

/** Whether ports have the same names in the same order. */
function isLike(found: readonly { readonly name: string }[], wanted: readonly { readonly name: string }[]): boolean {
  return found.length === wanted.length && found.every(({ name }, i) => name === wanted[i].name);
}

/** Whether a path leads to the same place as another one, which a package that is in no file system does not have. */
function isSame(path: string, other: () => string): boolean {
  try {
    return Deno.realPathSync(path) === Deno.realPathSync(other());
  } catch {
    return false;
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
