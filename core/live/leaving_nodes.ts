/**
 * Nodes that edits have taken out of the graph, until their lanes have called them for the last time: until then they may
 * keep their lanes' threads, and their records stay theirs.
 *
 * @module
 */
import { type SerializedError, serializeError, SluiceError } from "../errors.ts";
import type { NodeEntry } from "../topology.ts";
import { notGone } from "./edit_errors.ts";
import type { EditSite } from "./edit_site.ts";
import { Replies } from "./replies.ts";

/** One of them. */
export interface LeavingNode {
  /** As the graph had it. */
  readonly node: NodeEntry;
  /** Index of the lane. */
  readonly lane: number;
  /** What the lane may be calling, if it is calling it. */
  readonly call: "process()" | "flush() or teardown()";
}

/** What they ask of the session. */
export type LeavingSite = Pick<EditSite, "topology" | "lane" | "laneIndex">;

interface Leaver extends LeavingNode {
  call: LeavingNode["call"];
  /** Called once nothing calls the node any more. */
  readonly gone: (() => void) | undefined;
}

/** See the module. */
export class LeavingNodes {
  readonly #site: LeavingSite;
  /** By index of their records: of one id there may be several. */
  readonly #leavers = new Map<number, Leaver>();
  /** Those that an edit waits for, and what kept lanes from saying that they have gone. */
  #awaited: Replies<number, true> | undefined;
  #failures: SerializedError[] = [];

  constructor(site: LeavingSite) {
    this.#site = site;
  }

  get all(): readonly LeavingNode[] {
    return [...this.#leavers.values()];
  }

  /**
   * An edit that removes nodes, or moves them away, is in effect; their lanes have not come to it. Waits for them.
   *
   * @returns the errors of those whose lane's thread was given up since they kept it
   * @throws {SluiceError} `Timeout`, and what `refuse()` is given
   */
  async addAll(nodes: readonly NodeEntry[], timeoutMs: number): Promise<readonly SerializedError[]> {
    const failures: SerializedError[] = this.#failures = [];
    const awaited = this.#awaited = new Replies(nodes.map(({ index }) => index), timeoutMs, (late) => (
      notGone(nodes.filter(({ index }) => late.includes(index)).map(({ id }) => id), timeoutMs)
    ));
    for (const node of nodes) this.#add(node);
    await awaited.all;
    return failures;
  }

  /**
   * As `addAll()`, of nodes that are replaced where they are: they are waited for by nobody, and their records are used
   * again once they have gone.
   *
   * @returns those of native lanes, which do not tell of that
   */
  addReplaced(nodes: readonly NodeEntry[]): readonly NodeEntry[] {
    const { topology, lane, laneIndex } = this.#site;
    const isNative = (node: NodeEntry) => lane(laneIndex(node.lane))?.kind === "native";
    for (const node of nodes) if (!isNative(node)) this.#add(node, () => topology.recycle([node], []));
    return nodes.filter(isNative);
  }

  /** A lane has come to the edit: it runs them no more. */
  takenOut(lane: number): void {
    for (const leaver of this.#leavers.values()) if (leaver.lane === lane) leaver.call = "flush() or teardown()";
  }

  /** A node was called for the last time. */
  remove(record: number): void {
    const leaver = this.#leavers.get(record);
    this.#leavers.delete(record);
    leaver?.gone?.();
    this.#awaited?.settle(record, true);
  }

  /** A lane says no more what becomes of them. @param error why */
  lost(lane: number, error: Error | undefined): void {
    const waiting = this.#awaited?.waiting ?? [];
    for (const { node: { id, index } } of this.#on(lane)) {
      const isCause = error instanceof SluiceError && error.nodeId === id && waiting.includes(index);
      if (isCause) this.#failures.push(serializeError(error));
      this.#awaited?.settle(index, true);
    }
  }

  /** Another thread is the lane's, or none. */
  removeOn(lane: number): void {
    for (const { node } of this.#on(lane)) this.remove(node.index);
  }

  /** Those that an edit waits for are waited for no more. */
  refuse(error: Error): void {
    this.#awaited?.refuse(error);
  }

  #add(node: NodeEntry, gone?: () => void): void {
    this.#leavers.set(node.index, { node, lane: this.#site.laneIndex(node.lane), call: "process()", gone });
  }

  #on(lane: number): Leaver[] {
    return [...this.#leavers.values()].filter((each) => each.lane === lane);
  }
}
