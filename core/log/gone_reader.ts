/**
 * Detects that the reader of a program's output is gone: the other end of a pipe (`…
 * head`), or a closed terminal, such as after an ssh connection. A recording must not fail for that reason.
 *
 * @module
 */

/** True if a write to standard output or standard error failed because its reader is gone. */
export function isReaderGone(error: unknown): boolean {
  // The error of a closed terminal has no class of its own.
  return error instanceof Deno.errors.BrokenPipe || (error as { code?: unknown } | null)?.code === "EIO";
}
