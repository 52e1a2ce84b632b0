/**
 * Finds the node types of a package by its `sluice.json`.
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { SluiceError } from "../errors.ts";
import { NodeRegistry } from "../registry/node_registry.ts";
import type { NodePackage } from "../registry/node_type.ts";
import { describeStaleSources, findStaleSources, loadNodePackage } from "../registry/staleness.ts";
import { describeLeftOut, loadListed, readRegistryFile } from "./registry_file.ts";

/**
 * Registers every class that the globs of a `sluice.json` name, from the generated module, and the node types of the
 * packages and plugins that it lists, if they are enabled and their conditions hold.
 *
 * @param configPath path of the `sluice.json`
 * @throws {SluiceError} `InvalidGraph` if the file cannot be read, with its `place` if an entry is wrong; if the
 * generated module is missing, or older than the classes; if two packages register one name. `PluginRejected` for a
 * plugin that is missing, cannot be loaded, or lacks a requirement
 */
export async function collectNodes(configPath = "sluice.json"): Promise<NodeRegistry> {
  const file = readRegistryFile(await readText(configPath), configPath);
  const own = file.hasClasses ? await loadFresh(file.generated) : undefined;
  const { packages, leftOut } = await loadListed(file, own);
  return new NodeRegistry(packages, leftOut.map(describeLeftOut));
}

async function loadFresh(generated: string): Promise<NodePackage> {
  const pkg = await loadNodePackage(pathToFileURL(generated));
  const stale = await findStaleSources(pkg);
  if (stale.length === 0) return pkg;
  throw new SluiceError("InvalidGraph", `Cannot collect nodes: ${describeStaleSources(pkg, stale)}`);
}

async function readText(configPath: string): Promise<string> {
  try {
    return await Deno.readTextFile(configPath);
  } catch (cause) {
    const isAbsent = (cause as { code?: string }).code === "ENOENT";
    const found = isAbsent ? `there is no file "${resolve(configPath)}"` : `"${configPath}" cannot be read`;
    throw new SluiceError("InvalidGraph", `Cannot collect nodes: ${found}; name the sluice.json of a package`, {
      cause,
    });
  }
}
