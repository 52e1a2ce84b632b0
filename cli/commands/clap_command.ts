/**
 * `sluice clap list` and `sluice clap info`: the CLAP plugins that are installed, and what is in one.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { escapeControls } from "../../core/log.ts";
import type { ClapInfoArgs, ClapListArgs } from "../clap_args.ts";
import { EXIT, inOneLine, reportErrors } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { renderTable } from "../output/table.ts";
import { type ClapInfo, type ClapPlugin, type ClapPort, type ClapSummary, type Scan, scan } from "./clap_program.ts";

/** Files that are looked into at the same time. */
const AT_ONCE = 4;

/** A plugin of a file, or why it, or the file, cannot be used. */
export interface ListedClap extends Partial<ClapPlugin>, Partial<ClapSummary> {
  readonly file: string;
  readonly problem?: string;
}

/** @returns the exit code */
export async function clapListCommand({ json }: ClapListArgs, io: Io): Promise<number> {
  const { all, folders } = await findClaps();
  if (json) { for (const each of all) io.stdout.line(JSON.stringify(each)); }
  else for (const line of renderClaps(all, folders)) io.stdout.line(line);
  return EXIT.ok;
}

/** @returns the exit code: 2 if the plugin cannot be used */
export async function clapInfoCommand({ path, id, json }: ClapInfoArgs, io: Io): Promise<number> {
  const found = await infoOf(path, id);
  if ("why" in found) {
    const message = inOneLine(`Cannot use CLAP plugin "${found.name}": ${found.why}`);
    return reportErrors([new SluiceError("PluginRejected", message)], io, json);
  }
  const { file, plugin, info } = found;
  if (json) io.stdout.line(JSON.stringify({ file, ...plugin, ...info }));
  else for (const line of renderClap(file, plugin, info)) io.stdout.line(line);
  return EXIT.ok;
}

/**
 * Finds plugins.
 *
 * @param paths files, or names that are looked for; absent: all that are installed
 * @returns them, and the folders that were looked in
 * @throws {SluiceError} `NativeUnavailable` if nothing can be looked for
 */
export async function findClaps(
  paths?: readonly string[],
): Promise<{ readonly all: ListedClap[]; readonly folders: readonly string[] }> {
  const { lines, end } = await scan(["files"]);
  const found = lines.find(({ files }) => files !== undefined);
  if (found === undefined) {
    const why = lines.find(({ problem }) => problem !== undefined)?.problem ?? end ?? "it says nothing";
    throw new SluiceError("NativeUnavailable", `Cannot look for CLAP plugins: ${why}`);
  }
  const all = await mapSome(paths ?? found.files!, async (path) => listed(path, await scan(["plugins", path])));
  return { all: all.flat(), folders: found.folders ?? [] };
}

/** Everything about a plugin, or why it cannot be used. @param path a file, or a name that is looked for */
export async function infoOf(path: string, id: string): Promise<
  | { readonly file: string; readonly plugin: ClapPlugin; readonly info: ClapInfo }
  | { readonly name: string; readonly why: string }
> {
  const { lines, end } = await scan(["plugin", path, id]);
  const { file, plugin } = lines.find((line) => line.plugin !== undefined) ?? {};
  const info = lines.find((line) => line.info !== undefined)?.info;
  if (info !== undefined && plugin !== undefined && file !== undefined) return { file, plugin, info };
  const why = end ?? lines.find(({ problem }) => problem !== undefined)?.problem ?? "it says nothing of itself";
  return { name: plugin === undefined ? path : plugin.id, why };
}

/** The plugins that a process told of, and how it ended where it did not end well. */
export function listed(path: string, { lines, end }: Scan): ListedClap[] {
  const found: ListedClap[] = [];
  const { file = path } = lines.find((line) => line.file !== undefined) ?? {};
  let open: ClapPlugin | undefined;
  for (const { plugin, made, problem } of lines) {
    if (plugin !== undefined) open = plugin;
    if (made === undefined && problem === undefined) continue;
    found.push({ file, ...open, ...(made ?? { problem }) });
    open = undefined;
  }
  if (end !== undefined) found.push({ file, ...open, problem: end });
  return found;
}

