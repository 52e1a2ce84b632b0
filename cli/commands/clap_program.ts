/**
 * Asks files for their CLAP plugins, in a process for each: a plugin is code that runs as soon as its file is opened, and one
 * that crashes or hangs there ends that process alone.
 *
 * @module
 */
import { join } from "node:path";
import { SluiceError } from "../../core/errors.ts";
import { listShippedPlugins, type ShippedPluginInfo } from "../../core/registry/shipped_stage.ts";
import { loadNodePackage } from "../../core/registry/staleness.ts";
import { OWN_PACKAGE_URL } from "../project/own_package.ts";

/** The program, beside the library of the stage. */
const PROGRAM = Deno.build.os === "windows" ? "sluice-clap-scan.exe" : "sluice-clap-scan";

/** How long a process may take, and its output behind its end. */
const LIMIT_MS = 10_000;
const GRACE_MS = 500;

/** Most that a process may say. */
const MOST_LETTERS = 64 * 1024 * 1024;

/** What a plugin says of itself. */
export interface ClapPlugin {
  readonly id: string;
  readonly name: string;
  readonly vendor: string;
  readonly version: string;
  readonly description: string;
  readonly features: readonly string[];
}

/** A port for audio. */
export interface ClapPort {
  readonly name: string;
  readonly channels: number;
  /** Whether `audioIn` or `audioOut` of the node stands for it. */
  readonly main: boolean;
}

/** A parameter, with the value that it begins with. */
export interface ClapParameter {
  readonly id: number;
  readonly name: string;
  readonly module: string;
  /** `null`: no finite number. */
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly default: number | null;
  readonly stepped: boolean;
  readonly readOnly: boolean;
  readonly value: number;
  readonly text: string | null;
  /** The values of one that has few, as the plugin shows them. */
  readonly steps: readonly string[] | null;
}

/** What is known of a plugin once it was made. */
export interface ClapSummary {
  readonly inputs: readonly ClapPort[];
  readonly outputs: readonly ClapPort[];
  readonly notePorts: number;
  readonly parameters: number;
}

/** Everything about a plugin. */
export interface ClapInfo {
  readonly inputs: readonly ClapPort[];
  readonly outputs: readonly ClapPort[];
  readonly notePorts: readonly { readonly name: string; readonly notes: boolean; readonly midi: boolean }[];
  readonly parameters: readonly ClapParameter[];
  readonly latencySamples: number;
  /** The rate at which the latency was asked for. */
  readonly sampleRateHz: number;
  readonly tailSamples: number | null;
  readonly savesState: boolean;
}

/** What the program writes, one of these a line. */
interface Line {
  readonly files?: readonly string[];
  readonly folders?: readonly string[];
  readonly file?: string;
  readonly plugin?: ClapPlugin;
  readonly made?: ClapSummary;
  readonly info?: ClapInfo;
  readonly problem?: string;
}

/** What a process wrote, and how it ended badly, as a clause. */
export interface Scan {
  readonly lines: readonly Line[];
  readonly end?: string;
}

/**
 * Runs the program.
 *
 * @param args what to ask
 * @param limitMs how long it may take
 * @throws {SluiceError} `NativeUnavailable` if it was not built
 */
export async function scan(args: readonly string[], limitMs = LIMIT_MS): Promise<Scan> {
  const program = await findProgram();
  const command = new Deno.Command(program, { args: [...args], stdin: "null", stdout: "piped", stderr: "null" });
  let child: Deno.ChildProcess;
  try {
    child = command.spawn();
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    const message = `Cannot look into CLAP plugins: there is no program "${program}"; build it with ` +
      '"deno task build:native"';
    throw new SluiceError("NativeUnavailable", message, { cause });
  }
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const read = async () => {
    for (let part = await output.read(); !part.done; part = await output.read()) {
      text += part.value;
      if (text.length > MOST_LETTERS) return kill(child);
    }
  };
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    kill(child);
  }, limitMs);
  const reading = read();
  const { code, signal } = await child.status.finally(() => clearTimeout(timer));
  // What a plugin has started may keep the output open.
  let grace: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([reading, new Promise((done) => grace = setTimeout(done, GRACE_MS))]);
  clearTimeout(grace);
  await output.cancel();
  const lines = text.split("\n").flatMap(readLine);
  if (isLate) return { lines, end: `it did not answer within ${limitMs} ms` };
  if (text.length > MOST_LETTERS) return { lines: [], end: `it says more than ${MOST_LETTERS} letters of itself` };
  if (signal !== null) return { lines, end: `it crashed by ${signal}` };
  return code === 0 ? { lines } : { lines, end: `it ended the process with ${code}` };
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has just ended.
  }
}

async function findProgram(): Promise<string> {
  return join((await findPlugin()).folder, PROGRAM);
}

/**
 * The library of the stage `clap`.
 *
 * @throws {SluiceError} `NativeUnavailable` if it was not built
 */
export async function findLibrary(): Promise<string> {
  const { library, problem } = await findPlugin();
  if (library !== undefined) return library;
  throw new SluiceError("NativeUnavailable", `Cannot use the stage "clap": ${problem}`);
}

async function findPlugin(): Promise<ShippedPluginInfo> {
  await loadNodePackage(OWN_PACKAGE_URL);
  return listShippedPlugins().find(({ plugin }) => plugin === "clap")!;
}

/** Reads a line of the program. The last one may be cut off. */
function readLine(text: string): Line[] {
  try {
    return [JSON.parse(text) as Line];
  } catch {
    return [];
  }
}
