/**
 * Inspects the folder of a plugin: its `plugin.toml`, the stages of its library, and all reasons to refuse it. The code
 * of a library runs as soon as the library is opened: so it is opened only if nobody else may have written it, and once
 * a process of its own has survived the opening. A library that was opened is never closed.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { STAGE_VERSION } from "../../ffi/layout.gen.ts";
import { loadNative } from "../../ffi/loader.ts";
import { loadProgram, loadProgramAside, type ProgramDescription } from "../../ffi/program.ts";
import { findStranger, loadPluginLibrary, type PluginStage, tryPluginLibraries } from "../../ffi/plugin.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import { findShippedPlugin, shippedName, shippedTypes } from "../registry/shipped_stage.ts";
import { isFile, otherThanFile } from "../registry/file_kind.ts";
import { MANIFEST, type PluginManifest, readManifestFile } from "./manifest.ts";
import { isPythonFile, manifestOfFile, pythonStart, splitPythonPath } from "./python_plugin.ts";
import { stageType } from "./stage_type.ts";

/** The system's prefix and ending of library names. */
const LIBRARY_NAMES: Partial<Record<typeof Deno.build.os, readonly [before: string, behind: string]>> = {
  darwin: ["lib", ".dylib"],
  windows: ["", ".dll"],
};

/** The remedy for a missing library. */
const BUILD_IT = 'build the plugin with "sluice plugins build"';

/** A reason why a plugin is refused. */
export interface PluginProblem {
  /** The folder, its `plugin.toml` or its library; absolute. */
  readonly file: string;
  /** The reason, as a clause. */
  readonly message: string;
  /** The error caught. */
  readonly cause?: unknown;
}

/** The result of inspecting a plugin's folder. */
export interface InspectedPlugin {
  /** The folder's absolute path. */
  readonly folder: string;
  /** The contents of its `plugin.toml`; absent if it has a fault. */
  readonly manifest?: PluginManifest;
  /** Its library, absolute; absent if missing or not searched for. */
  readonly library?: string;
  /** The files of its nodes in Python, absolute, if these were described. */
  readonly sources?: readonly string[];
  /** The node types of its valid stages, if its library was opened. */
  readonly nodes: readonly AnyNodeType[];
  /** All faults; empty for a valid or disabled plugin. */
  readonly problems: readonly PluginProblem[];
}

/** Options for opening plugins. */
export interface OpenOptions {
  /** True to try a library again that was tried before and has not changed since; by default false. */
  readonly anew?: boolean;
}

/** A plugin whose library is not yet open. */
export interface UnopenedPlugin extends InspectedPlugin {
  /** True if it comes with Sluice. */
  readonly isShipped: boolean;
  /** True if its library may be opened. */
  readonly opens: boolean;
}

/** Inspects the folder of a plugin, without its library. @param folder the absolute path */
export function lookAtPlugin(folder: string): UnopenedPlugin {
  if (isPythonFile(folder)) return lookAtPythonFile(folder);
  const path = join(folder, MANIFEST);
  const { manifest, library: name, problems: ofText } = readManifestFile(path);
  if (manifest?.python !== undefined) return lookAtPython(folder, path, manifest);
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

/** Inspects a file in Python that is a plugin by itself. @param path absolute */
function lookAtPythonFile(path: string): UnopenedPlugin {
  const { file } = splitPythonPath(path);
  const problems = isFile(file)
    ? [...findStrangers(file, "the file"), ...findStrangers(dirname(file), "the folder around it", true)]
    : [missing("file", [file])].map((message) => ({ file, message }));
  const manifest = manifestOfFile(path);
  return { folder: path, manifest, nodes: [], problems, isShipped: false, opens: problems.length === 0 };
}

function lookAtPython(folder: string, path: string, manifest: PluginManifest): UnopenedPlugin {
  const panel = panelOf(folder, manifest);
  const source = join(folder, manifest.python!);
  const files = [source, ...panel === undefined ? [] : [panel]].filter(isFile);
  const ofPanel = panel === undefined || isFile(panel) ? [] : [missing("panel", [panel])];
  const strangers = findPluginStrangers(folder, path, files);
  const problems = [
    ...strangers,
    ...[...findVersionProblem(manifest), ...ofPanel].map((message) => ({ file: path, message })),
  ];
  const opens = manifest.enabled && problems.length === 0;
  return { folder, manifest, nodes: [], problems, isShipped: false, opens };
}

/** Explains why no file is at any of these paths. */
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

/**
 * Opens the libraries of plugins in another process first: a library that ends that process is not opened here. Linux
 * only.
 */
export function tryLibraries(plugins: readonly UnopenedPlugin[], options?: OpenOptions): void {
  const libraries = plugins.flatMap(({ opens, library }) => opens && library !== undefined ? library : []);
  if (libraries.length === 0) return;
  try {
    tryPluginLibraries(loadNative().symbols, libraries, options);
  } catch {
    // Without the native library, each plugin is refused for that reason.
  }
}

function openPlugin({ opens, isShipped, ...plugin }: UnopenedPlugin): InspectedPlugin {
  if (!opens) return plugin;
  if (plugin.library === undefined) return openPython(plugin);
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
      return [stageType(stage, manifest?.name ?? "", path, { panel: panelOf(folder, manifest) })];
    } catch (error) {
      problems.push({ file: library, message: `stage "${stage.id}": ${(error as Error).message}` });
      return [];
    }
  });
  return { ...plugin, nodes, problems };
}

