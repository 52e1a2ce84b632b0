/**
 * The native plugins of a command beside those that a `sluice.json` lists: from the folders that `--plugins` and
 * `SLUICE_PLUGINS` name.
 *
 * @module
 */
import { delimiter } from "node:path";
import { logger } from "../../core/log.ts";
import type { NodePackage } from "../../core/registry/node_type.ts";

/** Names folders, with `:` between them (`;` on Windows). */
const VARIABLE = "SLUICE_PLUGINS";

/**
 * Loads the plugins. One that is refused is left out, with a warning.
 *
 * @param named by `--plugins`
 */
export async function loadNamedPlugins(named: readonly string[]): Promise<readonly NodePackage[]> {
  const folders = [...named, ...ofEnvironment()];
  if (folders.length === 0) return [];
  const { loadPlugins } = await import("../../core/plugins/load_plugins.ts");
  const { packages, refused } = await loadPlugins(folders);
  for (const { message } of refused) logger("runtime").warn(message);
  return packages;
}

function ofEnvironment(): string[] {
  return (Deno.env.get(VARIABLE) ?? "").split(delimiter).filter((folder) => folder !== "");
}
