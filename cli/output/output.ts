/**
 * Where the command line writes to: standard output for results, standard error for everything else.
 *
 * @module
 */
import { relative } from "node:path";
import { absolutePath } from "../../core/log/absolute_path.ts";
import { isReaderGone } from "../../core/log.ts";

/** Longest wait for a reader whose pipe is full and not blocking, in milliseconds. */
const RETRY_MS = 5;

/** Erases the line of a terminal's cursor, which shows the progress. */
export const ERASE_LINE = "\r\x1b[2K";

/** A stream that takes each text at once and as a whole. */
export class TextOutput {
  readonly #stream: { writeSync(bytes: Uint8Array): number };
  readonly #encoder = new TextEncoder();
  readonly #lineStart: string;
  #closed = false;

  /** @param lineStart goes before each line: {@linkcode ERASE_LINE} for a terminal that shows a progress line */
  constructor(stream: { writeSync(bytes: Uint8Array): number }, lineStart = "") {
    this.#stream = stream;
    this.#lineStart = lineStart;
  }

  /** Whether the reader has gone: further text is lost. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Writes a text. A reader that has gone, such as `| head` or a closed terminal, is not an error. */
  write(text: string): void {
    const bytes = this.#encoder.encode(text);
    for (let written = 0; written < bytes.length && !this.#closed;) {
      try {
        written += this.#stream.writeSync(bytes.subarray(written));
      } catch (error) {
        if (isReaderGone(error)) this.#closed = true;
        else if (error instanceof Deno.errors.WouldBlock) pause();
        else throw error;
      }
    }
  }

  /** Writes a text and a line end. */
  line(text = ""): void {
    this.write(`${this.#lineStart}${text}\n`);
  }
}

/** Where a command writes to, and what it knows of the readers. */
export interface Io {
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  /** Whether standard error is a terminal that can redraw a line. */
  readonly interactive: boolean;
  /** Whether standard output is a terminal that can be drawn on. */
  readonly screen: boolean;
  /** Width of the terminal in characters; 80 without a terminal. */
  columns(): number;
  /** Height of the terminal in lines; 24 without a terminal. */
  rows(): number;
}

/** The streams of this process. */
export function processIo(): Io {
  const interactive = Deno.stderr.isTerminal() && Deno.env.get("TERM") !== "dumb";
  return {
    stdout: new TextOutput(Deno.stdout),
    stderr: new TextOutput(Deno.stderr, interactive ? ERASE_LINE : ""),
    interactive,
    screen: Deno.stdout.isTerminal() && Deno.env.get("TERM") !== "dumb",
    columns: () => readSize().columns || 80,
    rows: () => readSize().rows || 24,
  };
}

/** A path for messages: from the current directory, if it is inside. */
export function here(path: string): string {
  const local = relative(Deno.cwd(), absolutePath(path));
  return local === "" ? "." : local.startsWith("..") ? path : local;
}

function readSize(): { columns: number; rows: number } {
  try {
    return Deno.consoleSize();
  } catch {
    return { columns: 0, rows: 0 };
  }
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
}
