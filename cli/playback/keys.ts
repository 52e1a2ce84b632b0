/**
 * Keys that a person presses in a terminal, one by one and without an echo.
 *
 * @module
 */

/** A key, or a printing character as it is. */
export type Key = "left" | "right" | "up" | "down" | "escape" | (string & Record<never, never>);

/** What terminals send for keys without a character (ECMA-48, and as DEC's VT100 does in its application mode). */
const SEQUENCES: Readonly<Record<string, Key>> = {
  "\x1b[A": "up",
  "\x1b[B": "down",
  "\x1b[C": "right",
  "\x1b[D": "left",
  "\x1bOA": "up",
  "\x1bOB": "down",
  "\x1bOC": "right",
  "\x1bOD": "left",
};

// deno-lint-ignore no-control-regex -- terminals send it
const ONE_KEY = /\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O[A-Z])?|[^]/gu;

/** The keys in what a terminal has sent; those that have no name here are left out. */
export function readKeys(text: string): Key[] {
  return [...text.matchAll(ONE_KEY)].flatMap(([sent]) => {
    if (sent === "\x1b") return "escape";
    return sent.startsWith("\x1b") ? SEQUENCES[sent] ?? [] : sent;
  });
}

/**
 * Reads keys from standard input until it is disposed of, which gives the terminal its lines and its echo back. Ctrl-C
 * and Ctrl-Z stay signals.
 */
export class TerminalKeys implements Disposable {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #press: (key: Key) => void;

  /** @param press is called with each key */
  constructor(press: (key: Key) => void) {
    this.#press = press;
    Deno.stdin.setRaw(true, { cbreak: true });
    this.#reader = Deno.stdin.readable.getReader();
    void this.#read();
  }

  [Symbol.dispose](): void {
    Deno.stdin.setRaw(false);
    // A read that is on its way ends with the process.
    void this.#reader.cancel().catch(() => {});
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for (let part; !(part = await this.#reader.read()).done;) {
        readKeys(decoder.decode(part.value, { stream: true })).forEach(this.#press);
      }
    } catch {
      // The terminal has gone, which its signal tells.
    }
  }
}
