/**
 * The checks of `sluice doctor`.
 *
 * @module
 */
import { basename, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { DENO_COMMAND, isDenoFit, WANTED_DENO } from "../../core/process/deno_version.ts";
import { chooseDriver } from "../../core/driver/open.ts";
import type { EngineName } from "../../kernels/engine.ts";
import { type Kernels, kernels } from "../../kernels/kernels.ts";
import { CODEGEN_COMMAND, findStaleSources, loadNodePackage, type StaleSource } from "../../core/registry/staleness.ts";
import { listShippedPlugins } from "../../core/registry/shipped_stage.ts";
import { hasH264Assembler } from "../../ffi/h264_assembler.ts";
import { inspectAll } from "./plugins_command.ts";
import { BUNDLE_FOLDER, findChangedSources, isPart } from "../../core/registry/bundle_state.ts";
import { here } from "../output/output.ts";
import { VERSION } from "../output/version.ts";
import { OWN_PACKAGE_URL } from "../project/own_package.ts";
import { findPluginSources } from "../project/plugins.ts";
import { findNewClassFiles, readProject } from "../project/project.ts";

/** What one check found. */
export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
  /** Whether Sluice needs it to run. */
  readonly required: boolean;
  /** What was found, or what is wrong. */
  readonly found: string;
  /** What it is for. */
  readonly purpose: string;
  /** What to do if it is missing. */
  readonly mend?: string;
}

/** A program to look for. */
interface Tool {
  readonly name: string;
  readonly args: readonly string[];
  readonly purpose: string;
  readonly mend: string;
}

const TOOLS: readonly Tool[] = [
  {
    name: "python3",
    args: ["-c", "import sys, numpy; print('Python', sys.version.split()[0], 'with numpy', numpy.__version__)"],
    purpose: "runs nodes in Python",
    mend: 'install Python 3.10 or later with numpy, or name one by "python" in sluice.json',
  },
  {
    name: "cargo",
    args: ["--version"],
    purpose: "builds the native library, and plugins in Rust",
    mend: "install Rust 1.85 or later (https://rustup.rs)",
  },
  { name: "cc", args: ["--version"], purpose: "builds plugins in C", mend: "install a C compiler, such as gcc" },
  { name: "sox", args: ["--version"], purpose: "tests measure audio with it", mend: 'install the package "sox"' },
  { name: "ffprobe", args: ["-version"], purpose: "tests read files with it", mend: 'install the package "ffmpeg"' },
  {
    name: "gst-launch-1.0",
    args: ["--version"],
    purpose: "benchmarks compare with it",
    mend: 'install the package "gstreamer1.0-tools"',
  },
  {
    name: "chromium",
    args: ["--version"],
    purpose: "tests of the page use it",
    mend: 'install the package "chromium"',
  },
];

/** What runs the kernels, in words. */
const KERNEL_ENGINES: Readonly<Record<EngineName, string>> = {
  native: "native: in the native library, with the vector instructions of this processor",
  wasm: "wasm: in WebAssembly, with vectors of 128 bits",
};

/** Most changed sources of the bundle that are named. */
const PATHS_LISTED = 3;

/** Runs all checks. None of them throws. */
export async function runChecks(): Promise<CheckResult[]> {
  return [
    checkDeno(),
    await checkPermissions(),
    await checkNative(),
    checkKernels(),
    await checkGenerated(),
    checkBundle(),
    ...await checkProject(),
    ...await checkPlugins(),
    ...checkH264(askCodecs()),
    await checkWritable(),
    ...await Promise.all(TOOLS.map(checkTool)),
  ];
}

function checkDeno(): CheckResult {
  const { deno, v8, typescript } = Deno.version;
  return {
    name: "Deno",
    ok: isDenoFit(deno),
    required: true,
    found: `${deno} (V8 ${v8}, TypeScript ${typescript}) on ${Deno.build.os} ${Deno.build.arch}, ` +
      `${navigator.hardwareConcurrency} processors`,
    purpose: "runs Sluice",
    mend: `use Deno ${WANTED_DENO}, as in "${DENO_COMMAND}"`,
  };
}

async function checkPermissions(): Promise<CheckResult> {
  const names = ["read", "write", "ffi", "env", "run"] as const;
  const states = await Promise.all(names.map((name) => Deno.permissions.query({ name })));
  const missing = names.filter((_, i) => states[i].state !== "granted");
  return {
    name: "permissions",
    ok: missing.length === 0,
    required: missing.includes("read"),
    found: missing.length === 0 ? "all granted" : `not granted: ${missing.join(", ")}`,
    purpose: "files, and the native library",
    mend: `run with ${missing.map((name) => `--allow-${name}`).join(" ")}, or with -A`,
  };
}

