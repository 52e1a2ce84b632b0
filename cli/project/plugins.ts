/**
 * The plugins of a command: from the folders that `--plugins`, `SLUICE_PLUGINS` and the projects' `sluice.json` name, and
 * from nowhere else.
 *
 * @module
 */
import { delimiter } from "node:path";
import { logger } from "../../core/log.ts";
import type { NodePackage } from "../../core/registry/node_type.ts";
import type { Project } from "./project.ts";

/** Names folders, with `:` between them (`;` on Windows). */
const VARIABLE = "SLUICE_PLUGINS";

/**
 * Loads the plugins. One that is refused is left out, with a warning.
 *
 * @param named by `--plugins`
 */
export async function loadNamedPlugins(
  named: readonly string[],
  projects: readonly Project[],
): Promise<readonly NodePackage[]> {
  const folders = [...named, ...ofEnvironment(), ...projects.flatMap(({ plugins }) => plugins)];
  if (folders.length === 0) return [];
  const { loadPlugins } = await import("../../core/plugins/load_plugins.ts");
  const { packages, refused } = await loadPlugins(folders);
  for (const { message } of refused) logger("runtime").warn(message);
  return packages;
}

function ofEnvironment(): string[] {
  return (Deno.env.get(VARIABLE) ?? "").split(delimiter).filter((folder) => folder !== "");
}
