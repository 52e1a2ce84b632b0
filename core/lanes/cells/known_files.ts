/**
 * The files that a node knows to have been recorded.
 *
 * @module
 */
import { absolutePath } from "../../log/absolute_path.ts";

/** Those of the process when the node was planned, and its own since. */
export class KnownFiles {
  readonly #paths: Set<string>;
  readonly #tell: (path: string) => void;

  /** @param paths absolute ones @param tell is told the path of each file that the node completes */
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