async function checkNative(): Promise<CheckResult> {
  const base = { name: "native library", required: false, purpose: "links between lanes are faster with it" };
  try {
    return { ...base, ok: true, found: chooseDriver("require").driver.version };
  } catch (error) {
    // The text after the semicolon is advice for people who can build.
    const [found] = (error as Error).message.split("; ");
    const cargo = await runTool("cargo", ["--version"]);
    const mend = Deno.permissions.querySync({ name: "ffi" }).state !== "granted"
      ? "run with --allow-ffi"
      : cargo.ok
      ? 'run "deno task build:native" in the checkout of Sluice'
      : "portable mode is used without it, which has no native lanes and promises no real time; to have it, install " +
        'Rust 1.85 or later (https://rustup.rs) and run "deno task build:native" in the checkout of Sluice';
    return { ...base, ok: false, found, mend };
  }
}

/** Checks what runs the kernels. */
export function checkKernels(its: Pick<Kernels, "engine"> = kernels): CheckResult {
  const base = { name: "kernels", required: true, purpose: "most audio nodes compute with them" };
  try {
    return { ...base, ok: true, found: KERNEL_ENGINES[its.engine] };
  } catch (error) {
    return { ...base, ok: false, found: (error as Error).message, mend: "unset SLUICE_KERNELS" };
  }
}

async function checkGenerated(): Promise<CheckResult> {
  const base = { name: "generated code", required: true, purpose: "says what node types there are" };
  const mend = 'run "deno task codegen" in the checkout of Sluice';
  try {
    const each = await loadNodePackage(OWN_PACKAGE_URL);
    const stale = await findStaleSources(each);
    if (stale.length === 0) return { ...base, ok: true, found: `fresh, ${plural(each.nodes.length, "node type")}` };
    return { ...base, ok: false, required: false, found: describeAge(stale), mend };
  } catch (error) {
    return { ...base, ok: false, found: (error as Error).message, mend };
  }
}

/** Checks what the command starts from. @param folder URL of the bundle, in the checkout */
export function checkBundle(folder: URL = BUNDLE_FOLDER): CheckResult {
  const base = { name: "bundle", required: false, purpose: "the command starts faster from it" };
  const changed = findChangedSources(folder);
  if (changed?.length === 0) return { ...base, ok: true, found: "current: the command starts from it" };
  const found = changed === undefined
    ? "missing"
    : changed.some(isPart)
    ? `not whole: ${listFirst(changed.filter(isPart))}`
    : `older than ${listFirst(changed)}`;
  const mend = 'run "deno task bundle" in the checkout of Sluice; without, the command starts from the sources';
  return { ...base, ok: false, found, mend };
}

/** The first few paths, and how many others there are. */
function listFirst(paths: readonly string[]): string {
  const first = paths.slice(0, PATHS_LISTED).join(", ");
  return paths.length > PATHS_LISTED ? `${first} and ${paths.length - PATHS_LISTED} more` : first;
}

/** Checks the package of the current folder, if it has a `sluice.json`. */
async function checkProject(): Promise<CheckResult[]> {
  const base = { name: "this folder", required: true, purpose: "says what node types your classes are" };
  const mend = `run ${CODEGEN_COMMAND}`;
  try {
    const project = await readProject(".");
    if (project === undefined || pathToFileURL(project.generated).href === OWN_PACKAGE_URL) return [];
    const { name, generated, classFiles } = project;
    if (!await exists(generated)) {
      if (classFiles.length === 0) {
        return [{ ...base, ok: true, found: `package "${name}", without processor classes` }];
      }
      return [{
        ...base,
        ok: false,
        found: `package "${name}": no generated code of ${plural(classFiles.length, "class file")}`,
        mend,
      }];
    }
    const each = await loadNodePackage(pathToFileURL(generated));
    const stale = await findStaleSources(each);
    const added = findNewClassFiles(project, each).map((path) => relative(".", path));
    if (stale.length + added.length === 0) {
      return [{ ...base, ok: true, found: `package "${name}": fresh, ${plural(each.nodes.length, "node type")}` }];
    }
    const newer = added.map((path) => ({ path, isMissing: false }));
    const found = `package "${name}": generated code is ${describeAge([...stale, ...newer])}`;
    return [{ ...base, ok: false, required: false, found, mend }];
  } catch (error) {
    return [{ ...base, ok: false, found: (error as Error).message, mend: `correct that, then ${mend}` }];
  }
}

