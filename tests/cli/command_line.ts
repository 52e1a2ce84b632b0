/**
 * Runs the command line as users do, in a process of its own, and what runs no graph in this one.
 *
 * @module
 */
import assert from "node:assert/strict";
import { main } from "../../cli/main.ts";
import { TextOutput } from "../../cli/output/output.ts";
import { configureLog } from "../../core/log.ts";

/** The checkout. */
export const ROOT: string = new URL("../../", import.meta.url).pathname;

/** The program's main module: it runs the bundle that the set-up has made, and the sources where they are newer. */
export const MAIN: string = `${ROOT}cli/start.ts`;

/** Graphs and node types of these tests. */
export const FIXTURES: string = `${ROOT}tests/cli/fixtures`;

/** How a command line ended. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run it. */
export interface Settings {
  /** Current directory; by default the checkout. */
  readonly cwd?: string;
  readonly env?: Record<string, string>;
}

/**
 * Not "info": a checkout where code is to be generated again would add a warning to each test. Nor plugins of the user's
 * own.
 */
const ENV = { NO_COLOR: "1", SLUICE_LOG: "error", XDG_CONFIG_HOME: `${FIXTURES}/config` };

/** Starts a command line; the caller reads its streams. */
export function spawn(args: readonly string[], settings: Settings = {}): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", MAIN, ...args],
    cwd: settings.cwd ?? ROOT,
    env: { ...ENV, ...settings.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs a command line to its end, {@linkcode withoutNote}. */
export async function sluice(args: readonly string[], settings: Settings = {}): Promise<Result> {
  const { code, stdout, stderr } = await spawn(args, settings).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: readPrinted(stderr) };
}

/**
 * Runs a command line that runs no graph, or is refused before, in this process: a process of its own takes a third of a
 * second of processor time to start.
 */
export async function answer(args: readonly string[], { cwd = ROOT }: Pick<Settings, "cwd"> = {}): Promise<Result> {
  const texts = { stdout: "", stderr: "" };
  const into = (name: keyof typeof texts) =>
    new TextOutput({
      writeSync(bytes) {
        texts[name] += new TextDecoder().decode(bytes);
        return bytes.length;
      },
    });
  const before = { cwd: Deno.cwd(), env: Object.keys(ENV).map((name) => [name, Deno.env.get(name)] as const) };
  Deno.chdir(cwd);
  for (const [name, value] of Object.entries(ENV)) Deno.env.set(name, value);
  try {
    const streams = { stdout: into("stdout"), stderr: into("stderr") };
    const io = { ...streams, interactive: false, screen: false, columns: () => 80, rows: () => 24 };
    const code = await main(args, io);
    return { code, ...texts };
  } finally {
    Deno.chdir(before.cwd);
    for (const [name, value] of before.env) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
    configureLog();
  }
}

/** A line of progress once a frame has come through both links of a graph. */
export const FLOWS: RegExp = /"event":"progress",.*"framesRead":([2-9]|\d\d)/;

/** Runs a graph, sends each signal once its cue has come since the one before, some again and again, and waits for the end. */
export async function signalled(
  args: readonly string[],
  cwd: string,
  signals: readonly { after: RegExp; send: Deno.Signal; everyMs?: number }[],
  env: Record<string, string> = {},
): Promise<Result> {
  const child = spawn([...args, "--json"], { cwd, env });
  const texts = { stdout: "", stderr: "" };
  const pending = [...signals];
  let repeat: ReturnType<typeof setInterval> | undefined;
  async function follow(name: "stdout" | "stderr"): Promise<void> {
    let since = "";
    for await (const text of child[name].pipeThrough(new TextDecoderStream())) {
      texts[name] += text;
      since += text;
      const [next] = pending;
      if (next === undefined || !next.after.test(since)) continue;
      since = "";
      pending.shift();
      child.kill(next.send);
      if (next.everyMs !== undefined) repeat = setInterval(() => child.kill(next.send), next.everyMs);
    }
  }
  await Promise.all([follow("stdout"), follow("stderr")]);
  const { code } = await child.status;
  clearInterval(repeat);
  assert.deepEqual(pending, [], texts.stderr);
  return { code, stdout: texts.stdout, stderr: withoutNote(texts.stderr) };
}

/**
 * Leaves out lines that depend on the checkout: why portable mode is used, which is there where nothing has built the
 * library, and that Deno has waited for another process which looks at the same packages.
 */
export function withoutNote(text: string): string {
  return text.replace(/^([\d:.]+ warn {2}runtime: Portable mode, |Blocking waiting for file lock on ).*\r?\n/gm, "");
}

/** What a process has printed, {@linkcode withoutNote}. */
export function readPrinted(bytes: Uint8Array): string {
  return withoutNote(new TextDecoder().decode(bytes));
}

/** The events that `--json` printed: nothing else may stand there. */
export function readEvents(stdout: string): Record<string, unknown>[] {
  return stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Neither stream may show where in the program an error came from. */
export function assertNoStack({ stdout, stderr }: Result): void {
  assert.ok(!/^\s+at .*:\d+:\d+/m.test(stdout + stderr), stdout + stderr);
  assert.ok(!stderr.includes("Uncaught"), stderr);
}

/** A folder that goes away with the test. */
export async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "sluice-cli-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** A graph that reads or makes audio and writes it to `out.wav` in the current directory. */
export function toneGraph(options: { mode: "live" | "offline"; seconds?: number }): string {
  return JSON.stringify({
    version: 1,
    mode: options.mode,
    nodes: {
      tone: { type: "tone-source", config: { durationSeconds: options.seconds } },
      gain: { type: "gain", config: { gainDb: -6 }, lane: "dsp" },
      out: { type: "wav-sink", config: { path: "out.wav" }, lane: "disk" },
    },
    links: [
      { from: "tone.audio", to: "gain.audioIn" },
      { from: "gain.audioOut", to: "out.audio" },
    ],
  });
}

/**
 * A port that was free a moment ago, and that the system gives nobody by itself: those begin at 32768, on others
 * higher.
 */
export function freePort(): number {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

/** Names in a folder, sorted. */
export async function listFolder(path: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(path)) names.push(name);
  return names.sort();
}
