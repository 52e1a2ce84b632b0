/**
 * Which files were touched since they were last looked at. The system may tell of one save several times, and late;
 * what a file holds does not tell whether somebody has read another text of it meanwhile.
 *
 * @module
 */
import type { Stats } from "node:fs";
import { lstat, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Longest time for which the clock of a file system may stand still, milliseconds: two writes in it look like one. */
const TICK_MS = 15;

/** The same of file systems that count whole seconds, or two. */
const COARSE_TICK_MS = 2_000;

const SECOND_MS = 1_000;

export class TouchedFiles {
  readonly #root: string;
  readonly #nowMs: () => number;
  /** What each file looks like from outside until it is touched again. */
  readonly #stamps = new Map<string, string>();

  /**
   * @param root what paths are relative to
   * @param nowMs milliseconds since 1970
   */
  constructor(root: string, nowMs = (): number => Date.now()) {
    this.#root = root;
    this.#nowMs = nowMs;
  }

  /**
   * Looks at files, before they are read; at those that were written just now once their clock has moved on.
   *
   * @returns those that were touched since the last look, and those of which that is not certain: what was not looked
   *   at before, is not there, or was written just before the last look
   */
  async among(paths: Iterable<string>): Promise<string[]> {
    const touched = await Promise.all([...paths].map(async (path) => await this.#isTouched(path) ? [path] : []));
    return touched.flat();
  }

  async #isTouched(path: string): Promise<boolean> {
    const before = this.#stamps.get(path);
    let { stamp, isPast } = await this.#look(path);
    if (!isPast && stamp !== undefined) {
      await delay(TICK_MS);
      ({ stamp, isPast } = await this.#look(path));
    }
    if (isPast && stamp !== undefined) this.#stamps.set(path, stamp);
    else this.#stamps.delete(path);
    return stamp === undefined || stamp !== before;
  }

  async #look(path: string): Promise<{ readonly stamp?: string; readonly isPast: boolean }> {
    const nowMs = this.#nowMs();
    const file = join(this.#root, path);
    // A symbolic link may be led elsewhere.
    const found = await Promise.all([lstat(file), stat(file)]).catch(() => undefined);
    if (found === undefined) return { isPast: false };
    return { stamp: found.map(describe).join(), isPast: found.every(({ mtimeMs }) => isBefore(mtimeMs, nowMs)) };
  }
}

/** Whether what is written from now on has another time. */
function isBefore(mtimeMs: number, nowMs: number): boolean {
  return nowMs - mtimeMs >= (mtimeMs % SECOND_MS === 0 ? COARSE_TICK_MS : TICK_MS);
}

function describe({ ino, mode, size, mtimeMs, ctimeMs }: Stats): string {
  return `${ino} ${mode} ${size} ${mtimeMs} ${ctimeMs}`;
}
