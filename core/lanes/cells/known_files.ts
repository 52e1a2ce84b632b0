/**
 * The recorded files that a node knows.
 *
 * @module
 */
import { absolutePath } from "../../log/absolute_path.ts";

/** Files that the process had recorded when the node was planned, and files that the node has recorded since. */
export class KnownFiles {
  readonly #paths: Set<string>;
  readonly #tell: (path: string) => void;

  /** @param paths absolute paths @param tell receives the path of each file that the node completes */
  constructor(paths: readonly string[], tell: (path: string) => void) {
    this.#paths = new Set(paths);
    this.#tell = tell;
  }

  has(path: string): boolean {
    return this.#paths.has(absolutePath(path));
  }

  add(path: string): void {
    const absolute = absolutePath(path);
    this.#paths.add(absolute);
    this.#tell(absolute);
  }
}
