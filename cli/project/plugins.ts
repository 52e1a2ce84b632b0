/**
 * The native plugins of a command: from the folders that `--plugins` and `SLUICE_PLUGINS` name, and from the user's own.
 * Those of a `sluice.json` are found with it.
 *
 * @module
 */
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { SluiceError } from "../../core/errors.ts";
import { logger } from "../../core/log.ts";
import { findPlugins } from "../../core/registry/find_plugins.ts";
import type { NodePackage } from "../../core/registry/node_type.ts";
import { whyLeftOut } from "../../core/registry/registry_entries.ts";
import { readProject } from "./project.ts";

/** Names folders, with `:` between them (`;` on Windows). */
const VARIABLE = "SLUICE_PLUGINS";

/** A folder with plugins, and what names it. */
export interface PluginSource {
  readonly folder: string;
  /** `--plugins`, `SLUICE_PLUGINS`, `sluice.json`, or the path of the user's own folder. */
  readonly from: string;
}

/** What names plugins. */
export interface PluginSources {
  /** Folders that are a native plugin, or hold some. */
  readonly natives: readonly PluginSource[];
  /** Generated modules of plugins in TypeScript. */
  readonly modules: readonly string[];
  /** What a `sluice.json` lists, and why it does not count here. */
  readonly leftOut: readonly string[];
  /** What a `sluice.json` lists, and where nothing is. */
  readonly refused: readonly SluiceError[];
}

/**
 * Loads the plugins of the folders that are named beside a `sluice.json`. One that is refused is left out, with a
 * warning.
 *
 * @param named by `--plugins`
 */
export async function loadNamedPlugins(named: readonly string[]): Promise<readonly NodePackage[]> {
  const sources = namedSources(named);
  if (sources.length === 0) return [];
  const { loadPlugins } = await import("../../core/plugins/load_plugins.ts");
  const { packages, refused } = await loadPlugins(sources.map(({ folder }) => folder));
  for (const { message } of refused) logger("runtime").warn(message);
  return packages;
}

/**
 * Everything in which plugins are looked for, that of the `sluice.json` in the current directory first.
 *
 * @param named by `--plugins`
 * @throws {SluiceError} `InvalidGraph` if the `sluice.json` cannot be read
 */
export async function findPluginSources(named: readonly string[]): Promise<PluginSources> {
  const project = await readProject(".");
  const natives: PluginSource[] = [];
  const modules: string[] = [];
  const leftOut: string[] = [];
  const refused: SluiceError[] = [];
  for (const entry of project?.listed.plugins ?? []) {
    const why = whyLeftOut(entry);
    if (why !== undefined) {
      leftOut.push(`plugin "${entry.from}" is left out: ${why}`);
      continue;
    }
    try {
      const found = await findPlugins(resolve(project!.folder, entry.from), entry.from);
      natives.push(...found.natives.map((folder) => ({ folder, from: "sluice.json" })));
      modules.push(...found.modules);
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      refused.push(error);
    }
  }
  return { natives: [...natives, ...namedSources(named)], modules, leftOut, refused };
}

/** The user's own folder of plugins: `sluice/plugins` in `XDG_CONFIG_HOME`, which is `~/.config`. */
function ownFolder(): string | undefined {
  const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE");
  // Only an absolute path counts (XDG Base Directory Specification 0.8).
  const base = [Deno.env.get("XDG_CONFIG_HOME"), home && join(home, ".config")].find((each) =>
    each && isAbsolute(each)
  );
  return base && join(base, "sluice", "plugins");
}

function namedSources(named: readonly string[]): PluginSource[] {
  const listed = (Deno.env.get(VARIABLE) ?? "").split(delimiter).filter((folder) => folder !== "");
  const own = ownFolder();
  return [
    ...named.map((folder) => ({ folder, from: "--plugins" })),
    ...listed.map((folder) => ({ folder, from: VARIABLE })),
    ...own !== undefined && isFolder(own) ? [{ folder: own, from: own }] : [],
  ];
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
