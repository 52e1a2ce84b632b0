/**
 * Watches of folders outside a package's root. One that is not there, is another folder than before, or cannot be
 * watched, is looked for now and then: no event tells of it.
 *
 * @module
 */
import { resolve } from "node:path";

/** How often to look whether each folder is there, and the same one, milliseconds. */
const LOOK_MS = 250;

interface Watched {
  readonly isDeep: boolean;
  /** `undefined` where there is nothing to watch, or not yet. */
  readonly watcher?: Deno.FsWatcher;
  readonly inode?: number | null;
  /** It was removed; another folder may have its path by now, and even its inode. */
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
   * @param onReturn is told of a folder that has come, gone or been exchanged, and again and again of one that cannot
   *   be watched: of its files there were no events
   */
  constructor(root: string, onEvent: (event: Deno.FsEvent) => void, onReturn: (folder: string) => void) {
    this.#root = root;
    this.#onEvent = onEvent;
    this.#onReturn = onReturn;
  }

  /**
   * Watches these folders and no others, nothing once it is closed.
   *
   * @param folders relative to the root, and whether those inside them are watched, too
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

  /** Watches nothing any more. */
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
    // The system may watch no more: then it is tried, and the folder looked at, again and again.
    const watched: Watched = { isDeep, watcher, inode: watcher && inode, isRemoved: false };
    this.#watched.set(folder, watched);
    if (watcher !== undefined) void this.#read(path, watcher, watched);
  }

  /** Closes a folder's watcher. One that were opened on the same path at once would tell of nothing: it has to wait. */
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

/** Watches a folder; `undefined` if it is not there. */
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
    // It is closed already.
  }
}

/** What tells a folder from another of the same path; `undefined` if it is not there. */
export function inodeOf(path: string): number | null | undefined {
  try {
    return Deno.statSync(path).ino;
  } catch {
    return undefined;
  }
}
