/**
 * Absolute paths, without Node's `process`.
 *
 * @module
 */
import { isAbsolute, resolve } from "node:path";

/**
 * The absolute path of a file that is named relative to the current directory. `resolve(path)` alone gives the same, but
 * asks `process` for the directory, which takes each thread 10 ms to load.
 */
export function absolutePath(path: string): string {
  return isAbsolute(path) ? resolve(path) : resolve(Deno.cwd(), path);
}
