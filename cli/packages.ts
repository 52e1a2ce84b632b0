/**
 * The node types that the command line knows: those of Sluice itself, those of a `sluice.gen.ts` beside the graph file
 * or in the current directory, and those that `--packages` names.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { logger } from "../core/log.ts";
import { NodeRegistry } from "../core/registry/node_registry.ts";
import type { NodePackage } from "../core/registry/node_type.ts";
import { describeStaleSources, findStaleSources, loadNodePackage } from "../core/registry/staleness.ts";

/** Sluice's own node types. */
export const OWN_PACKAGE_URL: string = new URL("../sluice.gen.ts", import.meta.url).href;

/** File that the generator writes. */
const GENERATED = "sluice.gen.ts";
/** File that says what the generator reads: it marks the folder of a package. */
const CONFIG = "sluice.json";

/** Where to look for node types. */
export interface PackageSources {
  /** Path of the graph file. */
  readonly graph?: string;
  /** Paths of further generated files. */
  readonly packages: readonly string[];
}

/**
 * Loads all node types.
 *
 * @throws {SluiceError} `InvalidGraph` if a named file is missing or was not made by the generator, or if two packages
 * register one name
 */
export async function loadRegistry(sources: PackageSources): Promise<NodeRegistry> {
  const urls = new Set([OWN_PACKAGE_URL, ...await findPackages(sources.graph)]);
  for (const path of sources.packages) urls.add(pathToFileURL(resolve(path)).href);
  const packages: NodePackage[] = [];
  for (const url of urls) packages.push(await loadNodePackage(url));
  return new NodeRegistry(packages);
}

/** Tells on the log of generated code that is older than its classes. A runtime does so itself when it starts. */
export async function warnOfStaleCode(registry: NodeRegistry): Promise<void> {
  const packages = new Set(registry.list().map((type) => type.package));
  for (const each of packages) {
    const stale = each === undefined ? [] : await findStaleSources(each);
    if (each !== undefined && stale.length > 0) logger("codegen").warn(describeStaleSources(each, stale));
  }
}

/** Generated files beside the graph file, and in the current directory if that is a package's folder. */
async function findPackages(graph: string | undefined): Promise<string[]> {
  const candidates: string[] = [];
  if (graph !== undefined) candidates.push(resolve(dirname(graph), GENERATED));
  if (await isFile(resolve(CONFIG))) candidates.push(resolve(GENERATED));
  const found: string[] = [];
  for (const path of candidates) {
    if (await isFile(path)) found.push(pathToFileURL(path).href);
  }
  return found;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
