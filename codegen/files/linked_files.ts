/**
 * Watches files that symbolic links lead to, by the names of the links. No event names a link when its target is saved
 * or exchanged, so that each is polled.
 *
 * @module
 */
import { realpathSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { localPath } from "../paths.ts";
import { stampOf } from "./source_stamps.ts";

/** Time between two polls of a file, milliseconds. */
const LOOK_MS = 250;

/** Polls the files behind symbolic links. Paths are relative to the package's root. */
export class LinkedFiles implements Disposable {
  readonly #root: string;
  readonly #onChange: (path: string) => void;
  /** Paths that are files themselves. */
  #plain = new Set<string>();
  /** The state of the other paths. A missing one may become a link. */
  readonly #stamps = new Map<string, string | undefined>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #isClosed = false;

  /**
   * @param root absolute path of the package's root
   * @param onChange called with a name whose target changed, was exchanged, appeared or vanished
   */
  constructor(root: string, onChange: (path: string) => void) {
    this.#root = root;
    this.#onChange = onChange;
  }

  /** The names that are polled. */
  get paths(): string[] {
    return [...this.#stamps.keys()];
  }

  /**
   * Polls those of some files that are behind links, and no others. Does nothing after `close()`.
   *
   * @param files the state of each when it was read
   * @param changed paths that may have become a link, or were one
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

  /** Stops polling. */
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
 * The paths, relative to a package's root, that an event concerns. If a link leads to a folder, the system may name the
 * files in it by either path.
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