/** Plugins in a table, and behind them what cannot be used. @param folders that were looked in */
export function renderClaps(all: readonly ListedClap[], folders: readonly string[]): string[] {
  const usable = all.filter(({ problem }) => problem === undefined);
  const rows = usable.map(({ name = "", id = "", inputs = [], outputs = [], notePorts = 0, parameters = 0, file }) => [
    name,
    id,
    `${notePorts > 0 ? "notes, " : ""}${channelsOf(inputs)} → ${channelsOf(outputs)}`,
    String(parameters),
    file,
  ]);
  const heads = ["NAME", "ID", "CHANNELS", "PARAMETERS", "FILE"].map((head) => ({ head }));
  const table = rows.length > 0
    ? renderTable(heads, rows)
    : [`No CLAP plugin was found in ${folders.join(", ")}; install some, or name their folder in CLAP_PATH`];
  const broken = all.filter(({ problem }) => problem !== undefined).map(({ file, id, problem }) =>
    inOneLine(`Cannot be used: ${id === undefined ? "" : `${id} of `}${file}: ${problem}`)
  );
  return [...table, ...(broken.length > 0 ? ["", ...broken] : [])].map(escapeControls);
}

/** Everything about one plugin. */
export function renderClap(file: string, plugin: ClapPlugin, info: ClapInfo): string[] {
  const { id, name, vendor, version, description, features } = plugin;
  const ports = (title: string, all: readonly ClapPort[]) =>
    all.map((port) => [title, port.name, `${port.channels} channels`, port.main ? "main" : ""]);
  const notes = info.notePorts.map(({ name, notes, midi }) => [
    "notes",
    name,
    [notes ? "notes" : [], midi ? "MIDI" : []].flat().join(" and "),
    "",
  ]);
  const heads = (...words: string[]) => words.map((head) => ({ head }));
  const parameters = info.parameters.map((each) => [
    each.name,
    String(each.id),
    `${round(each.minimum)} to ${round(each.maximum)}${each.stepped ? ", whole" : ""}`,
    each.readOnly ? "read only" : `${round(each.default)}`,
    each.text ?? "",
  ]);
  const late = `${info.latencySamples} samples late at ${info.sampleRateHz} Hz`;
  const tail = info.tailSamples === null ? "does not tell its tail" : `tail ${info.tailSamples} samples`;
  const facts = [late, tail, info.savesState ? "saves its state" : "has no state but its parameters"];
  const table = renderTable(heads("PORT", "NAME", "CHANNELS", ""), [
    ...ports("input", info.inputs),
    ...ports("output", info.outputs),
    ...notes,
  ]);
  const list = parameters.length === 0 ? ["Parameters: none"] : [
    "Parameters",
    ...renderTable(heads("NAME", "ID", "RANGE", "DEFAULT", "NOW"), parameters).map((line) => `  ${line}`),
  ];
  return [
    id,
    `  ${[name, version, vendor === "" ? "" : `by ${vendor}`].filter((each) => each !== "").join(" ")}`,
    ...(description === "" ? [] : description.split("\n").map((line) => `  ${line}`)),
    `  ${file}; ${features.join(", ")}`,
    `  ${facts.join("; ")}`,
    "",
    "Ports",
    ...table.map((line) => `  ${line}`),
    "",
    ...list,
  ].map(escapeControls);
}

function channelsOf(ports: readonly ClapPort[]): string {
  return ports.length === 0 ? "none" : ports.map(({ channels }) => channels).join("+");
}

/** A number with as many digits as a 32-bit one has. */
function round(value: number | null): string {
  return value === null ? "?" : String(Number(value.toPrecision(7)));
}

/** Calls a function for each item, for some at the same time. @returns what it gave, in their order */
export async function mapSome<A, B>(items: readonly A[], call: (item: A) => Promise<B>): Promise<B[]> {
  const found: B[] = [];
  const rest = items.entries();
  const work = async () => {
    for (const [at, item] of rest) found[at] = await call(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
}
