/**
 * The file that a graph is saved to.
 *
 * @module
 */
import { dirname, join, resolve } from "node:path";
import { SluiceError } from "../../core/errors.ts";
import type { Runtime } from "../../core/runtime.ts";
import { normalDocument } from "./normal_document.ts";
import { rewriteGraph, writeGraph } from "./save_graph.ts";

/** Saves the graph of a runtime. */
export class GraphStore {
  readonly #runtime: Runtime;
  readonly #file: string | undefined;

  /** @param file that the graph came from; absent for a graph from nothing */
  constructor(runtime: Runtime, file: string | undefined) {
    this.#runtime = runtime;
    this.#file = file;
  }

  /**
   * Writes the graph to its file, or to another one. A file that is there keeps its order and its layout; it has either
   * the old text or the new one, whenever the process ends.
   *
   * @param path of the other file, which was admitted
   * @param force whether another file that exists is overwritten
   * @returns the path
   * @throws {SluiceError} `InvalidConfig` without a file; `Busy` for another file that exists; `InvalidGraph` for a file
   * that is no graph, or has sub-graphs; the errors of the file system
   */
  async save(path?: string, force = false): Promise<string> {
    const to = path ?? this.#file;
    if (to === undefined) {
      throw new SluiceError("InvalidConfig", 'Cannot save the graph: it came from no file; name one as "path"', {
        key: "path",
      });
    }
    const isOther = this.#file === undefined || resolve(to) !== resolve(this.#file);
    const graph = this.#runtime.graph();
    const text = await Deno.readTextFile(to).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    });
    if (text !== undefined && isOther && !force) {
      throw new SluiceError(
        "Busy",
        `Cannot save the graph as ${path}: there is such a file; say force to overwrite it`,
      );
    }
    const made = text === undefined || isOther
      ? writeGraph(graph)
      : rewriteGraph(text, await normalDocument(JSON.parse(text), graph, this.#runtime), graph);
    const aside = await Deno.makeTempFile({ dir: dirname(resolve(to)), prefix: ".graph-", suffix: ".partial" });
    try {
      await Deno.writeTextFile(aside, made);
      if (text !== undefined) await Deno.chmod(aside, (await Deno.stat(to)).mode! & 0o777).catch(() => {});
      else await Deno.chmod(aside, 0o644).catch(() => {});
      await Deno.rename(aside, join(to));
    } catch (error) {
      await Deno.remove(aside).catch(() => {});
      throw error;
    }
    return to;
  }
}
