/**
 * `sluice plugins list`, `info` and `check`: the plugins that are found, and what is wrong with them.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { SluiceError } from "../../core/errors.ts";
import { didYouMean, listSome } from "../../core/errors/suggestion.ts";
import type { InspectedPlugin, OpenOptions } from "../../core/plugins/inspect_plugin.ts";
import { inspectPlugins } from "../../core/plugins/load_plugins.ts";
import { isList, type PortDescriptor } from "../../core/descriptor/descriptor.ts";
import { escapeControls } from "../../core/log.ts";
import { listShippedPlugins, type ShippedPluginInfo } from "../../core/registry/shipped_stage.ts";
import { loadNodePackage } from "../../core/registry/staleness.ts";
import type { CheckPluginsArgs, ListPluginsArgs, PluginInfoArgs } from "../plugin_args.ts";
import { describeError, EXIT, inOneLine, reportErrors } from "../output/failure.ts";
import { here, type Io } from "../output/output.ts";
import { renderTable } from "../output/table.ts";
import { VERSION } from "../output/version.ts";
import { OWN_PACKAGE_URL } from "../project/own_package.ts";
import { findPluginSources, type PluginSources } from "../project/plugins.ts";

/** A plugin as `list` shows it. */
interface ListedPlugin {
  readonly name: string;
  readonly version?: string;
  readonly language: "native" | "Python" | "TypeScript";
  /** What names its folder; `Sluice` for one that comes with it. */
  readonly from: string;
  readonly folder: string;
  readonly nodeTypes: readonly string[];
  /** `ok`, or why it is not there. */
  readonly state: string;
}

/** A native plugin, and what names its folder. */
export interface FoundPlugin extends InspectedPlugin {
  readonly from: string;
}

/** What was found in all folders. */
export interface FoundPlugins {
  readonly plugins: readonly FoundPlugin[];
  /** Why folders could not be looked at. */
  readonly refused: readonly SluiceError[];
}

/** Where native plugins are looked for. */
export type NativeSources = Pick<PluginSources, "natives" | "refused">;

/** @returns the exit code */
export async function listPluginsCommand(args: ListPluginsArgs, io: Io): Promise<number> {
  const { modules, leftOut, ...sources } = await findPluginSources(args.plugins);
  // Plugins that come with Sluice are known as such in the folders that are named, too.
  await loadNodePackage(OWN_PACKAGE_URL);
  const { plugins, refused } = inspectAll(sources);
  const found = [...plugins.map(listedPlugin), ...await Promise.all(modules.map(listedModule))];
  const named = new Set(found.flatMap(({ nodeTypes }) => nodeTypes));
  const shipped = listShippedPlugins().map(shippedPlugin).filter(({ nodeTypes: [first] }) => !named.has(first));
  const listed = [...found, ...shipped];
  for (const { message } of refused) io.stderr.line(`warning: ${inOneLine(message)}`);
  if (args.json) {
    for (const each of listed) io.stdout.line(JSON.stringify(each));
    return EXIT.ok;
  }
  const rows = listed.map(({ name, version = "", language, nodeTypes, from, folder, state }) => [
    name,
    version,
    language,
    String(nodeTypes.length),
    from,
    here(folder),
    state,
  ]);
  const heads = ["NAME", "VERSION", "LANGUAGE", "NODE TYPES", "NAMED BY", "FOLDER", "STATE"];
  const told = [...found.length === 0 ? [NONE] : [], ...leftOut];
  const table = renderTable(heads.map((head) => ({ head })), rows);
  for (const line of [...table, ...told.length > 0 ? ["", ...told] : []]) io.stdout.line(escapeControls(line));
  return EXIT.ok;
}

/** What is said where no folder has a plugin. */
const NONE =
  'There are no others; name folders by --plugins, SLUICE_PLUGINS or "plugins" in sluice.json, or make one ' +
  'with "sluice plugins new --c NAME"';

