/**
 * Looks at the folder of a plugin: what its `plugin.toml` says, which stages its library has, and everything for which
 * it is refused. The code of a library runs as soon as it is opened: that is done only where nobody else may have put it
 * there. A library that was opened is never closed.
 *
 * @module
 */
import { join } from "node:path";
import { STAGE_VERSION } from "../../ffi/layout.gen.ts";
import { loadNative } from "../../ffi/loader.ts";
import { loadPluginLibrary, type PluginStage, tryPluginLibrary } from "../../ffi/plugin.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import { findShippedTypes, isShippedType } from "../registry/shipped_stage.ts";
import { MANIFEST, type PluginManifest, readManifest } from "./manifest.ts";
import { stageType } from "./stage_type.ts";

/** How the system names libraries. */
const LIBRARY_NAMES: Partial<Record<typeof Deno.build.os, readonly [before: string, behind: string]>> = {
  darwin: ["lib", ".dylib"],
  windows: ["", ".dll"],
};

/** What can be done about a library that is not there. */
const BUILD_IT = 'build the plugin with "sluice plugins build"';

/** The right of anybody to write, and the bit that keeps others from removing what is not theirs. */
const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

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

/** How a plugin is looked at. */
export interface InspectOptions {
  /** Whether its library is first opened in a process of its own: one that ends that is not opened here. Linux only. */
  readonly tries?: boolean;
}

/** Looks at the folder of a plugin. @param folder absolute */
export function inspectPlugin(folder: string, { tries = false }: InspectOptions = {}): InspectedPlugin {
  const path = join(folder, MANIFEST);
  const open = [...findOpenRights(folder, "the folder"), ...findOpenRights(path, "it")];
  const { manifest, library: name, problems: ofText } = readManifest(Deno.readTextFileSync(path));
  const ofVersion = findVersionProblem(manifest);
  const problems: PluginProblem[] = [...open];
  const report = (file: string, messages: readonly string[]) => {
    for (const message of messages) problems.push({ file, message });
  };
  report(path, [...ofText, ...ofVersion]);
  if (name === undefined || manifest?.enabled === false) return { folder, manifest, nodes: [], problems };
  const paths = libraryPaths(folder, name);
  const library = paths.find(isFile);
  const shipped = findShippedTypes(folder, library);
  if (shipped !== undefined) return { folder, manifest, library, nodes: shipped, problems };
  if (library === undefined) report(folder, [`there is no library "${paths[0]}", nor "${paths[1]}"; ${BUILD_IT}`]);
  if (library === undefined || open.length + ofVersion.length > 0) {
    return { folder, manifest, library, nodes: [], problems };
  }
  const stages = openLibrary(library, tries, problems);
  report(path, findMissingStages(manifest, stages));
  const nodes = stages.flatMap((stage) => {
    try {
      if (isShippedType(stage.id)) throw new RangeError("it is there already, of a plugin that comes with Sluice");
      return [stageType(stage, manifest?.name ?? "", path)];
    } catch (error) {
      report(library, [`stage "${stage.id}": ${(error as Error).message}`]);
      return [];
    }
  });
  return { folder, manifest, library, nodes, problems };
}

/** The path by which a library is named, and the one by which the system names it: `fft` is `libfft.so`. */
export function libraryPaths(folder: string, name: string): [named: string, systems: string] {
  const [before, behind] = LIBRARY_NAMES[Deno.build.os] ?? ["lib", ".so"];
  const at = Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1;
  return [join(folder, name), join(folder, `${name.slice(0, at)}${before}${name.slice(at)}${behind}`)];
}

/** Whether a path is that of a file. */
export function isFile(path: string): boolean {
  return tryStat(path)?.isFile ?? false;
}

/** What anybody may write to is refused. */
export function findOpenRights(path: string, what: string): PluginProblem[] {
  const { mode, isDirectory } = Deno.statSync(path);
  if (mode === null || (mode & OTHERS_WRITE) === 0 || (isDirectory && (mode & STICKY) !== 0)) return [];
  return [{ file: path, message: `anybody may write to ${what}; take that right away with "chmod o-w"` }];
}

function openLibrary(file: string, tries: boolean, problems: PluginProblem[]): readonly PluginStage[] {
  try {
    const { symbols } = loadNative();
    if (tries) tryPluginLibrary(symbols, file);
    return loadPluginLibrary(symbols, file);
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

function tryStat(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}
