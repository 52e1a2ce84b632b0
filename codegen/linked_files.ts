/**
 * Files that symbolic links lead to, by the names that lead there. No event tells of such a name when the file itself
 * is saved, or a link is led elsewhere; so each is looked at now and then.
 *
 * @module
 */
import { realpathSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { localPath } from "./paths.ts";
import { stampOf } from "./source_stamps.ts";

/** How often to look at each file, milliseconds. */
const LOOK_MS = 250;

/** Polls the files behind symbolic links. Paths are relative to the package's root. */
export class LinkedFiles implements Disposable {
  readonly #root: string;
  readonly #onChange: (path: string) => void;
  /** Files that are what their names say. */
  #plain = new Set<string>();
  /** What the others looked like; one that is not there may be a link soon. */
  readonly #stamps = new Map<string, string | undefined>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #isClosed = false;

  /**
   * @param root absolute path of the package's root
   * @param onChange is told of a name that leads to a changed file, to another one, to one again, or to none any more
   */
  constructor(root: string, onChange: (path: string) => void) {
    this.#root = root;
    this.#onChange = onChange;
  }

  /** The names that are followed. */
  get paths(): string[] {
    return [...this.#stamps.keys()];
  }

  /**
   * Follows those of some files that links lead to, and no others; nothing once it is closed.
   *
   * @param files what each looked like when it was read
   * @param changed what may have become a link, or has been one
   */
  async follow(files: ReadonlyMap<string, string | undefined>, changed: Iterable<string>): Promise<void> {
    for (const path of changed) this.#plain.delete(path);
    const realRoot = await realpath(this.#root).catch(() => this.#root);
    const plain = await Promise.all([...files.keys()].map(async (path) => {
      const isPlain = this.#plain.has(path) || await this.#isPlain(path, realRoot);
      return isPlain ? [path] : [];
    }));
    this.#plain = new Set(plain.flat());
    for (const path of this.#stamps.keys()) {
      if (!files.has(path) || this.#plain.has(path)) this.#stamps.delete(path);
    }
    for (const [path, stamp] of files) {
      if (!this.#plain.has(path) && !this.#stamps.has(path)) this.#stamps.set(path, stamp);
    }
    clearInterval(this.#timer);
    const isIdle = this.#isClosed || this.#stamps.size === 0;
    this.#timer = isIdle ? undefined : setInterval(() => this.#look(), LOOK_MS);
  }

  /** Follows nothing any more. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  async #isPlain(path: string, realRoot: string): Promise<boolean> {
    const found = await realpath(join(this.#root, path)).catch(() => undefined);
    return found === join(realRoot, path);
  }

  #look(): void {
    for (const [path, before] of this.#stamps) {
      const now = stampOf(join(this.#root, path));
      if (now === before) continue;
      this.#stamps.set(path, now);
      this.#onChange(path);
    }
  }
}

/**
 * Paths, relative to a package's root, of what an event tells of: where a link leads to a folder, the system may name
 * the files in it by either way.
 *
 * @param root absolute
 * @param path absolute
 */
export function pathsOfEvent(root: string, path: string): ReadonlySet<string> {
  const local = localPath(root, path);
  try {
    const real = join(realpathSync(dirname(path)), basename(path));
    const inner = localPath(realpathSync(root), real);
    return new Set([local, /^\.\.(?:\/|$)/.test(inner) ? localPath(root, real) : inner]);
  } catch {
    return new Set([local]);
  }
}