/**
 * @returns the exit code: 2 if the plugin is refused
 * @throws {SluiceError} `PluginRejected` if there is no such plugin, with those that are found
 */
export async function pluginInfoCommand(args: PluginInfoArgs, io: Io): Promise<number> {
  const found = await findPlugin(args);
  const { folder, manifest, library, nodes, problems, from } = found;
  if (args.json) {
    const stages = nodes.map(({ descriptor }) => descriptor);
    io.stdout.line(
      JSON.stringify({ folder, from, ...manifest, library, stages, problems: problems.map(plainProblem) }),
    );
  } else for (const line of renderPlugin(found)) io.stdout.line(line);
  return problems.length > 0 ? EXIT.badInput : EXIT.ok;
}

/** @returns the exit code: 2 if a plugin is refused */
export async function checkPluginsCommand(args: CheckPluginsArgs, io: Io): Promise<number> {
  const sources = args.folders.length === 0 ? await findPluginSources([]) : namedHere(args.folders);
  const { plugins, refused } = inspectAll(sources, { anew: true });
  if (plugins.length === 0 && refused.length === 0) {
    const where = args.folders.length === 0 ? "none is found" : `there is none in ${listSome(args.folders)}`;
    const mend = 'name the folder that has a "plugin.toml", or one that holds such folders';
    return reportErrors([new SluiceError("PluginRejected", `Cannot check a plugin: ${where}; ${mend}`)], io, args.json);
  }
  if (refused.length > 0) reportErrors(refused, io, args.json);
  for (const each of plugins) reportPlugin(each, io, args.json);
  return refused.length > 0 || plugins.some(({ problems }) => problems.length > 0) ? EXIT.badInput : EXIT.ok;
}

/** Says what is wrong with a plugin, each with its file, or that nothing is. */
export function reportPlugin({ folder, manifest, nodes, problems }: InspectedPlugin, io: Io, json: boolean): void {
  if (json) {
    const { name, version } = manifest ?? {};
    const ok = problems.length === 0;
    io.stdout.line(
      JSON.stringify({ event: "check", folder, ok, name, version, problems: problems.map(plainProblem) }),
    );
    return;
  }
  for (const { file, message } of problems) io.stderr.line(`error: ${inOneLine(`${here(file)}: ${message}`)}`);
  if (problems.length > 0) return;
  const stages = manifest!.enabled ? plural(nodes.length, "stage") : "not enabled, so its library was not opened";
  const name = `"${manifest!.name}" ${manifest!.version}`;
  io.stdout.line(escapeControls(`${here(folder)}: nothing is wrong with plugin ${name} (${stages})`));
}

/** Everything about a plugin. */
export function renderPlugin(
  { folder, manifest, library, nodes, problems, from }: FoundPlugin,
): string[] {
  const { name = "(no name)", version = "", author, licence, requires } = manifest ?? {};
  const facts = [
    author === undefined ? [] : `by ${author}`,
    licence === undefined ? [] : `licence ${licence}`,
    requires === undefined ? [] : `requires version ${requires} of the interface`,
    manifest?.enabled === false ? "not enabled" : [],
  ].flat();
  const lines = [`${name} ${version}`.trim()];
  if (facts.length > 0) lines.push(`  ${facts.join("; ")}`);
  lines.push(`  ${here(folder)}, named by ${from}; library ${library === undefined ? "(none)" : here(library)}`);
  for (const { descriptor } of nodes) {
    const { type, description, mode, inputs, outputs, config, figures = [], commands = {} } = descriptor;
    const keys = Object.keys(config.properties);
    lines.push("", type, `  ${description}`, `  mode ${mode}; ${describePorts("inputs", inputs)}`);
    lines.push(`  ${describePorts("outputs", outputs)}; config: ${keys.length === 0 ? "none" : keys.join(", ")}`);
    if (figures.length > 0) lines.push(`  figures: ${figures.join(", ")}`);
    for (const [name, { description: does }] of Object.entries(commands)) {
      lines.push(`  command ${name}: ${inOneLine(does)}`);
    }
  }
  if (problems.length > 0) lines.push("", "Refused");
  for (const { file, message } of problems) lines.push(`  ${here(file)}: ${message}`);
  return lines.map(escapeControls);
}

