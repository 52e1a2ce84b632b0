/**
 * Who read what a program prints may be gone: the other end of a pipe (`… | head`), or a terminal that was closed, as
 * by the end of an ssh connection. That is no reason for a recording to fail.
 *
 * @module
 */

/** Whether a write to standard output or standard error has failed since nobody reads that any more. */
export function isReaderGone(error: unknown): boolean {
  // A terminal's is a plain error.
  return error instanceof Deno.errors.BrokenPipe || (error as { code?: unknown } | null)?.code === "EIO";
}
