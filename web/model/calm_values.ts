/**
 * The values of nodes as they are shown between two moments at which texts may change. What was not asked for since
 * the moment before last is forgotten, so that memory has the size of what is looked at.
 *
 * @module
 */
import type { NodeInfo } from "../../control/schemas/graph.ts";
import type { NodeFigures } from "./graph_figures.ts";
import { type NodeValue, nodeValue, type ReportedFigures } from "./node_value.ts";

export class CalmValues {
  readonly #reported: (id: string) => ReportedFigures | undefined;
  #before = new Map<string, NodeValue>();
  #now = new Map<string, NodeValue>();
  #held = new Map<string, { readonly health: string; readonly of: unknown }>();

  /** @param reported what a node reports */
  constructor(reported: (id: string) => ReportedFigures | undefined) {
    this.#reported = reported;
  }

  /** From now on values may be others. */
  advance(): void {
    this.#before = this.#now;
    this.#now = new Map();
    this.#held = new Map();
  }

  /**
   * What is shown of something: as it was first asked for since {@linkcode CalmValues.advance}, unless its condition is
   * another one.
   *
   * @param key unlike that of anything else
   */
  hold<T>(key: string, health: string, newest: T): T {
    const held = this.#held.get(key);
    if (held?.health === health) return held.of as T;
    this.#held.set(key, { health, of: newest });
    return newest;
  }

  /** The value of a node: the same one until {@linkcode CalmValues.advance}. */
  of(node: NodeInfo, figures: NodeFigures | undefined): NodeValue {
    let value = this.#now.get(node.id);
    if (value === undefined) {
      const before = this.#before.get(node.id);
      // Another version of the graph has no reading yet.
      const isKnown = figures !== undefined || before === undefined;
      value = isKnown ? nodeValue(node, figures, this.#reported(node.id), before) : before;
      this.#now.set(node.id, value);
    }
    return value;
  }
}
