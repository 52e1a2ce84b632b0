/**
 * `sluice clap scan`: makes a plugin of Sluice with a node type for each CLAP plugin.
 *
 * @module
 */
import { readFile, stat } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import type { ConfigSchema } from "../../core/descriptor/descriptor.ts";
import { SluiceError } from "../../core/errors.ts";
import { escapeControls } from "../../core/log.ts";
import { nodes as types } from "../../sluice.gen.ts";
import type { ClapScanArgs } from "../clap_args.ts";
import { EXIT, inOneLine, reportErrors } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { VERSION } from "../output/version.ts";
import { COMMAND_LINE } from "../project/configuration.ts";
import { ownCheckout } from "../project/own_package.ts";
import { findClaps, infoOf, type ListedClap, mapSome } from "./clap_command.ts";
import { type ClapKeys, clapNodes, clapNodesText, NODES_FILE, type ScannedClap } from "./clap_nodes.ts";
import { findLibrary } from "./clap_program.ts";

/** Most node types of a plugin. */
const MOST_NODES = 256;

/** The version of the interface that the library needs. */
const REQUIRES = "1.3";

/** @returns the exit code: 2 if no plugin can be used, or the folder is another thing */
export async function clapScanCommand({ paths, folder, json }: ClapScanArgs, io: Io): Promise<number> {
  const root = resolve(folder);
  const is = async (path: string) => await stat(path).then(() => true, () => false);
  if (await is(root) && !await is(join(root, NODES_FILE))) {
    const why = `"${folder}" is there already, and no folder of an earlier scan; name another one`;
    return reportErrors([new SluiceError("InvalidConfig", `Cannot make node types: ${why}`)], io, json);
  }
  const { all, folders } = await findClaps(paths.length > 0 ? paths : undefined);
  const usable = all.filter(({ problem, id }) => problem === undefined && id !== undefined);
  const looked = await mapSome(usable, look);
  const broken = [...all.filter(({ problem }) => problem !== undefined), ...looked.filter(isBroken)];
  const scanned = looked.filter((each): each is ScannedClap => !isBroken(each));
  for (const { file, id, problem } of json ? [] : broken) {
    const which = `${id === undefined ? "" : `${id} of `}${file}`;
    io.stderr.line(escapeControls(inOneLine(`warning: ${which} is left out: ${problem}`)));
  }
  if (scanned.length === 0) {
    const where = paths.length > 0 ? paths : folders;
    const why = `no CLAP plugin that can be used was found in ${where.join(", ")}`;
    const mend = "install some, or name their folder in CLAP_PATH";
    return reportErrors([new SluiceError("PluginRejected", `Cannot make node types: ${why}; ${mend}`)], io, json);
  }
  if (scanned.length > MOST_NODES) {
    const why = `there are ${scanned.length} CLAP plugins, and a plugin has ${MOST_NODES} node types at most`;
    const mend =
      `use "clap" with path and plugin for those that are rare, and name the folder of the others in CLAP_PATH`;
    return reportErrors([new SluiceError("PluginRejected", `Cannot make node types: ${why}; ${mend}`)], io, json);
  }
  const { properties = {} } = types.clap.descriptor.config!;
  const commands = Object.entries(types.clap.descriptor.commands!).map((
    [name, { description = "" }],
  ) => [name, description]);
  const nodes = clapNodes(
    scanned,
    properties as ClapKeys & { [key: string]: ConfigSchema },
    Object.fromEntries(commands),
  );
  const { planListing } = await import("../../codegen/new/new_plugin.ts");
  const { WriteFailure, writeTogether } = await import("../../codegen/files/write_together.ts");
  const shown = relative(".", root) || ".";
  const listing = shown.startsWith("..") ? undefined : await planListing(folder, root);
  const library = await findLibrary();
  const files = [
    { path: join(root, basename(library).replace("sluice_plugin_clap", "clap_nodes")), text: await readFile(library) },
    { path: join(root, NODES_FILE), text: clapNodesText(nodes) },
    { path: join(root, "plugin.toml"), text: manifest(basename(root)) },
  ];
  try {
    await writeTogether([...files, ...listing?.change === undefined ? [] : [listing.change]]);
  } catch (error) {
    if (!(error instanceof WriteFailure)) throw error;
    io.stderr.line(`error: ${error.message}; nothing was made; ${error.mend ?? "name another folder"}`);
    return EXIT.failed;
  }
  if (json) {
    for (const { stage, plugin } of nodes) io.stdout.line(JSON.stringify({ type: stage, plugin, folder: shown }));
    return EXIT.ok;
  }
  for (const { stage } of nodes) io.stdout.line(stage);
  io.stdout.line(`${nodes.length} node types are in ${shown}`);
  if (listing?.change !== undefined) io.stdout.line(`changed: sluice.json: ${listing.change.added.join(", ")}`);
  const sluice = ownCheckout() === resolve(".") ? "deno task sluice" : COMMAND_LINE;
  if (listing !== undefined) io.stdout.line(`Generate their types: ${sluice} codegen`);
  const which = listing === undefined ? ` --plugins ${shown}` : "";
  io.stdout.line(`Look at one: ${sluice} nodes info ${nodes[0].stage}${which}`);
  return EXIT.ok;
}

async function look({ file, id }: ListedClap): Promise<ScannedClap | ListedClap> {
  const found = await infoOf(file, id!);
  if ("why" in found) return { file, id, problem: found.why };
  if (found.info.outputs.every(({ channels }) => channels === 0)) {
    return { file, id, problem: "it has no audio output" };
  }
  return found;
}

function isBroken(each: ScannedClap | ListedClap): each is ListedClap {
  return !("info" in each);
}

function manifest(name: string): string {
  return `# Made by "sluice clap scan"; run it again when plugins have changed.
name = ${JSON.stringify(name)}
version = "${VERSION}"
requires = "${REQUIRES}"
library = "clap_nodes"
`;
}
