/**
 * A graph file that is drawn up chain by chain.
 *
 * @module
 */
import type { GraphFile, GraphFileLink, GraphFileNode } from "../../core/graph/schema.ts";

/** The lane that is there without being declared: what is known of standard input is known there. */
export const MAIN = "main";

/** Nodes that await another program, which may work for minutes before it takes or gives anything. */
const UNHURRIED: ReadonlySet<string> = new Set(["ffmpeg-source", "ffmpeg-sink"]);

/** An output that a chain has come to. */
export interface ChainEnd {
  /** `node.port`. */
  readonly from: string;
}

/** Options of a link. */
export type LinkOptions = Pick<GraphFileLink, "policy" | "capacity">;

/** The nodes and links of a graph to be. */
export class GraphDraft {
  readonly #nodes: Record<string, GraphFileNode> = {};
  readonly #links: GraphFileLink[] = [];
  /** What the ids of nodes end with that are added. */
  suffix = "";

  /** Adds a node. */
  add(id: string, type: string, config: Readonly<Record<string, unknown>>, lane?: string): void {
    this.#nodes[id + this.suffix] = {
      type,
      ...(lane !== undefined && { lane }),
      ...(UNHURRIED.has(type) && { callTimeoutMs: 0 }),
      config: { ...config },
    };
  }

  /** Links two ports. @param how the link waits or drops, if not as the mode of the graph says */
  link(from: string, to: string, how: LinkOptions = {}): void {
    this.#links.push({ from, to, ...how });
  }

  /** Adds a node behind a chain. @returns the end of the longer chain */
  append(
    { from }: ChainEnd,
    id: string,
    node: { readonly type: string; readonly input: string; readonly output: string },
    config: Readonly<Record<string, unknown>>,
    lane?: string,
    how?: LinkOptions,
  ): ChainEnd {
    this.add(id, node.type, config, lane);
    this.link(from, `${id}${this.suffix}.${node.input}`, how);
    return { from: `${id}${this.suffix}.${node.output}` };
  }

  /** The graph file. */
  finish(pools: GraphFile["pools"] = {}, mode: GraphFile["mode"] = "offline"): GraphFile {
    const named = Object.values(this.#nodes).flatMap(({ lane }) => lane === undefined || lane === MAIN ? [] : [lane]);
    const lanes = [...new Set(named)];
    return {
      version: 1,
      mode,
      nodes: this.#nodes,
      links: this.#links,
      ...(Object.keys(pools).length > 0 && { pools }),
      ...(lanes.length > 0 && { lanes: Object.fromEntries(lanes.map((lane) => [lane, { kind: "native" }])) }),
    };
  }
}
