/**
 * A file that is recorded as `NAME.partial` and becomes `NAME` when it is complete.
 *
 * Claiming a file locks two files (advisory, `flock`, exclusive) until it is released: `NAME.partial`, which is made if
 * missing, and `NAME`, if it exists. So a second recorder is refused, in other lanes and processes too, and so is
 * recording to a file that a `wav-source` reads, and reading one that is recorded. A claim changes no file with data: a
 * `NAME.partial` with content is moved aside only when the recording begins.
 *
 * Symbolic links: one at `NAME.partial` is refused, since its target would be overwritten; one at `NAME` is replaced by
 * the file, and its target stays.
 *
 * @module
 */
import { dirname } from "node:path";
import { SluiceError, type SluiceErrorDetails } from "../../core/errors.ts";
import { nodeBuiltin } from "../../core/log/node_builtin.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { openError } from "./file_errors.ts";

/** The suffix of an incomplete file's name. */
export const PARTIAL_SUFFIX = ".partial";

/** The right to write one file. */
export class PartialFile {
  readonly path: string;
  readonly partialPath: string;
  /** Fields of errors, such as the node's id. */
  readonly details: SluiceErrorDetails;
  #file: Deno.FsFile;
  #older: Deno.FsFile | undefined;
  readonly #recorded: ProcessorContext["recorded"] | undefined;
  #begun = false;
  #open = true;
  #isLost = false;

  private constructor(
    path: string,
    details: SluiceErrorDetails,
    recorded: ProcessorContext["recorded"] | undefined,
    file: Deno.FsFile,
    older: Deno.FsFile | undefined,
  ) {
    this.path = path;
    this.#recorded = recorded;
    this.partialPath = path + PARTIAL_SUFFIX;
    this.details = details;
    this.#file = file;
    this.#older = older;
  }

  /**
   * Claims a file.
   *
   * @param path of the file once it is complete
   * @param details fields of errors
   * @param recorded is told of the file once it is complete
   * @throws {SluiceError} `InvalidConfig` if it cannot be written, or if another node or process writes or reads it
   */
  static claim(path: string, details: SluiceErrorDetails = {}, recorded?: ProcessorContext["recorded"]): PartialFile {
    let file: Deno.FsFile | undefined;
    try {
      checkTarget(path, details);
      file = lockPartial(path, details);
      return new PartialFile(path, details, recorded, file, lockOlder(path, details));
    } catch (error) {
      if (file !== undefined) {
        removeIfEmpty(file, path + PARTIAL_SUFFIX);
        file.close();
      }
      throw error instanceof SluiceError ? error : openError("write", path, error, details);
    }
  }

  /** The file to write to, empty and at its start after {@linkcode begin}. */
  get file(): Deno.FsFile {
    return this.#file;
  }

  /**
   * Makes `NAME.partial` an empty file.
   *
   * @returns the new path of an earlier recording's `NAME.partial`, if one existed: `NAME.partial.1`, or the first free
   * number
   * @throws {SluiceError} `InvalidConfig` if the system refuses, `NodeFailed` if `NAME.partial` is no longer the file
   * that was claimed
   */
  begin(): string | undefined {
    try {
      const { size, nlink } = this.#file.statSync();
      // Emptying it would empty another name of the same file.
      const moved = size > 0 || (nlink ?? 1) > 1 ? this.#moveAside() : undefined;
      this.#begun = true;
      return moved;
    } catch (error) {
      throw error instanceof SluiceError ? error : openError("write", this.path, error, this.details);
    }
  }

  /**
   * Refuses to go on where another program has cut, moved, removed or replaced the file, so that what was written is
   * lost.
   *
   * @param bytes how many were written
   * @throws {SluiceError} `NodeFailed`
   */
  assertHolds(bytes: number): void {
    this.#checkName("go on writing");
    const { size } = this.#file.statSync();
    if (size >= bytes) return;
    this.#isLost = true;
    throw new SluiceError(
      "NodeFailed",
      `Cannot write ${JSON.stringify(this.path)}: ${JSON.stringify(this.partialPath)} has ${size} bytes, wanted the ` +
        `${bytes} that were written; another program has cut it: keep it from doing so until the run has ended`,
      this.details,
    );
  }

  /**
   * Renames the file to its name, replacing what had it, and releases it.
   *
   * @param bytes how many were written, at least
   * @throws {SluiceError} `NodeFailed` if `NAME.partial` is no longer the file that was written, or was cut
   * @throws what the system throws; the file stays `NAME.partial`
   */
  commit(bytes: number): void {
    this.#checkName("complete");
    this.assertHolds(bytes);
    this.#older?.close();
    this.#older = undefined;
    Deno.renameSync(this.partialPath, this.path);
    this.#recorded?.add(this.path);
    this.release();
  }

  /** Whether what was written is no longer in `NAME.partial`, as far as was seen. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Says that the stream was broken off, and what is left of it. @param left such as `its first 3 records are` */
  describeBreak(left: string): string {
    const rest = this.#isLost ? "" : `, and ${left} left in ${JSON.stringify(this.partialPath)}`;
    return `${JSON.stringify(this.path)} is not complete: the stream was broken off${rest}`;
  }

