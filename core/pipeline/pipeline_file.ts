/**
 * A graph file that sessions are made of: it is read again for the next session once it, or the file of a sub-graph of
 * it, has changed. Sessions that run go on with what was read for them.
 *
 * @module
 */
import { logger } from "../log.ts";
import type { PreparedPipeline } from "./prepared_pipeline.ts";

/** A graph file, as it was last read. */
export class PipelineFile {
  readonly #path: string;
  readonly #prepare: () => Promise<PreparedPipeline>;
  #prepared: Promise<PreparedPipeline> | undefined;
  /** What each file looked like before it was read. */
  #stamps = new Map<string, string>();
  /** Its last reading failed: it is read again, and told of if it has changed once more. */
  #isBad = false;

  /** @param prepare reads it */
  constructor(path: string, prepare: () => Promise<PreparedPipeline>) {
    this.#path = path;
    this.#prepare = prepare;
  }

  /** What sessions are made of now. @throws {SluiceError} what is wrong with the file as it is now */
  current(): Promise<PreparedPipeline> {
    const isFirst = this.#stamps.size === 0;
    const isChanged = [...this.#stamps].some(([path, stamp]) => stampOf(path) !== stamp);
    if (this.#prepared !== undefined && !isChanged && !this.#isBad) return this.#prepared;
    return this.#prepared = this.#read(!isFirst && isChanged);
  }

  async #read(isTold: boolean): Promise<PreparedPipeline> {
    this.#isBad = false;
    for (const path of new Set([this.#path, ...this.#stamps.keys()])) this.#stamps.set(path, stampOf(path));
    try {
      const prepared = await this.#prepare();
      const files = new Set([this.#path, ...prepared.document.nodes.map(({ place }) => place.file)]);
      this.#stamps = new Map([...files].map((path) => [path, this.#stamps.get(path) ?? stampOf(path)]));
      if (isTold) logger("runtime").info(`"${this.#path}" has changed: new sessions run it as it is now`);
      return prepared;
    } catch (error) {
      this.#isBad = true;
      if (isTold) {
        const { message } = error as Error;
        logger("runtime").warn(`"${this.#path}" has changed, and no session can be started of it: ${message}`);
      }
      throw error;
    }
  }
}

/** Differs once a file has changed. */
function stampOf(path: string): string {
  try {
    const { mtime, size, ino } = Deno.statSync(path);
    return `${mtime?.getTime()} ${size} ${ino}`;
  } catch {
    return "none";
  }
}