function namedHere(folders: readonly string[]): NativeSources {
  return { natives: folders.map((folder) => ({ folder, from: "the command line" })), refused: [] };
}

/** Looks at all plugins. */
export function inspectAll({ natives, refused: missing }: NativeSources, options?: OpenOptions): FoundPlugins {
  const { plugins, refused } = inspectPlugins(natives.map(({ folder }) => folder), options);
  const from = (named: string) => natives.find(({ folder }) => folder === named)!.from;
  return { plugins: plugins.map((each) => ({ ...each, from: from(each.named) })), refused: [...missing, ...refused] };
}

async function findPlugin({ plugin, plugins: named }: PluginInfoArgs): Promise<FoundPlugin> {
  const isFolder = /[\\/.]/.test(plugin);
  const sources = isFolder ? namedHere([plugin]) : await findPluginSources(named);
  const { plugins, refused } = inspectAll(sources);
  const shipped = isFolder ? [] : await findShipped();
  const all = [...plugins, ...shipped];
  const found = all.find(({ manifest }) => isFolder || manifest?.name === plugin);
  if (found !== undefined) return found;
  if (isFolder && refused.length > 0) throw refused[0];
  const names = [...new Set(all.flatMap(({ manifest }) => manifest?.name ?? []))];
  const available = names.length === 0 ? "no plugin is found" : `available: ${listSome(names)}`;
  throw new SluiceError("PluginRejected", `Cannot find plugin "${plugin}"${didYouMean(plugin, names)}; ${available}`);
}

/** The plugins that come with Sluice, which have no folder of their own in a package. */
async function findShipped(): Promise<FoundPlugin[]> {
  await loadNodePackage(OWN_PACKAGE_URL);
  return listShippedPlugins().map(({ plugin, folder, library, nodes, problem }) => ({
    folder,
    from: "Sluice",
    manifest: { name: plugin, version: VERSION, library: library ?? "", enabled: true },
    library,
    nodes,
    problems: problem === undefined ? [] : [{ file: folder, message: problem }],
  }));
}

function listedPlugin({ folder, manifest, nodes, problems, from }: FoundPlugin): ListedPlugin {
  const [problem] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  return {
    name: manifest?.name ?? "",
    version: manifest?.version,
    language: manifest?.python === undefined ? "native" : "Python",
    from,
    folder,
    nodeTypes: nodes.map(({ descriptor }) => descriptor.type),
    state: problem !== undefined ? `refused: ${problem.message}${more}` : manifest!.enabled ? "ok" : "not enabled",
  };
}

function shippedPlugin({ plugin, folder, nodes, problem }: ShippedPluginInfo): ListedPlugin {
  return {
    name: plugin,
    version: VERSION,
    language: "native",
    from: "Sluice",
    folder,
    nodeTypes: nodes.map(({ descriptor }) => descriptor.type),
    state: problem === undefined ? "ok" : `refused: ${problem}`,
  };
}

async function listedModule(path: string): Promise<ListedPlugin> {
  const base = { language: "TypeScript", from: "sluice.json", folder: path } as const;
  try {
    const { name, nodes } = await loadNodePackage(pathToFileURL(path));
    return { ...base, name, nodeTypes: nodes.map(({ descriptor }) => descriptor.type), state: "ok" };
  } catch (error) {
    return { ...base, name: "", nodeTypes: [], state: `refused: ${describeError(error)}` };
  }
}

function describePorts(title: string, ports: readonly PortDescriptor[]): string {
  const names = ports.map((port) => `${port.name}${isList(port) ? "_0 …" : ""} (${port.type})`);
  return `${title}: ${names.length === 0 ? "none" : names.join(", ")}`;
}

function plainProblem({ file, message }: { readonly file: string; readonly message: string }) {
  return { file, message };
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
