/**
 * What a client knows of the graph that it follows: its lists, the figures that its nodes have of their own, and what
 * its links carry.
 *
 * @module
 */
import type { GraphSnapshot } from "./schemas/graph.ts";
import type { NotificationParams } from "./schemas/methods.ts";

export class LiveGraph {
  #graph: GraphSnapshot | undefined;
  readonly #figures = new Map<string, { readonly [name: string]: number }>();
  readonly #formats = new Map<string, string>();

  /** The newest graph; `undefined` before the first. */
  get graph(): GraphSnapshot | undefined {
    return this.#graph;
  }

  /** The newest figures, by node and name. */
  get figures(): ReadonlyMap<string, { readonly [name: string]: number }> {
    return this.#figures;
  }

  /** What the frames of links are, by link. */
  get formats(): ReadonlyMap<string, string> {
    return this.#formats;
  }

  /** Takes a graph. @returns how its run is to the one before */
  takeGraph(graph: GraphSnapshot): "first" | "same" | "another" {
    const before = this.#graph;
    if (before?.run !== graph.run) {
      this.#figures.clear();
      this.#formats.clear();
    }
    this.#graph = graph;
    const known = new Set([...graph.nodes, ...graph.links].map(({ id }) => id));
    for (const figures of [this.#figures, this.#formats]) {
      for (const id of figures.keys()) if (!known.has(id)) figures.delete(id);
    }
    for (const { id, format } of graph.links) if (format !== undefined) this.#formats.set(id, format);
    return before === undefined ? "first" : before.run === graph.run ? "same" : "another";
  }

  /** Takes what is new. */
  takeFigures({ nodes, links }: NotificationParams<"figures">): void {
    for (const [id, figures] of Object.entries(nodes)) this.#figures.set(id, figures);
    for (const [id, format] of Object.entries(links)) this.#formats.set(id, format);
  }
}
