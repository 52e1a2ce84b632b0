/**
 * Watches folders outside a package's root. A folder that is missing, was replaced, or cannot be watched causes no
 * event, so that it is polled.
 *
 * @module
 */
import { resolve } from "node:path";

/** Time between two polls of a folder, milliseconds. */
const LOOK_MS = 250;

interface Watched {
  readonly isDeep: boolean;
  /** `undefined` if the folder cannot be watched, or not yet. */
  readonly watcher?: Deno.FsWatcher;
  readonly inode?: number | null;
  /** Whether the folder was removed. Another one may have its path, and even its inode, by now. */
  isRemoved: boolean;
}

export class FolderWatches implements Disposable {
  readonly #root: string;
  readonly #onEvent: (event: Deno.FsEvent) => void;
  readonly #onReturn: (folder: string) => void;
  readonly #watched = new Map<string, Watched>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #isClosed = false;

  /**
   * @param root absolute path of the package's root
   * @param onReturn called with a folder that appeared, vanished or was replaced, and repeatedly with one that cannot
   * be watched, since its files cause no events
   */
  constructor(root: string, onEvent: (event: Deno.FsEvent) => void, onReturn: (folder: string) => void) {
    this.#root = root;
    this.#onEvent = onEvent;
    this.#onReturn = onReturn;
  }

  /**
   * Watches these folders and no others. Does nothing after `close()`.
   *
   * @param folders relative to the root, each with whether its subfolders are watched too
   * @returns whether more is watched than before, or will be soon
   */
  follow(folders: ReadonlyMap<string, boolean>): boolean {
    if (this.#isClosed) return false;
    for (const folder of this.#watched.keys()) if (!folders.has(folder)) this.#forget(folder);
    let hasMore = false;
    for (const [folder, isDeep] of folders) {
      const known = this.#watched.get(folder);
      if (known?.isDeep === isDeep) continue;
      hasMore = true;
      if (known === undefined) this.#open(folder, isDeep);
      else this.#leave(folder, isDeep);
    }
    clearInterval(this.#timer);
    this.#timer = this.#watched.size === 0 ? undefined : setInterval(() => this.#look(), LOOK_MS);
    return hasMore;
  }

  /** Stops watching. */
  [Symbol.dispose](): void {
    this.follow(new Map());
    this.#isClosed = true;
  }

  #look(): void {
    for (const [folder, { isDeep, watcher, inode, isRemoved }] of [...this.#watched]) {
      if (!isRemoved && inodeOf(resolve(this.#root, folder)) === inode) continue;
      if (watcher === undefined) this.#open(folder, isDeep);
      else this.#leave(folder, isDeep);
      this.#onReturn(folder);
    }
  }

  #open(folder: string, isDeep: boolean): void {
    const path = resolve(this.#root, folder);
    const inode = inodeOf(path);
    const watcher = inode === undefined ? undefined : tryOpen(path, isDeep);
    // The system may refuse further watches: then the folder is polled, and the watch tried again.
    const watched: Watched = { isDeep, watcher, inode: watcher && inode, isRemoved: false };
    this.#watched.set(folder, watched);
    if (watcher !== undefined) void this.#read(path, watcher, watched);
  }

  /**
   * Closes a folder's watcher. A watcher that is opened at once on the same path would report nothing, so the next one
   * has to wait.
   */
  #leave(folder: string, isDeep: boolean): void {
    this.#forget(folder);
    this.#watched.set(folder, { isDeep, isRemoved: false });
  }

  async #read(path: string, watcher: Deno.FsWatcher, watched: Watched): Promise<void> {
    for await (const event of watcher) {
      watched.isRemoved ||= event.kind === "remove" && event.paths.includes(path);
      this.#onEvent(event);
    }
  }

  #forget(folder: string): void {
    const { watcher } = this.#watched.get(folder)!;
    if (watcher !== undefined) tryClose(watcher);
    this.#watched.delete(folder);
  }
}

/** Watches a folder; `undefined` if it does not exist. */
export function tryOpen(path: string, isDeep: boolean): Deno.FsWatcher | undefined {
  try {
    return Deno.watchFs(path, { recursive: isDeep });
  } catch {
    return undefined;
  }
}

/** Closes a watcher, if it is open. */
export function tryClose(watcher: Deno.FsWatcher): void {
  try {
    watcher.close();
  } catch {
    // It is already closed.
  }
}

/** Distinguishes a folder from another one of the same path; `undefined` if it does not exist. */
export function inodeOf(path: string): number | null | undefined {
  try {
    return Deno.statSync(path).ino;
  } catch {
    return undefined;
  }
}
