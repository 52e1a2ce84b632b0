/**
 * Reads a source file: a file of a sensible size, in UTF-8.
 *
 * @module
 */
import { readFileSync, statSync } from "node:fs";

/**
 * The largest file that is read, bytes. A larger one was not written by a person, and may be a recording with the same
 * extension.
 */
const SIZE_LIMIT_BYTES = 16 * 2 ** 20;

/** A file's text, or the reason why it cannot be read. */
export type SourceText =
  | { readonly ok: true; readonly text: string }
  | {
    readonly ok: false;
    /** What was found, for a message. */
    readonly reason: string;
    readonly mend: string;
    /** The text, if it is in another encoding. */
    readonly guess?: string;
    /** Whether it may be intended. */
    readonly isWarning?: boolean;
  };

/** Reads a file. Reports only faults of the file itself, including that it is missing. */
export function readSource(path: string): SourceText {
  let bytes: Uint8Array;
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return failed("it is not a regular file", "name a file");
    if (stat.size > SIZE_LIMIT_BYTES) {
      const reason = `it has ${stat.size} bytes, wanted ${SIZE_LIMIT_BYTES} at most`;
      return { ...failed(reason, `leave it out with "exclude", or split it`), isWarning: true };
    }
    bytes = readFileSync(path);
  } catch (error) {
    return failed(describeFileError(error), "check that it is there and may be read");
  }
  const wide = bytes[0] === 0xff && bytes[1] === 0xfe
    ? "utf-16le"
    : bytes[0] === 0xfe && bytes[1] === 0xff && "utf-16be";
  const mend = "save it as UTF-8";
  if (wide !== false) return { ...failed("it is UTF-16, wanted UTF-8", mend), guess: decode(bytes, wide) };
  try {
    return { ok: true, text: decode(bytes, "utf-8", true) };
  } catch {
    return { ...failed("it is not valid UTF-8", mend), guess: decode(bytes, "utf-8") };
  }
}

/** The file system's error in words: `permission denied`. */
export function describeFileError(error: unknown): string {
  const { code = "", message = String(error) } = error as { code?: string; message?: string };
  return REASONS[code] ?? (message.includes("null bytes") ? "the path holds a NUL" : message.split("\n", 1)[0]);
}

const REASONS: { readonly [code: string]: string } = {
  ENOENT: "there is no such file or folder",
  ENOTDIR: "a part of the path is a file, not a folder",
  EISDIR: "it is a folder",
  ENAMETOOLONG: "the path, or a part of it, is too long",
  EACCES: "permission denied",
  EPERM: "the operation is not permitted",
  EROFS: "the file system can only be read",
  ENOSPC: "the disk is full",
  ELOOP: "too many symbolic links",
};

function failed(reason: string, mend: string): SourceText & { ok: false } {
  return { ok: false, reason, mend };
}

function decode(bytes: Uint8Array, encoding: string, fatal = false): string {
  return new TextDecoder(encoding, { fatal }).decode(bytes);
}
