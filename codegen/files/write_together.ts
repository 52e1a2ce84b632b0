/**
 * Writes several files so that they are in step: all of them, or none. Each text goes to a temporary file beside its
 * place, and only when all are on the disk are they renamed.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { describeFileError } from "./read_source.ts";

/** A file to write. */
export interface FileToWrite {
  /** Absolute. */
  readonly path: string;
  /** A text, or its bytes. */
  readonly text: string | Uint8Array;
  /** What it holds until then, if that has just been read. */
  readonly before?: Uint8Array;
}

/** A file could not be written. */
export class WriteFailure extends Error {
  /** The file, absolute. */
  readonly path: string;
  /** What the file system says, in words. */
  readonly reason: string;
  /** What can be done; `undefined` if that depends on what the file is for. */
  readonly mend: string | undefined;
  /** Files that are written all the same, since they could not be put back. */
  readonly left: readonly string[];

  constructor(path: string, cause: unknown, left: readonly string[]) {
    const reason = describeFileError(cause);
    super(`Cannot write "${path}": ${reason}`, { cause });
    this.name = "WriteFailure";
    this.path = path;
    this.reason = reason;
    this.mend = MENDS[(cause as { code?: string }).code ?? ""];
    this.left = left;
  }
}

const MENDS: { readonly [code: string]: string } = {
  ENOSPC: "make room on the disk",
  EDQUOT: "make room on the disk",
  EROFS: "use a folder that can be written",
  EACCES: "allow writing there",
  EPERM: "allow writing there",
};

/**
 * Writes files, and the folders that they need.
 *
 * @throws {WriteFailure} after everything is as it was before
 */
export async function writeTogether(files: readonly FileToWrite[]): Promise<void> {
  const folders: string[] = [];
  // Names of their own, so that two writers at work at once never rename each other's half-written file.
  const staged = files.map(({ path, text, before }) => ({
    path,
    text,
    partial: join(dirname(path), `${basename(path).slice(0, 32)}.${randomUUID()}.partial`),
    before,
  }));
  const placed: typeof staged = [];
  let at = "";
  try {
    for (const each of staged) {
      at = each.path;
      each.before ??= await readIfThere(each.path);
      const made = await mkdir(dirname(each.path), { recursive: true });
      if (made !== undefined) folders.push(...foldersBetween(made, dirname(each.path)));
      await writeFile(each.partial, each.text);
    }
    for (const each of staged) {
      at = each.path;
      await rename(each.partial, each.path);
      placed.push(each);
    }
  } catch (error) {
    for (const { partial } of staged) await rm(partial, { force: true }).catch(() => {});
    const left: string[] = [];
    for (const { path, partial, before } of placed) {
      await putBack(path, partial, before).catch(() => void left.push(path));
    }
    for (const folder of folders.toReversed()) await rmdir(folder).catch(() => {});
    throw new WriteFailure(at, error, left);
  }
}

/** The bytes of a file; `undefined` if it is not there. */
export async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    const { buffer, byteOffset, length } = await readFile(path);
    // A Buffer looks for bytes in a slow way of its own.
    return new Uint8Array(buffer, byteOffset, length);
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw error;
  }
}

async function putBack(path: string, partial: string, before: Uint8Array | undefined): Promise<void> {
  if (before === undefined) return await rm(path);
  try {
    await writeFile(partial, before);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** A folder and those above it, down from the first of them. */
function foldersBetween(first: string, last: string): string[] {
  return last === first || dirname(last) === last ? [last] : [...foldersBetween(first, dirname(last)), last];
}
