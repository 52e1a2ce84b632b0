/**
 * Absolute paths, without Node's `process`.
 *
 * @module
 */
import { isAbsolute, resolve } from "node:path";

/**
 * Returns the absolute path of a file named relative to the current directory. `resolve(path)` alone gives the same,
 * but loads `process` for the directory, which costs each thread 10 ms.
 */
export function absolutePath(path: string): string {
  return isAbsolute(path) ? resolve(path) : resolve(Deno.cwd(), path);
}
