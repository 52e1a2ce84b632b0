/**
 * The file of a journal, which has whole lines alone. Lines that cannot be written, as on a full disk, wait for the next
 * one: the graph goes on.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { logger } from "../../core/log.ts";

/** Most characters that wait; beyond it the journal ends. */
const MAX_WAITING = 16 * 2 ** 20;

/** Adds lines to a file. */
export class JournalFile implements Disposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  /** Bytes of the lines that are whole. */
  #size: number;
  #waiting = "";
  #hasEnded = false;

  /** Opens the file, or makes it. @throws {SluiceError} `InvalidConfig` if it cannot be written */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#file = Deno.openSync(path, { append: true, create: true });
      this.#size = this.#file.statSync().size;
    } catch (error) {
      throw unusable(path, error);
    }
  }

  /** Adds the first line. @throws {SluiceError} `InvalidConfig` if it cannot be written */
  begin(line: string): void {
    this.#waiting = `${line}\n`;
    const error = this.#write();
    if (error !== undefined) throw unusable(this.#path, error);
  }

  /** Adds a line, now or with the next one. What fails is logged. */
  add(line: string): void {
    if (this.#hasEnded) return;
    const failed = this.#waiting !== "";
    this.#waiting += `${line}\n`;
    const error = this.#write();
    const log = logger("control");
    if (error === undefined) {
      if (failed) log.warn(`The journal ${this.#path} is written again, and nothing is missing`);
    } else if (this.#waiting.length > MAX_WAITING) {
      this.#hasEnded = true;
      this.#waiting = "";
      log.error(`The journal ${this.#path} has ended: too many changes wait to be written; it is whole up to there`);
    } else if (!failed) {
      log.error(
        `Cannot write the journal ${this.#path}: ${
          reason(error)
        }; the changes from here on wait until it can be written`,
      );
    }
  }

  [Symbol.dispose](): void {
    if (this.#waiting !== "") this.#write();
    this.#file.close();
  }

  /** Writes what waits, or nothing of it. @returns why it was not written */
  #write(): unknown {
    const bytes = new TextEncoder().encode(this.#waiting);
    try {
      for (let at = 0; at < bytes.length;) at += this.#file.writeSync(bytes.subarray(at));
      this.#size += bytes.length;
      this.#waiting = "";
    } catch (error) {
      // Half a line would be in the way of the next one.
      this.#file.truncateSync(this.#size);
      return error;
    }
  }
}

/** Makes the error for a file that is no place for a journal. */
export function unusable(path: string, error: unknown): SluiceError {
  return new SluiceError("InvalidConfig", `Cannot keep the journal ${path}: ${reason(error)}`, { key: "journal" });
}

function reason(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) return "Deno has no permission: start it with --allow-write";
  if (error instanceof Deno.errors.NotFound) return "its folder does not exist";
  return (error as Error).message;
}
