/**
 * A graph file from which sessions are made. It is read again for the next session once it, or the file of one of its
 * sub-graphs, has changed. Running sessions keep the graph that was read for them.
 *
 * @module
 */
import { logger } from "../log.ts";
import type { PreparedPipeline } from "./prepared_pipeline.ts";

/** A graph file with its last reading. */
export class PipelineFile {
  readonly #path: string;
  readonly #prepare: () => Promise<PreparedPipeline>;
  #prepared: Promise<PreparedPipeline> | undefined;
  /** The state of each file before it was read. */
  #stamps = new Map<string, string>();
  /** True if the last reading failed: the file is read again, and the log reports the next change. */
  #isBad = false;

  /** @param prepare reads the file */
  constructor(path: string, prepare: () => Promise<PreparedPipeline>) {
    this.#path = path;
    this.#prepare = prepare;
  }

  /** Returns the pipeline for new sessions. @throws {SluiceError} the fault of the current file */
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

/** Returns a text that differs once a file has changed. */
function stampOf(path: string): string {
  try {
    const { mtime, size, ino } = Deno.statSync(path);
    return `${mtime?.getTime()} ${size} ${ino}`;
  } catch {
    return "none";
  }
}