  /** Whether it was neither completed nor released. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Removes `NAME.partial`, unless it holds an earlier recording or was replaced, and releases the file. */
  discard(): void {
    if (!this.#open) return;
    try {
      if (!this.#begun) removeIfEmpty(this.#file, this.partialPath);
      else if (isSameFile(this.#file, this.partialPath)) Deno.removeSync(this.partialPath);
    } finally {
      this.release();
    }
  }

  /** Releases the file and leaves `NAME.partial` as it is. Further calls do nothing. */
  release(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#file.close();
    this.#older?.close();
  }

  #moveAside(): string {
    this.#checkName("begin");
    const moved = reserveNumber(this.partialPath, this.details);
    try {
      Deno.renameSync(this.partialPath, moved);
    } catch (error) {
      Deno.removeSync(moved);
      throw error;
    }
    const earlier = this.#file;
    this.#file = lockPartial(this.path, this.details);
    earlier.close();
    return moved;
  }

  #checkName(action: "begin" | "go on writing" | "complete"): void {
    if (isSameFile(this.#file, this.partialPath)) return;
    this.#isLost = true;
    throw new SluiceError(
      "NodeFailed",
      `Cannot ${action} ${JSON.stringify(this.path)}: ${JSON.stringify(this.partialPath)} was moved, removed or ` +
        `replaced by another file while this node had it, wanted the file that it wrote; ` +
        `keep other programs from changing it until the run has ended`,
      this.details,
    );
  }
}

function checkTarget(path: string, details: SluiceErrorDetails): void {
  const found = orUndefined(() => Deno.statSync(path));
  if (found !== undefined && !found.isFile) {
    throw openError("write", path, found.isDirectory ? "directory" : "special", details);
  }
  const directory = dirname(path);
  if (!Deno.statSync(directory).isDirectory) throw new Deno.errors.NotADirectory();
  // Where there is no such file yet, making it shows whether the directory can be written.
  if (orUndefined(() => Deno.lstatSync(path + PARTIAL_SUFFIX)) === undefined) return;
  const { accessSync, constants } = nodeBuiltin("node:fs");
  accessSync(directory, constants.W_OK);
}

/** Opens and locks the partial file, and makes sure that its name still means the file that was locked. */
function lockPartial(path: string, details: SluiceErrorDetails): Deno.FsFile {
  const partialPath = path + PARTIAL_SUFFIX;
  for (;;) {
    const file = openPartial(partialPath, details);
    if (file === undefined) continue;
    try {
      if (!file.tryLockSync(true)) {
        throw file.tryLockSync(false) ? beingRead(path, partialPath, details) : beingWritten(path, details);
      }
      if (isSameFile(file, partialPath)) return file;
      file.close();
    } catch (error) {
      file.close();
      throw error;
    }
  }
}

/**
 * Opens a file without following a symbolic link, since the file is changed afterwards. `undefined`: the name has just
 * appeared or vanished.
 */
function openPartial(partialPath: string, details: SluiceErrorDetails): Deno.FsFile | undefined {
  const found = orUndefined(() => Deno.lstatSync(partialPath));
  if (found?.isSymlink) throw openError("write", partialPath, "link", details);
  if (found !== undefined && !found.isFile) {
    throw openError("write", partialPath, found.isDirectory ? "directory" : "special", details);
  }
  try {
    return Deno.openSync(partialPath, { read: true, write: true, createNew: found === undefined });
  } catch (error) {
    if (found === undefined && error instanceof Deno.errors.AlreadyExists) return undefined;
    if (found !== undefined && error instanceof Deno.errors.NotFound) return undefined;
    if (found === undefined) throw error;
    throw openError("write", partialPath, error, details);
  }
}

/**
 * Locks the file to be replaced, so that no source begins to read it.
 *
 * @returns `undefined` if the file is missing or cannot be locked: then no source holds a lock either
 */
function lockOlder(path: string, details: SluiceErrorDetails): Deno.FsFile | undefined {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { read: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return undefined;
    throw error;
  }
  let isRead = false;
  try {
    if (file.tryLockSync(true)) return file;
    isRead = file.tryLockSync(false);
  } catch {
    // The file system has no locks.
  }
  file.close();
  if (isRead) throw beingRead(path, path, details);
  return undefined;
}

/** Makes an empty file `PATH.1`, or with the first free number, and returns its path. */
function reserveNumber(path: string, details: SluiceErrorDetails): string {
  for (let number = 1;; number++) {
    const numbered = `${path}.${number}`;
    try {
      Deno.openSync(numbered, { write: true, createNew: true }).close();
      return numbered;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw openError("write", numbered, error, details);
    }
  }
}

function removeIfEmpty(file: Deno.FsFile, path: string): void {
  if (file.statSync().size === 0 && isSameFile(file, path)) Deno.removeSync(path);
}

function isSameFile(file: Deno.FsFile, path: string): boolean {
  const named = orUndefined(() => Deno.lstatSync(path));
  const opened = file.statSync();
  return named !== undefined && named.ino === opened.ino && named.dev === opened.dev;
}

function orUndefined<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function beingWritten(path: string, details: SluiceErrorDetails): SluiceError {
  return new SluiceError(
    "InvalidConfig",
    `Cannot write ${JSON.stringify(path)}: another node or process is writing it now; wanted a path of its own`,
    details,
  );
}

function beingRead(path: string, readPath: string, details: SluiceErrorDetails): SluiceError {
  const what = readPath === path ? "it now" : `${JSON.stringify(readPath)} now, where it is recorded`;
  return new SluiceError(
    "InvalidConfig",
    `Cannot write ${JSON.stringify(path)}: another node or process is reading ${what}; ` +
      `write to another path, or read a copy`,
    details,
  );
}

/**
 * Locks a file that is read, so that no sink replaces it meanwhile.
 *
 * @throws {SluiceError} `InvalidConfig` if a sink is writing it
 */
export function lockToRead(file: Deno.FsFile, path: string, details: SluiceErrorDetails): void {
  let isFree = true;
  try {
    isFree = file.tryLockSync(false);
  } catch {
    // The file system has no locks, so no sink has one either.
  }
  if (isFree) return;
  throw new SluiceError(
    "InvalidConfig",
    `Cannot read ${JSON.stringify(path)}: another node or process is writing it now; ` +
      `read a copy, or write to another path`,
    details,
  );
}
