/**
 * The file of a journal, which has whole lines alone, and belongs to one process: it is locked (advisory, `flock`,
 * exclusive) while that process has it open, and `FILE.pid` beside it names the process. Lines that cannot be written, as
 * on a full disk, wait for the next one: the graph goes on.
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
  #waiting = "";
  #hasEnded = false;

  /**
   * Opens the file, or makes it.
   *
   * @throws {SluiceError} `InvalidConfig` if it cannot be written; `Busy`, with the process, if another one has it
   */
  constructor(path: string) {
    this.#path = path;
    try {
      if (!isFileOrNone(path)) throw new Error("it is no regular file");
      this.#file = Deno.openSync(path, { read: true, append: true, create: true });
    } catch (error) {
      throw unusable(path, error);
    }
    if (!isFree(this.#file)) {
      this.#file.close();
      throw new SluiceError("Busy", `Cannot keep the journal ${path}: ${holderOf(path)} keeps it; name another file`, {
        key: "journal",
      });
    }
    tellHolder(path);
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

  /** Writes what waits, and closes the file. What is lost is logged. */
  [Symbol.dispose](): void {
    const error = this.#waiting === "" ? undefined : this.#write();
    if (error !== undefined) {
      const lost = this.#waiting.split("\n").length - 1;
      const changes = lost === 1 ? "last change" : `last ${lost} changes`;
      logger("control").error(`The journal ${this.#path} ends without the ${changes}: ${reason(error)}`);
    }
    this.#file.close();
    orNothing(() => Deno.removeSync(pidPath(this.#path)));
  }

  /** Writes what waits, or nothing of it. @returns why it was not written */
  #write(): unknown {
    const bytes = new TextEncoder().encode(this.#waiting);
    const { size } = this.#file.statSync();
    try {
      for (let at = 0; at < bytes.length;) at += this.#file.writeSync(bytes.subarray(at));
      this.#waiting = "";
    } catch (error) {
      // Half a line would be in the way of the next one.
      this.#file.truncateSync(size);
      return error;
    }
  }
}

function isFileOrNone(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    throw error;
  }
}

/** Locks a file until it is closed. @returns false if another process has locked it */
function isFree(file: Deno.FsFile): boolean {
  try {
    return file.tryLockSync(true);
  } catch {
    // The file system has no locks.
    return true;
  }
}

function pidPath(path: string): string {
  return `${path}.pid`;
}

/** Names this process to others that want the file. */
function tellHolder(path: string): void {
  orNothing(() => Deno.writeTextFileSync(pidPath(path), `${Deno.pid}\n`));
}

function holderOf(path: string): string {
  const pid = orNothing(() => Deno.readTextFileSync(pidPath(path)).trim());
  return pid !== undefined && /^\d+$/.test(pid) ? `process ${pid}` : "another process";
}

/** The name of the process is a help alone: its file may be out of reach. */
function orNothing<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
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
