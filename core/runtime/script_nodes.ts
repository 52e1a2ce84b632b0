/**
 * Nodes that the script itself uses, and the news of the graph that they receive.
 *
 * @module
 */
import type { Joined, Left } from "../app/app_node.ts";
import type { NodeHandle } from "../registry/handle.ts";
import type { NodeSpec } from "../registry/node_type.ts";
import type { Topology } from "../topology.ts";
import { wantedValues } from "./wanted_values.ts";

/** The nodes of one runtime that its script uses. */
export class ScriptNodes {
  readonly #topology: Topology;
  readonly #run: () => Promise<unknown>;
  readonly #failure: () => Error | undefined;
  /** Callbacks of nodes, to call with the reason if a start is refused or never comes. */
  readonly #onRefused = new Set<(reason: unknown) => void>();

  /**
   * @param run settles as `runtime.finished`
   * @param failure returns the reason why the run fails, once known
   */
  constructor(topology: Topology, run: () => Promise<unknown>, failure: () => Error | undefined) {
    this.#topology = topology;
    this.#run = run;
    this.#failure = failure;
  }

  /** Makes the handle by which the script uses a node. @param plain the handle with the ports alone */
  join<H extends NodeHandle>({ extend }: Pick<NodeSpec<H>, "extend">, plain: NodeHandle): Joined<H> {
    const departures: Left[] = [];
    const handle = extend?.(plain, {
      run: this.#run,
      failure: this.#failure,
      wanted: wantedValues(this.#topology, plain.id),
      onRefused: (listener) => {
        this.#onRefused.add(listener);
        departures.push(() => this.#onRefused.delete(listener));
      },
      onDeparture: (listener) => void departures.push(listener),
    }) ?? plain as H;
    const left = (reason?: unknown) => departures.splice(0).forEach((tell) => tell(reason));
    return { handle, left: departures.length > 0 ? left : undefined };
  }

  /** Reports to the nodes that a start is refused, or never comes. */
  refuseStart(reason: unknown): void {
    for (const tell of this.#onRefused) tell(reason);
  }

  /** Reports to the nodes of a failed edit that they were not added, unless the edit is in effect. */
  refuseEdit(joined: Iterable<Left>, reason: unknown): void {
    for (const left of joined) if (!this.#topology.awaitsDeparture(left)) left(reason);
  }
}