/** Checks the plugins that are found from the current folder; one that is refused is left out of graphs. */
export async function checkPlugins(): Promise<CheckResult[]> {
  const base = { required: false, purpose: "its stages are node types" };
  const refusal = (name: string, found: string): CheckResult => {
    return { ...base, name, ok: false, found, mend: 'correct that; "sluice plugins check" tells all of it' };
  };
  try {
    await loadNodePackage(OWN_PACKAGE_URL);
    const shipped = listShippedPlugins().map(({ plugin, folder, nodes, problem }): CheckResult => {
      const found = problem ?? `${VERSION}, ${plural(nodes.length, "node type")}; ${here(folder)}, of Sluice itself`;
      const mend = 'run "deno task build:native"';
      return { ...base, name: `plugin ${plugin}`, ok: problem === undefined, found, mend };
    });
    const { plugins, refused } = inspectAll(await findPluginSources([]));
    const missing = refused.map(({ message }) => refusal("plugins", message));
    return shipped.concat(
      missing,
      plugins.map(({ folder, manifest, nodes, problems: [problem], from }) => {
        const name = `plugin ${manifest?.name ?? basename(folder)}`;
        const where = `${here(folder)}, named by ${from}`;
        if (problem !== undefined) return refusal(name, `${where}: refused: ${problem.message}`);
        const what = manifest!.enabled ? plural(nodes.length, "node type") : "not enabled";
        return { ...base, name, ok: true, found: `${manifest!.version}, ${what}; ${where}` };
      }),
    );
  } catch (error) {
    return [refusal("plugins", (error as Error).message)];
  }
}

/**
 * Checks whether H.264 is encoded as fast as it can be.
 *
 * @param hasAssembler whether openh264 was built with nasm; `undefined` where that is not known or makes no difference
 * @returns nothing then
 */
export function checkH264(hasAssembler: boolean | undefined): CheckResult[] {
  const base = { name: "H.264", required: false, purpose: "nasm builds the assembler of openh264" };
  if (hasAssembler === undefined) return [];
  if (hasAssembler) return [{ ...base, ok: true, found: "built with nasm" }];
  const mend = 'install it (Debian: apt-get install nasm), then run "deno task build:native" in the checkout of Sluice';
  return [{ ...base, ok: false, found: "built without nasm: encodes about 3 times slower", mend }];
}

/** Whether the openh264 that is there was built with nasm. */
function askCodecs(): boolean | undefined {
  const library = listShippedPlugins().find(({ plugin }) => plugin === "codecs")?.library;
  return library === undefined ? undefined : hasH264Assembler(library);
}

/** Compares generated code with its sources. @param stale at least one */
function describeAge(stale: readonly StaleSource[]): string {
  const newer = stale.filter(({ isMissing }) => !isMissing).map(({ path }) => path);
  const missing = stale.filter(({ isMissing }) => isMissing).map(({ path }) => path);
  return [
    ...(newer.length > 0 ? [`older than ${newer.join(", ")}`] : []),
    ...(missing.length > 0
      ? [`made from ${missing.join(", ")}, which ${missing.length > 1 ? "are" : "is"} missing`]
      : []),
  ].join(", and ");
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}

async function checkWritable(): Promise<CheckResult> {
  const base = { name: "current folder", required: false, purpose: "graphs write files to it" };
  try {
    await Deno.remove(await Deno.makeTempFile({ dir: ".", prefix: ".sluice-doctor-" }));
    return { ...base, ok: true, found: "can be written to" };
  } catch (error) {
    const found = `cannot be written to: ${(error as Error).message}`;
    return { ...base, ok: false, found, mend: "run where files may be written, or give absolute paths" };
  }
}

async function checkTool({ name, args, purpose, mend }: Tool): Promise<CheckResult> {
  return { name, required: false, purpose, mend, ...await runTool(name, args) };
}

/** Runs a program and returns the first line that it prints. */
async function runTool(name: string, args: readonly string[]): Promise<Pick<CheckResult, "ok" | "found">> {
  try {
    const command = new Deno.Command(name, { args: [...args], stdin: "null", signal: AbortSignal.timeout(10_000) });
    const { success, stdout, stderr } = await command.output();
    const text = new TextDecoder().decode(stdout.length > 0 ? stdout : stderr);
    const [line = ""] = text.split("\n").map((each) => each.trim()).filter((each) => each !== "");
    return { ok: success, found: line.slice(0, 80) };
  } catch (error) {
    return { ok: false, found: error instanceof Deno.errors.NotFound ? "not on the PATH" : (error as Error).message };
  }
}
