/**
 * `sluice plugins build`: builds plugins with the tools of their language, leaves each library beside its `plugin.toml`,
 * and checks it.
 *
 * @module
 */
import { join, relative, resolve } from "node:path";
import { SluiceError } from "../../core/errors.ts";
import { isFile } from "../../core/registry/file_kind.ts";
import { libraryPaths } from "../../core/plugins/inspect_plugin.ts";
import { findPluginFolders, inspectPlugins } from "../../core/plugins/load_plugins.ts";
import { MANIFEST, readManifestFile } from "../../core/plugins/manifest.ts";
import { EXIT } from "../output/failure.ts";
import { here, type Io } from "../output/output.ts";
import type { BuildPluginsArgs } from "../plugin_args.ts";
import { ownCheckout } from "../project/own_package.ts";
import { reportPlugin } from "./plugins_command.ts";

/** A program that builds a library. */
interface Builder {
  readonly program: string;
  readonly args: readonly string[];
  /** What to do if it is missing. */
  readonly mend: string;
  /** Whether it says on standard output, in JSON, where it has put the library. */
  readonly tellsPlace: boolean;
}

const CARGO: Builder = {
  program: "cargo",
  args: ["build", "--release", "--message-format=json-render-diagnostics"],
  mend: "install Rust 1.85 or later (https://rustup.rs)",
  tellsPlace: true,
};

const C_FLAGS = ["-std=c11", "-O2", "-Wall", "-Wextra", "-fPIC", "-shared", "-fvisibility=hidden"];

/** @returns the exit code: 1 if a compiler fails or is missing, 2 if a plugin is refused once it is built */
export async function buildPluginsCommand({ folders }: BuildPluginsArgs, io: Io): Promise<number> {
  const found = new Set((folders.length === 0 ? ["."] : folders).flatMap(foldersIn));
  const codes: number[] = [];
  for (const folder of found) codes.push(await buildPlugin(folder, io));
  return codes.find((code) => code !== EXIT.ok) ?? EXIT.ok;
}

/** @throws {SluiceError} `PluginRejected` if there is no plugin */
function foldersIn(folder: string): string[] {
  let found: string[];
  try {
    found = findPluginFolders(resolve(folder));
  } catch (error) {
    throw refusal(folder, (error as Error).message);
  }
  if (found.length > 0) return found;
  throw refusal(folder, `neither it nor a folder in it has a "${MANIFEST}"; name the folder of a plugin`);
}

async function buildPlugin(folder: string, io: Io): Promise<number> {
  const { manifest, library: name, problems } = readManifestFile(join(folder, MANIFEST));
  if (/\.py(?:#|$)/.test(folder) || manifest?.python !== undefined) {
    throw refusal(here(folder), 'it is in Python, which is not built; "sluice plugins check" reads its nodes');
  }
  if (name === undefined) throw refusal(here(folder), `${MANIFEST}: ${problems[0]}`);
  const [, library] = libraryPaths(folder, name);
  const builder = await chooseBuilder(folder, library);
  io.stdout.line(`${here(folder)}: ${[builder.program, ...builder.args].join(" ")}`);
  const built = await runBuilder(folder, builder);
  if (!built.ok) {
    io.stderr.line(`error: Cannot build the plugin in "${here(folder)}": ${built.why}`);
    return EXIT.failed;
  }
  if (builder.tellsPlace) await placeLibrary(artifactOf(folder, built.stdout), library);
  const { plugins: [plugin], refused: [error] } = inspectPlugins([folder], { anew: true });
  if (error !== undefined) throw error;
  reportPlugin(plugin, io, false);
  return plugin.problems.length === 0 ? EXIT.ok : EXIT.badInput;
}

/** Cargo, make or the C compiler, by what the folder has. @throws {SluiceError} `PluginRejected` if it has nothing */
async function chooseBuilder(folder: string, library: string): Promise<Builder> {
  if (isFile(join(folder, "Cargo.toml"))) return CARGO;
  const program = Deno.env.get("CC") || "cc";
  const mend = `install a C compiler (on Debian "apt install gcc"), or name one in CC`;
  // Of make, what says that there is no compiler does not say what to do.
  if (isFile(join(folder, "Makefile")) && await runs("make") && await runs(program)) {
    return { program: "make", args: [], mend, tellsPlace: false };
  }
  const sources = Array.from(Deno.readDirSync(folder), ({ name }) => name).filter((name) => name.endsWith(".c")).sort();
  if (sources.length === 0) {
    throw refusal(here(folder), 'it has neither a "Cargo.toml", nor a "Makefile" with make, nor sources in C');
  }
  const args = [...C_FLAGS, ...headerOf(folder), ...sources, "-o", relative(folder, library), "-lm"];
  return { program, args, mend, tellsPlace: false };
}

/** Where the compiler finds the interface of plugins, if the folder has no copy of it. */
function headerOf(folder: string): string[] {
  const checkout = ownCheckout();
  if (checkout === undefined || isFile(join(folder, "sluice_stage.h"))) return [];
  return ["-I", join(checkout, "crates", "abi", "include")];
}

type Built = { readonly ok: true; readonly stdout: string } | { readonly ok: false; readonly why: string };

async function runBuilder(folder: string, { program, args, mend, tellsPlace }: Builder): Promise<Built> {
  const stdout = tellsPlace ? "piped" : "inherit";
  try {
    const child = new Deno.Command(program, { args: [...args], cwd: folder, stdin: "null", stdout, stderr: "inherit" });
    const output = await child.spawn().output();
    if (!output.success) {
      return { ok: false, why: `"${program}" ended with ${output.code}; correct what it says above` };
    }
    return { ok: true, stdout: tellsPlace ? new TextDecoder().decode(output.stdout) : "" };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { ok: false, why: `there is no "${program}"; ${mend}` };
  }
}

async function runs(program: string): Promise<boolean> {
  const command = new Deno.Command(program, { args: ["--version"], stdin: "null", stdout: "null", stderr: "null" });
  try {
    return (await command.output()).success;
  } catch {
    return false;
  }
}

/** The library that Cargo has made of a folder. @throws {SluiceError} `PluginRejected` if it has made none */
function artifactOf(folder: string, stdout: string): string {
  const messages = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  const made = messages.find(({ reason, manifest_path: path, target }) =>
    reason === "compiler-artifact" && path === join(Deno.realPathSync(folder), "Cargo.toml") &&
    target.kind.includes("cdylib")
  );
  if (made !== undefined) return made.filenames[0];
  throw refusal(here(folder), 'Cargo has made no library; write crate-type = ["cdylib"] in [lib] of its "Cargo.toml"');
}

/** Copies beside and renames: a process that runs from the old library keeps it. */
async function placeLibrary(made: string, library: string): Promise<void> {
  const partial = `${library}.partial`;
  await Deno.copyFile(made, partial);
  await Deno.rename(partial, library);
}

function refusal(folder: string, why: string): SluiceError {
  return new SluiceError("PluginRejected", `Cannot build the plugin in "${folder}": ${why}`);
}
