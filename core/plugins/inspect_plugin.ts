/**
 * Looks at the folder of a plugin: what its `plugin.toml` says, which stages its library has, and everything for which
 * it is refused. The code of a library runs as soon as it is opened: that is done only where nobody else may have put it
 * there, and once a process of its own has lived through it. A library that was opened is never closed.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { STAGE_VERSION } from "../../ffi/layout.gen.ts";
import { loadNative } from "../../ffi/loader.ts";
import { findStranger, loadPluginLibrary, type PluginStage, tryPluginLibraries } from "../../ffi/plugin.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import { findShippedPlugin, shippedName, shippedTypes } from "../registry/shipped_stage.ts";
import { isFile, otherThanFile } from "./file_kind.ts";
import { MANIFEST, type PluginManifest } from "./manifest.ts";
import { readManifestFile } from "./manifest_file.ts";
import { stageType } from "./stage_type.ts";

/** How the system names libraries. */
const LIBRARY_NAMES: Partial<Record<typeof Deno.build.os, readonly [before: string, behind: string]>> = {
  darwin: ["lib", ".dylib"],
  windows: ["", ".dll"],
};

/** What can be done about a library that is not there. */
const BUILD_IT = 'build the plugin with "sluice plugins build"';

/** Why a plugin is refused. */
export interface PluginProblem {
  /** The folder, its `plugin.toml` or its library; absolute. */
  readonly file: string;
  /** A clause. */
  readonly message: string;
  /** What was thrown. */
  readonly cause?: unknown;
}

/** What was found in the folder of a plugin. */
export interface InspectedPlugin {
  /** Absolute. */
  readonly folder: string;
  /** What its `plugin.toml` says; absent if that is wrong. */
  readonly manifest?: PluginManifest;
  /** Its library, absolute; absent if it is missing, or was not looked for. */
  readonly library?: string;
  /** The node types of its stages: of those that are right, if its library was opened. */
  readonly nodes: readonly AnyNodeType[];
  /** Everything that is wrong; empty for a plugin that is right, or not enabled. */
  readonly problems: readonly PluginProblem[];
}

/** How plugins are opened. */
export interface OpenOptions {
  /** Whether a library is tried that was tried before, and has not changed since; by default not. */
  readonly anew?: boolean;
}

/** A plugin whose library was not opened yet. */
export interface UnopenedPlugin extends InspectedPlugin {
  /** Whether it comes with Sluice. */
  readonly isShipped: boolean;
  /** Whether its library may be. */
  readonly opens: boolean;
}

/** Looks at the folder of a plugin, but for its library. @param folder absolute */
export function lookAtPlugin(folder: string): UnopenedPlugin {
  const path = join(folder, MANIFEST);
  const { manifest, library: name, problems: ofText } = readManifestFile(path);
  const isWanted = name !== undefined && manifest?.enabled !== false;
  const paths = isWanted ? libraryPaths(folder, name) : [];
  const library = paths.find(isFile);
  const plugin = isWanted ? findShippedPlugin(folder, library) : undefined;
  const shipped = plugin && shippedTypes(plugin);
  const panel = isWanted ? panelOf(folder, manifest) : undefined;
  const files = [library, panel].flatMap((each) => each !== undefined && isFile(each) ? [each] : []);
  const strangers = shipped === undefined ? findPluginStrangers(folder, path, files) : [];
  const ofVersion = findVersionProblem(manifest);
  const ofPanel = panel === undefined || isFile(panel) ? [] : [missing("panel", [panel])];
  const problems: PluginProblem[] = [
    ...strangers,
    ...[...ofText, ...ofVersion, ...ofPanel].map((message) => ({ file: path, message })),
  ];
  const isShipped = plugin !== undefined;
  const base = { folder, manifest, library, nodes: shipped ?? [], problems, isShipped };
  if (!isWanted || shipped !== undefined) return { ...base, opens: false };
  if (library !== undefined) return { ...base, opens: strangers.length + ofVersion.length === 0 };
  const message = `${missing("library", paths)}; ${BUILD_IT}`;
  return { ...base, problems: [...problems, { file: folder, message }], opens: false };
}

/** Why there is no such file at any of these paths. */
function missing(what: string, paths: readonly string[]): string {
  for (const path of paths) {
    const other = otherThanFile(path);
    if (other !== undefined) return `the ${what} "${path}" is ${other}, wanted a regular file`;
  }
  return `there is no ${what} ${paths.map((path) => `"${path}"`).join(", nor ")}`;
}

