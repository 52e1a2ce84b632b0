/**
 * Answers questions about the shape of a graph: which nodes feed a node, which nodes it feeds, and by which ways.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { splitAddress } from "../ids.ts";
import { didYouMean, listSome } from "../errors/suggestion.ts";
import type { GraphFile, GraphFileLink } from "./schema.ts";

/** The default limit of {@linkcode GraphView.paths}. */
const DEFAULT_PATHS = 100;

/**
 * A graph at the time when it was written down.
 *
 * @example
 * ```ts
 * import { GraphView, nodes, Runtime } from "@sluice/sluice";
 *
 * const runtime = new Runtime({ native: "off" });
 * const tone = runtime.add(nodes.toneSource());
 * const gain = runtime.add(nodes.gain());
 * runtime.connect(tone.outputs.audio, gain.inputs.audioIn);
 * const view = new GraphView(runtime.graph());
 * console.log(view.upstream("gain")); // ["tone-source"]
 * ```
 */
export class GraphView {
  /** The graph shown. */
  readonly graph: GraphFile;
  readonly #ids: readonly string[];
  readonly #next = new Map<string, Set<string>>();
  readonly #previous = new Map<string, Set<string>>();

  /**
   * Makes a view of a graph.
   *
   * @param graph the result of `runtime.graph()`, or the JSON of a graph file
   * @throws {SluiceError} `NodeNotFound` or `InvalidGraph` for a link to or from an unknown node
   */
  constructor(graph: GraphFile) {
    this.graph = graph;
    this.#ids = Object.keys(graph.nodes);
    for (const id of this.#ids) {
      this.#next.set(id, new Set());
      this.#previous.set(id, new Set());
    }
    for (const link of graph.links ?? []) {
      const [from, to] = [splitAddress(link.from).node, splitAddress(link.to).node];
      this.#of(this.#next, from).add(to);
      this.#of(this.#previous, to).add(from);
    }
  }

  /** Returns the nodes without a link into them, in the order of the graph. */
  sources(): string[] {
    return this.#ids.filter((id) => this.#previous.get(id)!.size === 0);
  }

  /** Returns the nodes without a link from them, in the order of the graph. */
  sinks(): string[] {
    return this.#ids.filter((id) => this.#next.get(id)!.size === 0);
  }

  /**
   * Returns the nodes whose frames can reach a node, over any number of links, in the order of the graph; with the node
   * itself if it is on a loop.
   *
   * @throws {SluiceError} `NodeNotFound`
   */
  upstream(id: string): string[] {
    return this.#reached(this.#previous, id);
  }

  /**
   * Returns the nodes that frames of a node can reach; otherwise as {@linkcode GraphView.upstream}.
   *
   * @throws {SluiceError} `NodeNotFound`
   */
  downstream(id: string): string[] {
    return this.#reached(this.#next, id);
  }

  /**
   * Returns the ways from one node to another, each with both ends and no node twice, in the order found. Several links
   * between the same two nodes form one way.
   *
   * @param limit the most ways to find, by default 100: their number can grow as 2 to the number of nodes
   * @throws {SluiceError} `NodeNotFound`
   */
  paths(from: string, to: string, limit: number = DEFAULT_PATHS): string[][] {
    // Never enters nodes that cannot reach the goal.
    const useful = new Set([...this.upstream(to), to]);
    this.#of(this.#next, from);
    const found: string[][] = [];
    const path = [from];
    const onPath = new Set(path);
    const open = [this.#next.get(from)!.values()];
    if (from === to) return limit > 0 ? [[from]] : [];
    while (open.length > 0 && found.length < limit) {
      const { value: id, done } = open[open.length - 1].next();
      if (done) {
        open.pop();
        onPath.delete(path.pop()!);
      } else if (id === to) found.push([...path, to]);
      else if (useful.has(id) && !onPath.has(id)) {
        path.push(id);
        onPath.add(id);
        open.push(this.#next.get(id)!.values());
      }
    }
    return found;
  }

  /**
   * Returns the links into a node, in the order of the graph.
   *
   * @throws {SluiceError} `NodeNotFound`
   */
  linksInto(id: string): GraphFileLink[] {
    this.#of(this.#next, id);
    return (this.graph.links ?? []).filter(({ to }) => splitAddress(to).node === id);
  }

  /**
   * Returns the links from a node, in the order of the graph.
   *
   * @throws {SluiceError} `NodeNotFound`
   */
  linksFrom(id: string): GraphFileLink[] {
    this.#of(this.#next, id);
    return (this.graph.links ?? []).filter(({ from }) => splitAddress(from).node === id);
  }

  #reached(edges: ReadonlyMap<string, Set<string>>, id: string): string[] {
    const seen = new Set<string>();
    const open = [...this.#of(edges, id)];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      open.push(...edges.get(node)!);
    }
    return this.#ids.filter((each) => seen.has(each));
  }

  #of(edges: ReadonlyMap<string, Set<string>>, id: string): Set<string> {
    const found = edges.get(id);
    if (found !== undefined) return found;
    throw new SluiceError(
      "NodeNotFound",
      `Cannot find node ${JSON.stringify(id)}${didYouMean(id, this.#ids)}; nodes: ${listSome(this.#ids)}`,
      { nodeId: id, available: this.#ids },
    );
  }
}
