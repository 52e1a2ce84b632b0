/**
 * Changes of sources that come while a reload is under way: it waits for code that can take long, and people go on
 * saving. What waits is one change, and its reload reads the sources as they are then.
 *
 * @module
 */
import type { SourceChange } from "./source_watch.ts";

/** Reloads one change after another; see the module. */
export class ReloadQueue {
  readonly #reload: (change: SourceChange) => Promise<void>;
  #waiting: SourceChange | undefined;
  #underWay: Promise<void> | undefined;

  /** @param reload brings a change in; never rejects */
  constructor(reload: (change: SourceChange) => Promise<void>) {
    this.#reload = reload;
  }

  /** Over when no reload is under way and none waits. */
  get idle(): Promise<void> {
    return this.#underWay ?? Promise.resolve();
  }

  /** Reloads a change: now, or with all others that come until the reload under way is over. */
  add(change: SourceChange): void {
    this.#waiting = this.#waiting === undefined ? change : mergeChanges(this.#waiting, change);
    this.#underWay ??= this.#reloadAll();
  }

  async #reloadAll(): Promise<void> {
    for (let change = this.#waiting; change !== undefined; change = this.#waiting) {
      this.#waiting = undefined;
      await this.#reload(change);
    }
    this.#underWay = undefined;
  }
}

/** Two changes as one: what the generator said of the first it has said of other texts. */
function mergeChanges(first: SourceChange, second: SourceChange): SourceChange {
  return {
    changed: [...new Set([...first.changed, ...second.changed])].sort(),
    hasOtherMap: first.hasOtherMap || second.hasOtherMap,
    ...(second.refused !== undefined && { refused: second.refused }),
  };
}