/** Opens the libraries of plugins. */
export function openPlugins(plugins: readonly UnopenedPlugin[], options?: OpenOptions): InspectedPlugin[] {
  tryLibraries(plugins, options);
  return plugins.map(openPlugin);
}

/** Has one process open the libraries of plugins first: one that ends that is not opened here. Linux only. */
export function tryLibraries(plugins: readonly UnopenedPlugin[], options?: OpenOptions): void {
  const libraries = plugins.flatMap(({ opens, library }) => opens ? library! : []);
  if (libraries.length === 0) return;
  try {
    tryPluginLibraries(loadNative().symbols, libraries, options);
  } catch {
    // Without the native library, each of them is refused for that.
  }
}

function openPlugin({ opens, isShipped, ...plugin }: UnopenedPlugin): InspectedPlugin {
  if (!opens) return plugin;
  const { folder, manifest } = plugin;
  const [path, library] = [join(folder, MANIFEST), plugin.library!];
  const problems = [...plugin.problems];
  const stages = openLibrary(library, problems);
  for (const message of findMissingStages(manifest, stages)) problems.push({ file: path, message });
  const nodes = stages.flatMap((stage) => {
    try {
      if (!isShipped && shippedName(stage.id) !== undefined) {
        throw new RangeError("only stages that come with Sluice have ids like this; give it one of a domain of yours");
      }
      return [stageType(stage, manifest?.name ?? "", path, panelOf(folder, manifest))];
    } catch (error) {
      problems.push({ file: library, message: `stage "${stage.id}": ${(error as Error).message}` });
      return [];
    }
  });
  return { ...plugin, nodes, problems };
}

/** The path by which a library is named, and the one by which the system names it: `fft` is `libfft.so`. */
export function libraryPaths(folder: string, name: string): [named: string, systems: string] {
  const [before, behind] = LIBRARY_NAMES[Deno.build.os] ?? ["lib", ".so"];
  const at = Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1;
  return [join(folder, name), join(folder, `${name.slice(0, at)}${before}${name.slice(at)}${behind}`)];
}

/**
 * What others may change is refused: they could put there what runs here.
 *
 * @param isAround whether it is the folder around one of the plugin's own, in which others may have theirs if it is sticky
 */
export function findStrangers(path: string, what: string, isAround = false): PluginProblem[] {
  try {
    const message = findStranger(loadNative().symbols, path, what, isAround);
    return message === undefined ? [] : [{ file: path, message }];
  } catch {
    // Without the native library, nothing is opened.
    return [];
  }
}

/** Where the module for the page is, if the plugin has one. */
function panelOf(folder: string, manifest: PluginManifest | undefined): string | undefined {
  return manifest?.panel === undefined ? undefined : join(folder, manifest.panel);
}

/** Of the folder and those between it and its files, of the `plugin.toml`, these files, and the folder around. */
function findPluginStrangers(folder: string, manifest: string, files: readonly string[]): PluginProblem[] {
  const between = new Set<string>();
  for (const file of files) {
    for (let at = dirname(file); at.length > folder.length; at = dirname(at)) between.add(at);
  }
  return [
    ...findStrangers(folder, "the folder"),
    ...[...between].flatMap((each) => findStrangers(each, "the folder")),
    ...findStrangers(manifest, "it"),
    ...files.flatMap((each) => findStrangers(each, "the file")),
    ...findStrangers(dirname(folder), "the folder around it", true),
  ];
}

function openLibrary(file: string, problems: PluginProblem[]): readonly PluginStage[] {
  try {
    return loadPluginLibrary(loadNative().symbols, file);
  } catch (cause) {
    for (const message of (cause as Error).message.split("\n")) problems.push({ file, message, cause });
    return [];
  }
}

function findVersionProblem(manifest: PluginManifest | undefined): string[] {
  if (manifest?.requires === undefined) return [];
  const [major, minor] = manifest.requires.split(".").map(Number);
  if (major === STAGE_VERSION.major && minor <= STAGE_VERSION.minor) return [];
  const here = `${STAGE_VERSION.major}.${STAGE_VERSION.minor}`;
  return [`it requires version ${manifest.requires} of the interface, and this is ${here}`];
}

function findMissingStages(manifest: PluginManifest | undefined, stages: readonly PluginStage[]): string[] {
  if (stages.length === 0) return [];
  const ids = stages.map(({ id }) => id);
  const missing = manifest?.stages?.filter((id) => !ids.includes(id)) ?? [];
  return missing.map((id) => `it names stage "${id}", and the library has ${ids.join(", ")}`);
}
