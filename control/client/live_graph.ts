/**
 * A client's view of the graph that it follows: its lists, the figures that its nodes report, and the formats of its
 * links.
 *
 * @module
 */
import type { GraphSnapshot } from "../schemas/graph.ts";
import type { NotificationParams } from "../schemas/methods.ts";

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

  /** The formats of links' frames, by link. */
  get formats(): ReadonlyMap<string, string> {
    return this.#formats;
  }

  /** Takes a graph. @returns how its run relates to the previous one */
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

  /** Takes changed figures and formats. */
  takeFigures({ nodes, links }: NotificationParams<"figures">): void {
    for (const [id, figures] of Object.entries(nodes)) this.#figures.set(id, figures);
    for (const [id, format] of Object.entries(links)) this.#formats.set(id, format);
  }
}
