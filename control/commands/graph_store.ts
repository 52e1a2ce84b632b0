/**
 * The file that a graph is saved to.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import { SluiceError } from "../../core/errors.ts";
import type { GraphFile } from "../../core/graph/schema.ts";
import type { Runtime } from "../../core/runtime.ts";
import type { CommandLog } from "./command_log.ts";
import { isSameGraph } from "./documents.ts";
import { normalDocument } from "./normal_document.ts";
import { rewriteGraph, writeGraph } from "./save_graph.ts";

/** Saves the graph of a runtime. */
export class GraphStore {
  readonly #runtime: Runtime;
  #file: string | undefined;
  readonly #journal: string | undefined;
  /** The text of the graph's file as it was read, or saved last. */
  #seen: string | undefined;
  /** The graph that is in a file, and the number of the newest entry of the log then. */
  #saved: GraphFile;
  #savedSeq = 0;

  /**
   * @param file that the graph came from; absent for a graph from nothing
   * @param journal the file of the command log, which no graph is saved over
   */
  constructor(runtime: Runtime, file: string | undefined, journal?: string) {
    this.#runtime = runtime;
    this.#file = file;
    this.#journal = journal;
    this.#seen = file === undefined ? undefined : readIfThere(file);
    this.#saved = runtime.graph();
  }

  /** The graph's own file: the one that it came from, or, for a graph from nothing, was saved to first. */
  get file(): string | undefined {
    return this.#file;
  }

  /** Counts the changes in a log that are in no file; 0 if they have led back to what is. */
  unsaved({ entries, document }: Pick<CommandLog, "entries" | "document">): number {
    const changes = entries.filter(({ seq, kind, error }) =>
      seq > this.#savedSeq && kind !== "script" && error === undefined
    );
    return changes.length > 0 && !isSameGraph(this.#saved, document) ? changes.length : 0;
  }

  /** Notes that the graph is in a file. */
  noteSaved({ entries, document }: Pick<CommandLog, "entries" | "document">): void {
    this.#saved = document;
    this.#savedSeq = entries.at(-1)?.seq ?? 0;
  }

  /**
   * Writes the graph to its file, or to another one. A file that is there keeps its order and its layout; it has either
   * the old text or the new one, whenever the process ends.
   *
   * @param path of the other file, which was admitted
   * @param force whether another file that exists is overwritten, and the graph's own if it was changed by others
   * @returns the path
   * @throws {SluiceError} `InvalidConfig` without a file, or for one that cannot be read or written; `Busy` for another file that exists; `InvalidGraph` for a file
   * that is no graph, or has sub-graphs
   */
  async save(path?: string, force = false): Promise<string> {
    const named = path ?? this.#file;
    if (named === undefined) throw unsaved("", 'it came from no file; name one as "path"');
    try {
      return await this.#save(named, force);
    } catch (error) {
      throw error instanceof SluiceError ? error : unsaved(` as ${named}`, (error as Error).message);
    }
  }

  async #save(named: string, force: boolean): Promise<string> {
    // A link stays one: the file behind it is written.
    const to = await realFile(named);
    const [own, journal] = await Promise.all([this.#file, this.#journal].map((each) => each && realFile(each)));
    if (to === journal) throw unsaved(` as ${named}`, "it is the journal of this server");
    const isOther = to !== own;
    const graph = this.#runtime.graph();
    const text = await Deno.readTextFile(to).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    });
    if (text !== undefined && isOther && !force) {
      throw new SluiceError(
        "Busy",
        `Cannot save the graph as ${named}: there is such a file; say force to overwrite it`,
      );
    }
    if (text !== undefined && !isOther && !force && this.#seen !== undefined && text !== this.#seen) {
      throw new SluiceError(
        "Busy",
        `Cannot save the graph as ${named}: the file was changed since the graph was read from it; save under another ` +
          "name, or say force to overwrite it",
      );
    }
    const made = text === undefined || isOther
      ? writeGraph(graph)
      : rewriteGraph(text, await normalDocument(JSON.parse(text), graph, this.#runtime), graph);
    const aside = await Deno.makeTempFile({ dir: dirname(to), prefix: ".graph-", suffix: ".partial" });
    try {
      await Deno.writeTextFile(aside, made);
      if (text !== undefined) await Deno.chmod(aside, (await Deno.stat(to)).mode! & 0o777).catch(() => {});
      else await Deno.chmod(aside, 0o644).catch(() => {});
      await Deno.rename(aside, to);
      if (this.#file === undefined) this.#file = to;
      if (to === await realFile(this.#file)) this.#seen = made;
    } catch (error) {
      await Deno.remove(aside).catch(() => {});
      throw error;
    }
    return named;
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return Deno.readTextFileSync(file);
  } catch {
    // A graph that is new, or a file that saving tells of.
    return undefined;
  }
}

/** Returns the file that a path leads to, whether it is there or not. */
async function realFile(path: string): Promise<string> {
  return await Deno.realPath(path).catch(() => resolve(path));
}

function unsaved(where: string, why: string): SluiceError {
  return new SluiceError("InvalidConfig", `Cannot save the graph${where}: ${why}`, { key: "path" });
}
