/**
 * Finds the node types of a package by its `sluice.json`.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "jsonc-parser";
import { SluiceError } from "../errors.ts";
import { NodeRegistry } from "./node_registry.ts";
import { describeStaleSources, findStaleSources, loadNodePackage } from "./staleness.ts";

/**
 * Registers every class that the globs of a `sluice.json` name, from the module that the generator made of them, and
 * the node types of the packages that it lists.
 *
 * @param configPath path of the `sluice.json`
 * @throws {SluiceError} `InvalidGraph` if the file cannot be read, if the generated module is missing, or older than
 * the classes, or if two packages register one name
 */
export async function collectNodes(configPath = "sluice.json"): Promise<NodeRegistry> {
  let config: { readonly output?: unknown } | undefined;
  try {
    config = parse(await readFile(configPath, "utf8"));
  } catch (cause) {
    throw new SluiceError(
      "InvalidGraph",
      `Cannot collect nodes: "${configPath}" cannot be read; name the sluice.json of a package`,
      { cause },
    );
  }
  const output = typeof config?.output === "string" ? config.output : "sluice.gen.ts";
  const pkg = await loadNodePackage(new URL(output, pathToFileURL(resolve(configPath))));
  const stale = await findStaleSources(pkg);
  if (stale.length > 0) {
    throw new SluiceError("InvalidGraph", `Cannot collect nodes: ${describeStaleSources(pkg, stale)}`);
  }
  return new NodeRegistry([pkg]);
}
