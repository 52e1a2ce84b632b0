/**
 * Runs a program for a tool: its output is kept, or shown line by line, and a long silence is broken by a sign of life.
 *
 * @module
 */
import { ROOT } from "./root.ts";

/** How long a command may be silent before {@linkcode runCommand} says that it still runs, in milliseconds. */
const SIGN_OF_LIFE_MS = 30_000;

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
}

/**
 * Runs a command to its end, with no standard input and with colours off.
 *
 * @returns its exit code and output; a program that is missing gives code 127 and a line that says so
 */
export async function runCommand(spec: CommandSpec): Promise<CommandResult> {
  const startedMs = performance.now();
  let child: Deno.ChildProcess;
  try {
    child = leashed(spec.program, spec.args, {
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
    return { code: status.code, output: lines.join("\n"), elapsedMs: performance.now() - startedMs };
  } finally {
    clearInterval(timer);
  }
}

/**
 * Makes a command that ends with this process however this ends, by SIGKILL too: where util-linux is there, the kernel
 * sees to that. Elsewhere it is a plain one.
 *
 * @throws {Deno.errors.NotFound} when it is spawned, if there is no such program
 */
export function leashed(program: string, args: readonly string[], options: Deno.CommandOptions): Deno.Command {
  if (!canLeash() || !exists(program)) return new Deno.Command(program, { ...options, args: [...args] });
  return new Deno.Command("setpriv", { ...options, args: ["--pdeathsig", "KILL", "--", program, ...args] });
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
