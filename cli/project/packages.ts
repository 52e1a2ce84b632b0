/**
 * The node types that the command line knows: those of Sluice itself, those of a `sluice.gen.ts` beside the graph file
 * or in the current directory, those that `--packages` names, and those of plugins.
 *
 * @module
 */
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { SluiceError } from "../../core/errors.ts";
import { describeLeftOut, type LeftOut, loadListed } from "../../core/graph/registry_file.ts";
import { absolutePath } from "../../core/log/absolute_path.ts";
import { logger } from "../../core/log.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import type { NodePackage } from "../../core/registry/node_type.ts";
import {
  CODEGEN_COMMAND,
  describeNewSources,
  describeStaleSources,
  findStaleSources,
  loadNodePackage,
} from "../../core/registry/staleness.ts";
import { assertConfiguration } from "./configuration.ts";
import { OWN_PACKAGE_URL } from "./own_package.ts";
import { loadNamedPlugins } from "./plugins.ts";
import { findNewClassFiles, type Project, readProject } from "./project.ts";

/** File that the generator writes. */
const GENERATED = "sluice.gen.ts";

/** Where to look for node types. */
export interface PackageSources {
  /** Path of the graph file. */
  readonly graph?: string;
  /** Paths of further generated files. */
  readonly packages: readonly string[];
  /** Folders with plugins. */
  readonly plugins: readonly string[];
}

/** The node types that the command line knows. */
export interface KnownTypes {
  readonly registry: NodeRegistry;
  /** Packages and plugins that a `sluice.json` lists and that do not count here. */
  readonly leftOut: readonly LeftOut[];
}

/**
 * Loads all node types.
 *
 * @throws {SluiceError} `InvalidGraph` if a named file is missing or was not made by the generator, if classes have no
 * generated code, or if two packages register one name; `PluginRejected` for a plugin of a `sluice.json` that cannot be
 * used; `InvalidConfig` if this process would ignore a project's own configuration
 */
export async function loadTypes(sources: PackageSources): Promise<KnownTypes> {
  const projects = await findProjects(sources.graph);
  await assertConfiguration(projects);
  const packages: NodePackage[] = [await loadNodePackage(OWN_PACKAGE_URL)];
  const leftOut: LeftOut[] = [];
  for (const project of projects) {
    const listed = await loadListed(project.listed, await loadOwn(project));
    packages.push(...listed.packages);
    leftOut.push(...listed.leftOut);
  }
  const beside = sources.graph === undefined ? undefined : absolutePath(join(dirname(sources.graph), GENERATED));
  const isNew = beside !== undefined && !projects.some(({ generated }) => generated === beside) && await isFile(beside);
  for (const path of [...isNew ? [beside] : [], ...sources.packages]) {
    packages.push(await loadNodePackage(pathToFileURL(absolutePath(path))));
  }
  // A folder may be named twice, here and by a sluice.json.
  const known = new Set(packages.map(({ url }) => url));
  packages.push(...(await loadNamedPlugins(sources.plugins)).filter(({ url }) => !known.has(url)));
  return { registry: new NodeRegistry(packages), leftOut };
}

/** Describes stale generated code of known packages in sentences that say what to do. Fresh packages are left out. */
async function findStaleCode(registry: NodeRegistry, graph?: string): Promise<string[]> {
  const projects = await findProjects(graph);
  const packages = new Set(registry.list().map((type) => type.package));
  const found: string[] = [];
  for (const each of packages) {
    if (each === undefined) continue;
    const project = projects.find(({ generated }) => pathToFileURL(generated).href === each.url);
    const added = project === undefined ? [] : findNewClassFiles(project, each);
    const stale = await findStaleSources(each);
    if (stale.length > 0) found.push(describeStaleSources(each, stale));
    if (added.length > 0) found.push(describeNewSources(each, added.map((path) => relative(".", path))));
  }
  return found;
}

/** Logs a warning about generated code that is older than its classes. A runtime does so itself when it starts. */
export async function warnOfStaleCode(registry: NodeRegistry, { graph }: Partial<PackageSources>): Promise<void> {
  for (const each of await findStaleCode(registry, graph)) logger("codegen").warn(each);
}

/** Adds to errors about unknown node types how stale generated code, or what is left out, may have caused them. */
export async function explainUnknownTypes(
  errors: readonly SluiceError[],
  { registry, leftOut }: KnownTypes,
  { graph }: Partial<PackageSources>,
): Promise<readonly SluiceError[]> {
  if (!errors.some(({ code }) => code === "NodeTypeNotFound")) return errors;
  const [stale] = await findStaleCode(registry, graph);
  const hints = leftOut.map(describeLeftOut);
  if (stale !== undefined) hints.unshift(`${stale[0].toLowerCase()}${stale.slice(1)}`);
  if (hints.length === 0) return errors;
  return errors.map((error) =>
    error.code === "NodeTypeNotFound" ? new SluiceError(error.code, [error.message, ...hints].join("; "), error) : error
  );
}

/** The package of a project; `undefined` for one without classes and generated code. */
async function loadOwn({ name, generated, classFiles }: Project): Promise<NodePackage | undefined> {
  if (await isFile(generated)) return await loadNodePackage(pathToFileURL(generated));
  if (classFiles.length > 0) throw missingCode(name, generated, classFiles.length);
  return undefined;
}

/** The projects beside the graph file and in the current directory. */
async function findProjects(graph: string | undefined): Promise<Project[]> {
  const folders = new Set([...(graph === undefined ? [] : [dirname(absolutePath(graph))]), Deno.cwd()]);
  const projects = await Promise.all([...folders].map((folder) => readProject(folder)));
  return projects.filter((each) => each !== undefined);
}

function missingCode(name: string, generated: string, count: number): SluiceError {
  const files = count === 1 ? "1 file" : `${count} files`;
  return new SluiceError(
    "InvalidGraph",
    `Cannot find the generated code of package "${name}": ${files} with processor classes, but no ` +
      `"${relative(".", generated)}"; run ${CODEGEN_COMMAND} to make it`,
  );
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
