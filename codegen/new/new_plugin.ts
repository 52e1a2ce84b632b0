/**
 * `sluice plugins new NAME`: makes a plugin in C or Rust, which builds, whose test passes and whose graph runs.
 *
 * @module
 */
import { readFile, stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { applyEdits, modify } from "jsonc-parser";
import { SluiceError } from "../../core/errors.ts";
import { parseConfig } from "../config.ts";
import { describePlaced } from "../diagnostics.ts";
import { STANDARD_PACKAGE } from "../standard_types.ts";
import { type FileToWrite, writeTogether } from "../files/write_together.ts";
import { type Manifest, planManifest, type RuntimeSource } from "./deno_manifest.ts";
import { newPluginFiles, type PluginLanguage } from "./new_plugin_files.ts";

/** The header of the interface in C. */
const HEADER = new URL("../../crates/abi/include/sluice_stage.h", import.meta.url);

/** A name: words of lower-case letters and digits, joined by `-`: it is the last part of an id. */
const NAME = /^[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)*$/;

/** The longest name: an id has 64 characters at most. */
const MAX_LENGTH = 40;

/** The folder for plugins, unless one is named. */
const FOLDER = "plugins";

/** What to make. */
export interface NewPluginOptions {
  readonly name: string;
  readonly language: PluginLanguage;
  /** Where its folder goes; by default `plugins`. */
  readonly folder?: string;
  /** Where the runtime comes from, for a project that does not say. */
  readonly source: RuntimeSource;
  /** What starts the command line. */
  readonly sluice: string;
}

/** What was made. */
export interface NewPlugin {
  /** Its folder, as a path from the current directory. */
  readonly folder: string;
  /** Paths from the current directory. */
  readonly files: readonly string[];
  /** Other files that were written, each with what was added to it; nothing for a new file. */
  readonly changes: readonly { readonly path: string; readonly added: readonly string[] }[];
  /** The command that generates code for the `sluice.json` of the current directory; absent without that file. */
  readonly codegen?: string;
}

/**
 * Makes the folder of a plugin. Enters it in the `sluice.json` of the current directory, if there is one; writes or
 * completes a `deno.json` if the test would not find the runtime.
 *
 * @throws {SluiceError} `InvalidConfig` if the name is invalid, the folder is there already, a configuration is wrong, or
 * the crate for Rust is not on this machine
 * @throws {WriteFailure} if a file cannot be written; then no file is
 */
export async function newPlugin(options: NewPluginOptions): Promise<NewPlugin> {
  const { name, language, folder = FOLDER, source, sluice } = options;
  assertName(name);
  const root = resolve(folder, name);
  if (await stat(root).then(() => true, () => false)) {
    throw refuse(name, `"${relative(".", root)}" is there already; choose another name, or remove it`);
  }
  if (language === "rust" && source.checkout === undefined) {
    throw refuse(
      name,
      "the crate sluice-stage comes with a checkout of Sluice, and this is an installed package; use --c",
    );
  }
  const crate = relative(root, join(source.checkout ?? "", "crates", "stage")).replaceAll("\\", "/");
  const header = await readHeader();
  const requires = versionOf(header);
  const texts = newPluginFiles(language, { name, runtime: STANDARD_PACKAGE, requires, sluice, header, crate });
  const home = rootOfManifest(root, folder);
  const manifest = await planManifest(home, STANDARD_PACKAGE, source, "a plugin");
  const listing = await planListing(folder, root);
  const files = Object.entries(texts).map(([path, text]) => ({ path: join(root, path), text }));
  const others = [...ofManifest(manifest), ...listing?.change === undefined ? [] : [listing.change]];
  await writeTogether([...files, ...others]);
  const hasTask = home === resolve(".") ? manifest.tasks.includes("codegen") : home === source.checkout;
  return {
    folder: relative(".", root),
    files: files.map(({ path }) => relative(".", path)),
    changes: others.map(({ path, added }) => ({ path: relative(".", path), added })),
    codegen: listing && (hasTask ? "deno task codegen" : `${sluice} codegen`),
  };
}

export type Change = FileToWrite & { readonly added: readonly string[] };

/** The `deno.json` goes to the current directory, or beside the plugin if that is elsewhere. */
function rootOfManifest(root: string, folder: string): string {
  return relative(".", root).startsWith("..") ? resolve(folder) : resolve(".");
}

function ofManifest({ path, text, added }: Manifest): Change[] {
  return text === undefined ? [] : [{ path, text, added }];
}

/**
 * Enters the folder in `"plugins"` of the `sluice.json` here, unless that has it.
 *
 * @returns `undefined` if there is no such file
 */
export async function planListing(folder: string, root: string): Promise<{ readonly change?: Change } | undefined> {
  const path = resolve("sluice.json");
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const { config, diagnostics } = parseConfig("sluice.json", text);
  if (config === undefined) throw new SluiceError("InvalidConfig", describePlaced(diagnostics[0]));
  const { plugins = [] } = config;
  if (plugins.some(({ from }) => [resolve(folder), root].includes(resolve(from)))) return {};
  const local = relative(".", resolve(folder)).replaceAll("\\", "/");
  const entry = local.startsWith("..") ? local : `./${local}`;
  const edits = modify(text, ["plugins", plugins.length], entry, {
    isArrayInsertion: true,
    formattingOptions: { insertSpaces: true, tabSize: 2 },
  });
  return { change: { path, text: applyEdits(text, edits), added: [`"${entry}" in "plugins"`] } };
}

async function readHeader(): Promise<string> {
  return HEADER.protocol === "file:" ? await readFile(HEADER, "utf8") : await (await fetch(HEADER)).text();
}

/** The version of the interface: the major number is in the upper 16 bits. */
function versionOf(header: string): string {
  const version = Number(/^#define SLUICE_ABI_VERSION (\d+)$/m.exec(header)?.[1]);
  return `${version >> 16}.${version & 0xffff}`;
}

function assertName(name: string): void {
  if (NAME.test(name) && name.length <= MAX_LENGTH) return;
  const mended = name.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase().replace(/[^a-z0-9]+/g, "-")
    .replace(/(?:^|-)[-0-9]+/g, "").replace(/-$/, "").slice(0, MAX_LENGTH);
  const hint = NAME.test(mended) ? `; write "${mended}"` : "";
  const wanted = `words of lower-case letters and digits, joined by "-", ${MAX_LENGTH} characters at most`;
  throw new SluiceError("InvalidConfig", `Cannot name a plugin ${JSON.stringify(name)}: wanted ${wanted}${hint}`);
}

function refuse(name: string, why: string): SluiceError {
  return new SluiceError("InvalidConfig", `Cannot make plugin "${name}": ${why}`);
}
