/**
 * Runs a program for a tool: its output is kept, or shown line by line, and a long silence is broken by a sign of life.
 *
 * @module
 */
import { ROOT } from "./root.ts";

/** How long a command may be silent before {@linkcode runCommand} says that it still runs, in milliseconds. */
const SIGN_OF_LIFE_MS = 30_000;

/**
 * Runs its arguments, and writes to the file that it is told first what processor time they and their children took.
 * The second line of `times` tells of children: user, then system, as `0m1.230000s`.
 */
const TIMED = 'file=$1; shift; "$@"; code=$?; times >"$file"; exit $code';

/** Colour codes of terminals. */
// deno-lint-ignore no-control-regex -- ESC is what such a code starts with
const ANSI = /\u001b\[[0-9;]*[A-Za-z]/g;

/** A program, its arguments, and how it is run. */
export interface CommandSpec {
  /** Name or path of the program. */
  readonly program: string;
  readonly args: readonly string[];
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folder that it runs in; the checkout by default. */
  readonly cwd?: string;
  /**
   * Receives each line of either output as it comes, without colour codes, or the reason why the program could not be
   * started.
   */
  readonly onLine?: (line: string) => void;
  /** Called about every 30 seconds with the seconds that the command has run. */
  readonly onWait?: (elapsedSeconds: number) => void;
}

/** How a command ended. */
export interface CommandResult {
  /** Exit code; 127 where the program could not be started. */
  readonly code: number;
  /** Both outputs as one text in the order they came, without colour codes. */
  readonly output: string;
  readonly elapsedMs: number;
  /** Processor time of the program and of its children, where the system has a shell that tells. */
  readonly coreMs?: number;
}

/**
 * Runs a command to its end, with no standard input and with colours off.
 *
 * @returns its exit code and output; a program that is missing gives code 127 and a line that says so
 */
export async function runCommand(spec: CommandSpec): Promise<CommandResult> {
  const startedMs = performance.now();
  const timesFile = canTime(spec.program) ? await Deno.makeTempFile({ prefix: "sluice-times-" }) : undefined;
  const argv = timesFile === undefined
    ? [spec.program, ...spec.args]
    : ["sh", "-c", TIMED, "sh", timesFile, ...onLeash([spec.program, ...spec.args])];
  let child: Deno.ChildProcess;
  try {
    child = leashed(argv[0], argv.slice(1), {
      cwd: spec.cwd ?? ROOT,
      env: { NO_COLOR: "1", CARGO_TERM_COLOR: "never", ...spec.env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    const output = `Cannot start "${spec.program}": ${error instanceof Error ? error.message : String(error)}`;
    spec.onLine?.(output);
    return { code: 127, output, elapsedMs: performance.now() - startedMs };
  }
  const timer = setInterval(
    () => spec.onWait?.(Math.round((performance.now() - startedMs) / 1000)),
    SIGN_OF_LIFE_MS,
  );
  try {
    const lines: string[] = [];
    const take = (line: string) => {
      lines.push(line);
      spec.onLine?.(line);
    };
    const [status] = await Promise.all([child.status, eachLine(child.stdout, take), eachLine(child.stderr, take)]);
    const elapsedMs = performance.now() - startedMs;
    const coreMs = timesFile === undefined ? undefined : readTimes(await Deno.readTextFile(timesFile));
    return { code: status.code, output: lines.join("\n"), elapsedMs, coreMs };
  } finally {
    clearInterval(timer);
    if (timesFile !== undefined) await Deno.remove(timesFile);
  }
}

/**
 * Makes a command that ends with this process however this ends, by SIGKILL too: where util-linux is there, the kernel
 * sees to that. Elsewhere it is a plain one.
 *
 * @throws {Deno.errors.NotFound} when it is spawned, if there is no such program
 */
export function leashed(program: string, args: readonly string[], options: Deno.CommandOptions): Deno.Command {
  const [first, ...others] = onLeash([program, ...args]);
  return new Deno.Command(first, { ...options, args: others });
}

function onLeash(argv: readonly string[]): readonly string[] {
  return canLeash() && exists(argv[0]) ? ["setpriv", "--pdeathsig", "KILL", "--", ...argv] : argv;
}

/** A time for people: `0.4 s`, `12 s`, `2 min 05 s`. */
export function formatElapsed(elapsedMs: number): string {
  const seconds = elapsedMs / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/** Hands each line of a stream on, without colours. */
export async function eachLine(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line.replace(ANSI, ""));
  }
  if (rest !== "") take(rest.replace(ANSI, ""));
}

/** A missing program is left to the call that starts it, which says so. */
function canTime(program: string): boolean {
  return Deno.build.os !== "windows" && exists("sh") && exists(program);
}

/** Milliseconds in what `times` says of children; `undefined` if the shell was killed before it said anything. */
function readTimes(text: string): number | undefined {
  const children = [...text.matchAll(/(\d+)m([\d.]+)s/g)].slice(2, 4);
  if (children.length < 2) return undefined;
  return children.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000, 0);
}

function canLeash(): boolean {
  return Deno.build.os === "linux" && exists("setpriv");
}

/** Whether a program is there, by its path or on `PATH`. */
function exists(program: string): boolean {
  const folders = program.includes("/") ? [""] : (Deno.env.get("PATH") ?? "").split(":").map((each) => `${each}/`);
  return folders.some((folder) => {
    try {
      return Deno.statSync(folder + program).isFile;
    } catch {
      return false;
    }
  });
}
