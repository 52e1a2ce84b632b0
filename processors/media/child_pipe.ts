/**
 * The other end of a pipe: a program that this one starts, or where none is named this program's own standard streams.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { guardChild, killChild } from "./child_guard.ts";
import { FEW_LOOKS, untilQuiet } from "./child_output.ts";
import type { LineTaker } from "./line_limit.ts";
import { standardInput } from "./standard_input.ts";

/** What a program says last before it fails is shown up to here. */
const TOLD_BYTES = 2000;
/**
 * How long a program that is told to end may take, and how long all of its end may, milliseconds: with what it says last,
 * and where the system cannot even end it by force.
 */
const [END_MS, STOP_MS] = [2000, 2800];

/** How long reading what it says rests after each piece, milliseconds: a flood would leave the thread no time else. */
const REST_MS = 5;

/** Which of its standard streams a program has; `io`: both. */
type Direction = "read" | "write" | "io" | "none";

/** What is asked of a program beside its streams. */
export interface ChildOptions {
  /** Takes the lines that the program says of itself. */
  readonly lines?: LineTaker;
  /**
   * Whether the program has a session of its own: a Ctrl-C in the terminal reaches this process alone, which then closes
   * the program's input. Such a program cannot ask anything in the terminal.
   */
  readonly isApart?: boolean;
}

/** Which streams are piped, by direction. */
const PIPED: { readonly [D in Direction]: { readonly stdin: "piped" | "null"; readonly stdout: "piped" | "null" } } = {
  read: { stdin: "null", stdout: "piped" },
  write: { stdin: "piped", stdout: "null" },
  io: { stdin: "piped", stdout: "piped" },
  none: { stdin: "null", stdout: "null" },
};

/** A program, and the end of its pipe. */
export class ChildPipe {
  /** What comes out of it; of a source. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  /** What goes into it; of a sink. */
  readonly writable: WritableStream<Uint8Array<ArrayBuffer>> | undefined;
  readonly #name: string;
  readonly #nodeId: string;
  readonly #child: Deno.ChildProcess | undefined;
  /** Settles when it has ended, and what guards it. */
  readonly #gone: Promise<unknown>;
  /** The last of what it says of itself. */
  readonly #told: Promise<string>;

  /**
   * Opens the pipe.
   *
   * @param command the program and its arguments; none for the standard streams
   * @throws {SluiceError} `InvalidConfig` if the program cannot be started
   */
  constructor(command: readonly string[], direction: Direction, nodeId: string, options: ChildOptions = {}) {
    this.#nodeId = nodeId;
    this.#name = JSON.stringify(command[0] ?? (direction === "read" ? "stdin" : "stdout"));
    if (command.length === 0) {
      if (direction === "read") this.readable = standardInput();
      else this.writable = Deno.stdout.writable;
      this.#gone = Promise.resolve();
      this.#told = Promise.resolve("");
      return;
    }
    const child = this.#child = this.#spawn(command, direction, options.isApart);
    this.#gone = guardChild(child);
    const { stdin, stdout } = PIPED[direction];
    if (stdout === "piped") this.readable = untilQuiet(child.stdout, child.status);
    if (stdin === "piped") this.writable = child.stdin;
    this.#told = lastOf(untilQuiet(child.stderr, child.status, FEW_LOOKS), options.lines);
  }

  /**
   * Waits for the program's end.
   *
   * @throws {SluiceError} `NodeFailed` if it has failed, with what it said last
   */
  async ended(): Promise<void> {
    if (this.#child === undefined) return;
    const { code, signal } = await this.#child.status;
    await this.#gone;
    if (code === 0) return;
    const told = (await this.#told).trim();
    throw new SluiceError(
      "NodeFailed",
      `Cannot go on in "${this.#nodeId}": ${this.#name} ended with ${signal ?? `code ${code}`}, ` +
        (told === "" ? "and said nothing; run its command in a terminal to see why" : `and said: ${told}`),
      { nodeId: this.#nodeId },
    );
  }

  /** Waits until all that the program says of itself has come. */
  async silent(): Promise<void> {
    await this.#told;
  }

  /**
   * Ends the program, by force after two seconds. It need not read or write for that. Takes less than three seconds,
   * whatever the program does, and whatever it leaves behind.
   */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    killChild(child, "SIGTERM");
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timers = [setTimeout(() => killChild(child, "SIGKILL"), END_MS), setTimeout(resolve, STOP_MS)];
    await Promise.race([Promise.all([this.#gone, this.#told]), late]);
    timers.forEach(clearTimeout);
  }

  /** Ends the program by force: one that has nothing to bring to an end. */
  async kill(): Promise<void> {
    if (this.#child !== undefined) killChild(this.#child, "SIGKILL");
    await this.stop();
  }

  #spawn([program, ...args]: readonly string[], direction: Direction, isApart = false): Deno.ChildProcess {
    const options = { args, ...PIPED[direction], stderr: "piped" } as const;
    try {
      return isApart ? spawnApart(program, options) : new Deno.Command(program, options).spawn();
    } catch (cause) {
      const reason = cause instanceof Deno.errors.NotFound
        ? noSuchProgram(program)
        : cause instanceof Deno.errors.NotCapable
        ? "Deno has no permission to run it: start it with --allow-run"
        : cause instanceof Error
        ? cause.message
        : String(cause);
      throw new SluiceError("InvalidConfig", `Cannot start ${this.#name}: ${reason}`, { key: "command", cause });
    }
  }
}

/**
 * Starts a program in a session of its own, or in this one where the system lets neither Deno nor `setsid` make one. Deno
 * forks for a session, which Linux refuses to a process that has reserved more addresses than the machine has memory, as
 * V8 does for several workers; `setsid` takes no fork of this process.
 */
function spawnApart(program: string, options: Deno.CommandOptions & { args: string[] }): Deno.ChildProcess {
  try {
    return new Deno.Command(program, { ...options, detached: true }).spawn();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotCapable) throw cause;
  }
  // Without a question: this is not what the user has asked for.
  if (Deno.permissions.querySync({ name: "run", command: "setsid" }).state === "granted") {
    try {
      return new Deno.Command("setsid", { ...options, args: [program, ...options.args] }).spawn();
    } catch {
      // There is none: not on macOS, and not on Windows.
    }
  }
  return new Deno.Command(program, options).spawn();
}

function noSuchProgram(program: string): string {
  if (/\s/.test(program)) {
    const words = program.trim().split(/\s+/).map((word) => JSON.stringify(word));
    return `there is no program of that name; no shell splits "command", so write each word by itself: [${
      words.join(", ")
    }]`;
  }
  if (program.includes("/")) {
    return `there is no such program; a relative path starts at the working directory, ${JSON.stringify(Deno.cwd())}`;
  }
  return "there is no such program on the PATH; install it, or write out its path";
}

/** Reads what a program says, up to its end. @returns the last of it */
async function lastOf(stream: ReadableStream<Uint8Array>, lines?: LineTaker): Promise<string> {
  let told = "";
  let begun = "";
  const decoder = new TextDecoder();
  for await (const bytes of stream) {
    const text = decoder.decode(bytes, { stream: true });
    told = (told + text).slice(-TOLD_BYTES);
    if (lines !== undefined) {
      // A progress that is written over itself has lines, too.
      const parts = (begun + text).split(/\r\n|[\r\n]/);
      begun = parts.pop()!.slice(-TOLD_BYTES);
      for (const line of parts) if (line.trim() !== "") lines.tell(line.slice(0, TOLD_BYTES));
    }
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
  }
  if (begun.trim() !== "") lines?.tell(begun);
  lines?.end();
  return told;
}
