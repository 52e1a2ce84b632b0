/**
 * Nodes that the script itself talks to, and what they are told of the graph that they are in.
 *
 * @module
 */
import type { Joined, Left } from "../app/joined.ts";
import type { NodeHandle } from "../registry/handle.ts";
import type { NodeSpec } from "../registry/node_type.ts";
import type { Topology } from "../topology.ts";
import { wantedValues } from "./wanted_values.ts";

/** The nodes of one runtime that its script talks to. */
export class ScriptNodes {
  readonly #topology: Topology;
  readonly #run: () => Promise<unknown>;
  readonly #failure: () => Error | undefined;
  /** What nodes of the graph want to have called with the reason where a start is refused, or there was none. */
  readonly #onRefused = new Set<(reason: unknown) => void>();

  /**
   * @param run settles as `runtime.finished`
   * @param failure why the run fails, as soon as that is known
   */
  constructor(topology: Topology, run: () => Promise<unknown>, failure: () => Error | undefined) {
    this.#topology = topology;
    this.#run = run;
    this.#failure = failure;
  }

  /** Makes the handle by which the script talks to a node. @param plain has its ports alone */
  join<H extends NodeHandle>({ extend }: Pick<NodeSpec<H>, "extend">, plain: NodeHandle): Joined<H> {
    const departures: Left[] = [];
    const onRefused = (listener: (reason: unknown) => void) => {
      this.#onRefused.add(listener);
      departures.push(() => this.#onRefused.delete(listener));
    };
    const onDeparture = (listener: Left) => void departures.push(listener);
    const wanted = wantedValues(this.#topology, plain.id);
    const handle = extend?.(plain, this.#run, onRefused, wanted, onDeparture, this.#failure) ?? plain as H;
    const left = (reason?: unknown) => departures.splice(0).forEach((tell) => tell(reason));
    return { handle, left: departures.length > 0 ? left : undefined };
  }

  /** A start is refused, or there will be none. */
  refuseStart(reason: unknown): void {
    for (const tell of this.#onRefused) tell(reason);
  }

  /** An edit has failed: tells those that it was to add, unless it is in effect. */
  refuseEdit(joined: Iterable<Left>, reason: unknown): void {
    for (const left of joined) if (!this.#topology.awaitsDeparture(left)) left(reason);
  }
}
