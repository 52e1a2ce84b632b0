/**
 * The generated modules of plugins: their node types are in the schema for graph files, whatever conditions they have.
 *
 * @module
 */
import { relative, resolve } from "node:path";
import { findPlugins as findPaths } from "../core/registry/find_plugins.ts";
import type { GeneratorConfig } from "./config.ts";

/** A generated module of a plugin. */
export interface PluginModule {
  /** As the `sluice.json` names the plugin. */
  readonly from: string;
  /** Relative to the package's root. */
  readonly path: string;
}

/** Finds those of the plugins that are enabled. One that is not there is told of where a registry is made. */
export async function findPlugins(root: string, { plugins = [] }: GeneratorConfig): Promise<PluginModule[]> {
  const found = plugins.filter((each) => each.enabled).map(async ({ from }) => {
    const { modules } = await findPaths(resolve(root, from), from).catch(() => ({ modules: [] }));
    return modules.map((each) => ({ from, path: `./${relative(root, each).replaceAll("\\", "/")}` }));
  });
  return (await Promise.all(found)).flat();
}
