/**
 * Plugins in Python: which interpreter runs them, and with what.
 *
 * @module
 */
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { findNodeAtLocation } from "jsonc-parser";
import type { ProgramStart } from "../../ffi/program.ts";
import { isThere } from "../registry/file_kind.ts";
import { parseRegistryText } from "../registry/registry_entries.ts";
import type { PluginManifest } from "./manifest.ts";

/** The variable that names the interpreter of plugins that name none. */
export const INTERPRETER_VARIABLE = "SLUICE_PYTHON";

/** How long importing a plugin may take, milliseconds: frameworks for models take several seconds. */
const DESCRIBE_LIMIT_MS = 60_000;

/** The interpreter of a virtual environment, in its folder. */
const ENVIRONMENT_PYTHON = Deno.build.os === "windows" ? "Scripts/python.exe" : "bin/python";

/** The file that configures a project. */
const PROJECT = "sluice.json";

/** How many threads the loops of numpy and its like take, a processor each by default: nodes run beside each other. */
const THREADS = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"];

/** How many folders above a plugin's are searched for a virtual environment. */
const LEVELS = 8;

/** True for the path of a plugin that is a file in Python, or one class of it, such as `gain.py#Gain`. */
export function isPythonFile(path: string): boolean {
  return /\.py(?:#[^\\/]*)?$/.test(path);
}

/** Returns the file of such a plugin, and the classes that its path names. */
export function splitPythonPath(path: string): { readonly file: string; readonly classes?: readonly string[] } {
  const at = path.lastIndexOf("#");
  if (at < 0) return { file: path };
  return { file: path.slice(0, at), classes: path.slice(at + 1).split(",").filter((each) => each !== "") };
}

/** Returns the manifest of a plugin that is a file of its own. */
export function manifestOfFile(path: string): PluginManifest {
  const { file, classes } = splitPythonPath(path);
  return { name: basename(file, ".py"), version: "0.0.0", python: basename(file), classes, enabled: true };
}

/** Returns how the interpreter describes and hosts the nodes of a plugin. @param folder absolute */
export function pythonStart(folder: string, manifest: PluginManifest): ProgramStart {
  const python = manifest.python!;
  const source = isThere(join(folder, python)) ? join(folder, python) : python;
  const interpreter = findInterpreter(folder, manifest.interpreter);
  return {
    host: [interpreter, "-u", "-m", "sluice.host"],
    describe: [interpreter, "-m", "sluice.describe", source, ...manifest.classes ?? []],
    environment: environmentOf(folder),
    source,
    limitMs: DESCRIBE_LIMIT_MS,
  };
}

/**
 * Returns the interpreter: the one that the plugin names, else `SLUICE_PYTHON`, else that of the nearest `sluice.json`, else
 * that of the virtual environment that is active or lies beside the plugin, else `python3`.
 */
function findInterpreter(folder: string, named: string | undefined): string {
  if (named !== undefined) return fromFolder(folder, named);
  const set = readVariable(INTERPRETER_VARIABLE);
  if (set !== undefined) return set;
  const active = readVariable("VIRTUAL_ENV");
  const above: string[] = [];
  for (let at = folder; above.length < LEVELS && at !== dirname(at); at = dirname(at)) above.push(at);
  const project = above.find((each) => isThere(join(each, PROJECT)));
  const configured = project && readProjectInterpreter(join(project, PROJECT));
  if (configured !== undefined) return fromFolder(project!, configured);
  const beside = above.map((each) => join(each, ".venv"));
  const environments = [...active === undefined ? [] : [active], ...beside];
  return environments.map((each) => join(each, ENVIRONMENT_PYTHON)).find(isThere) ?? "python3";
}

/** Returns a command as it is, and a path from a folder. */
function fromFolder(folder: string, interpreter: string): string {
  return /[\\/]/.test(interpreter) ? resolve(folder, interpreter) : interpreter;
}

function readProjectInterpreter(path: string): string | undefined {
  try {
    const { root } = parseRegistryText(Deno.readTextFileSync(path));
    const value = root && findNodeAtLocation(root, ["python"])?.value;
    return typeof value === "string" && value.trim() !== "" ? value : undefined;
  } catch {
    // Who reads the file for its other keys tells what is wrong with it.
    return undefined;
  }
}

/**
 * Lets the interpreter find the package `sluice` of this version in a checkout, and tells that package the plugin's folder.
 * That and the current folder are no part of `PYTHONPATH`: a `random.py` there would hide the interpreter's own.
 */
function environmentOf(folder: string): [name: string, value: string][] {
  const before = readVariable("PYTHONPATH");
  const paths = [...ownPackage(), ...before === undefined ? [] : [before]];
  return [
    ["PYTHONPATH", paths.join(Deno.build.os === "windows" ? ";" : ":")],
    ["PYTHONSAFEPATH", "1"],
    ["SLUICE_PLUGIN_FOLDER", folder],
    ...THREADS.filter((each) => readVariable(each) === undefined).map((each): [string, string] => [each, "1"]),
  ];
}

function ownPackage(): string[] {
  if (!import.meta.url.startsWith("file:")) return [];
  // In the sources, and in the bundle.
  const folders = ["../../python", "../python"].map((each) => fileURLToPath(new URL(each, import.meta.url)));
  return folders.filter((each) => isAbsolute(each) && isThere(join(each, "sluice", "host.py"))).slice(0, 1);
}

function readVariable(name: string): string | undefined {
  if (Deno.permissions.querySync({ name: "env", variable: name }).state !== "granted") return undefined;
  return Deno.env.get(name) || undefined;
}
