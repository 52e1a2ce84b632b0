/**
 * Live configuration values that an edit changes. The graph has them from the commit on, except for values that a node
 * refuses.
 *
 * @module
 */
import type { NodeId } from "../ids.ts";
import type { Topology } from "../topology.ts";

/** Values of one node, already checked. */
export interface NodeConfigChange {
  readonly node: NodeId;
  readonly values: { readonly [key: string]: unknown };
  /** Those of the keys that the graph has no value for from now on: the values are the defaults. */
  readonly unset?: readonly string[];
}

/** The values of one edit. */
export class ConfigChanges {
  readonly #changes = new Map<NodeId, { readonly before: Record<string, unknown>; readonly keys: readonly string[] }>();
  readonly #topology: Topology;

  constructor(topology: Topology) {
    this.#topology = topology;
  }

  /** Gives nodes of the graph their values. */
  make(changes: readonly NodeConfigChange[]): void {
    for (const { node, values, unset = [] } of changes) {
      const { config } = this.#topology.node(node);
      this.#changes.set(node, { before: { ...config }, keys: Object.keys(values) });
      Object.assign(config, values);
      for (const key of unset) delete config[key];
    }
  }

  /** True if no node has values of the edit. */
  get areRefused(): boolean {
    return this.#changes.size === 0;
  }

  /** Gives nodes that refused their new values the old ones. */
  refuse(nodes: readonly NodeId[]): void {
    for (const node of nodes) {
      const change = this.#changes.get(node);
      const config = this.#topology.nodes.get(node)?.config;
      this.#changes.delete(node);
      if (change === undefined || config === undefined) continue;
      for (const key of change.keys) {
        if (Object.hasOwn(change.before, key)) config[key] = change.before[key];
        else delete config[key];
      }
    }
  }
}