function openPython(plugin: InspectedPlugin): InspectedPlugin {
  const path = fileOf(plugin.folder);
  try {
    const description = loadProgram(loadNative().symbols, pythonStart(rootOf(plugin.folder), plugin.manifest!));
    return describedPython(plugin, description);
  } catch (cause) {
    const problem = { file: path, message: (cause as Error).message, cause };
    return { ...plugin, problems: [...plugin.problems, problem] };
  }
}

/**
 * Reads the nodes of a plugin in Python anew, while the thread does other things. Nodes that run keep their code.
 *
 * @param folder its folder or file, absolute
 */
export async function readPythonAnew(folder: string): Promise<InspectedPlugin> {
  const { opens, isShipped: _, ...plugin } = lookAtPlugin(folder);
  if (!opens) return plugin;
  try {
    const start = pythonStart(rootOf(folder), plugin.manifest!);
    return describedPython(plugin, await loadProgramAside(loadNative().symbols, start));
  } catch (cause) {
    const problem = { file: fileOf(folder), message: (cause as Error).message, cause };
    return { ...plugin, problems: [...plugin.problems, problem] };
  }
}

function describedPython(
  plugin: InspectedPlugin,
  { stages, files = [], failed = [] }: ProgramDescription,
): InspectedPlugin {
  const { folder, manifest } = plugin;
  const path = fileOf(folder);
  const problems = [...plugin.problems, ...failed.map(({ file, error }) => ({ file, message: error }))];
  for (const message of findMissingStages(manifest, stages)) problems.push({ file: path, message });
  if (stages.length === 0 && failed.length === 0) {
    problems.push({ file: path, message: "it has no class with the decorator @node of sluice" });
  }
  const python = { plugin: folder, files: files.length === 0 ? [path] : files };
  const nodes = stages.flatMap((stage) => {
    try {
      return [stageType(stage, manifest!.name, path, { panel: panelOf(rootOf(folder), manifest), python })];
    } catch (error) {
      problems.push({ file: path, message: `stage "${stage.id}": ${(error as Error).message}` });
      return [];
    }
  });
  return { ...plugin, nodes, sources: python.files, problems };
}

/** Returns the folder of a plugin that may be a file. */
function rootOf(folder: string): string {
  return isPythonFile(folder) ? dirname(splitPythonPath(folder).file) : folder;
}

/** Returns the file that describes a plugin in Python: its `plugin.toml`, or itself. */
function fileOf(folder: string): string {
  return isPythonFile(folder) ? splitPythonPath(folder).file : join(folder, MANIFEST);
}

/** Returns the path that names a library, and the system's path for it: `libfft.so` for `fft`. */
export function libraryPaths(folder: string, name: string): [named: string, systems: string] {
  const [before, behind] = LIBRARY_NAMES[Deno.build.os] ?? ["lib", ".so"];
  const at = Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1;
  return [join(folder, name), join(folder, `${name.slice(0, at)}${before}${name.slice(at)}${behind}`)];
}

/**
 * Refuses a path that other users may change: they could put code there that runs here.
 *
 * @param isAround true for a folder around the plugin's own, which may hold files of others if it is sticky
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

/** Returns the path of the module for the page, if the plugin has one. */
function panelOf(folder: string, manifest: PluginManifest | undefined): string | undefined {
  return manifest?.panel === undefined ? undefined : join(folder, manifest.panel);
}

/** Checks the plugin's folder, its `plugin.toml` and files, the folders between, and the folder around it. */
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
