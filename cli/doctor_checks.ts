/**
 * What `sluice doctor` looks at.
 *
 * @module
 */
import { chooseDriver } from "../core/driver/open.ts";
import { findStaleSources, loadNodePackage } from "../core/registry/staleness.ts";
import { OWN_PACKAGE_URL } from "./packages.ts";

/** Oldest Deno that runs Sluice. */
const OLDEST_DENO: readonly [number, number] = [2, 9];

/** What one check found. */
export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
  /** Sluice does not run without it. */
  readonly required: boolean;
  /** What is there, or what is wrong. */
  readonly found: string;
  /** What it is for. */
  readonly purpose: string;
  /** What to do where it is not there. */
  readonly mend?: string;
}

/** A program that is looked for. */
interface Tool {
  readonly name: string;
  readonly args: readonly string[];
  readonly purpose: string;
  readonly mend: string;
}

const TOOLS: readonly Tool[] = [
  {
    name: "cargo",
    args: ["--version"],
    purpose: "builds the native library",
    mend: "install Rust 1.85 or later (https://rustup.rs)",
  },
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

/** Makes all checks. None of them throws. */
export async function runChecks(): Promise<CheckResult[]> {
  return [
    checkDeno(),
    await checkPermissions(),
    checkNative(),
    await checkGenerated(),
    await checkWritable(),
    ...await Promise.all(TOOLS.map(checkTool)),
  ];
}

function checkDeno(): CheckResult {
  const { deno, v8, typescript } = Deno.version;
  const [major, minor] = deno.split(".").map(Number);
  const ok = major > OLDEST_DENO[0] || (major === OLDEST_DENO[0] && minor >= OLDEST_DENO[1]);
  return {
    name: "Deno",
    ok,
    required: true,
    found: `${deno} (V8 ${v8}, TypeScript ${typescript}) on ${Deno.build.os} ${Deno.build.arch}, ` +
      `${navigator.hardwareConcurrency} processors`,
    purpose: "runs Sluice",
    mend: `use Deno ${OLDEST_DENO.join(".")} or later, as in "npx -y deno@2.9.6"`,
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

function checkNative(): CheckResult {
  const base = { name: "native library", required: false, purpose: "links between lanes are faster with it" };
  try {
    return { ...base, ok: true, found: chooseDriver("require").driver.version };
  } catch (error) {
    const found = (error as Error).message;
    return { ...base, ok: false, found, mend: "nothing: portable mode is used until it is there" };
  }
}

async function checkGenerated(): Promise<CheckResult> {
  const base = { name: "generated code", required: true, purpose: "says what node types there are" };
  const mend = 'run "deno task codegen"';
  try {
    const each = await loadNodePackage(OWN_PACKAGE_URL);
    const stale = await findStaleSources(each);
    if (stale.length === 0) return { ...base, ok: true, found: `fresh, ${each.nodes.length} node types` };
    return { ...base, ok: false, required: false, found: `older than ${stale.join(", ")}`, mend };
  } catch (error) {
    return { ...base, ok: false, found: (error as Error).message, mend };
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
  const base = { name, required: false, purpose };
  try {
    const command = new Deno.Command(name, { args: [...args], stdin: "null", signal: AbortSignal.timeout(10_000) });
    const { success, stdout, stderr } = await command.output();
    const text = new TextDecoder().decode(stdout.length > 0 ? stdout : stderr);
    const [line = ""] = text.split("\n").map((each) => each.trim()).filter((each) => each !== "");
    return { ...base, ok: success, found: line.slice(0, 80), mend };
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound;
    return { ...base, ok: false, found: missing ? "not on the PATH" : (error as Error).message, mend };
  }
}
