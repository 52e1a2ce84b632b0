/**
 * The control plane's way into a running graph: hidden nodes, which read outputs of the graph and which no view, end or
 * file of it shows.
 *
 * @module
 */
import type { NodeEntry } from "./graph/entries.ts";
import type { LinkPolicy } from "./links/policy.ts";

/** A hidden node with its link. */
export interface HiddenNode extends Pick<NodeEntry, "id" | "type" | "config" | "lane"> {
  /** The least time between two frames that it gets, in the mean, nanoseconds. */
  readonly sampleNs: number;
  /** The output that it reads. */
  readonly from: { readonly node: string; readonly port: string };
  /** The input that the link leads to. */
  readonly input: string;
  /** The policy of the link: one that drops. */
  readonly policy: Exclude<LinkPolicy, "lossless">;
  /** The capacity of the link; absent for a policy that has a number of its own. */
  readonly capacity?: number;
}

/** The hidden nodes of one runtime. */
export interface HiddenSite {
  /**
   * Adds a hidden node to the running graph.
   *
   * @throws {SluiceError} `Busy` if the graph does not run, or the node at the output has ended; `Timeout`;
   * `PoolExhausted` if a pool of given size has no slot for the link
   */
  add(node: HiddenNode): Promise<void>;
  /** Removes hidden nodes; those that are gone are left out. @throws {SluiceError} as {@linkcode HiddenSite.add} */
  remove(ids: readonly string[]): Promise<void>;
  /** Changes configuration values of a hidden node. @throws {SluiceError} `NodeNotFound`; `Busy`; `Timeout` */
  configure(id: string, values: { readonly [key: string]: unknown }): Promise<void>;
  /** True while the node is in the graph, and its link. */
  isLinked(id: string): boolean;
  /** Takes what hidden nodes hand over, by `handOver()` of their context: a listener for each node. */
  readonly listeners: Map<string, (value: unknown) => void>;
}

const sites = new WeakMap<object, HiddenSite>();

/** Makes the hidden nodes of a runtime reachable by {@linkcode hiddenSite}. */
export function registerHiddenSite(runtime: object, site: HiddenSite): void {
  sites.set(runtime, site);
}

/** Returns the hidden nodes of a runtime. @throws {TypeError} if the object is no runtime */
export function hiddenSite(runtime: object): HiddenSite {
  const site = sites.get(runtime);
  if (site === undefined) throw new TypeError("Cannot look into the runtime: not a Runtime");
  return site;
}
