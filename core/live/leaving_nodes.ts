/**
 * Nodes that edits have removed, until their lanes have called them for the last time: until then they may keep their
 * lanes' threads, and they keep their records. Records identify them, since several may have the same id.
 *
 * @module
 */
import { type SerializedError, serializeError, SluiceError } from "../errors.ts";
import type { NodeId } from "../ids.ts";
import type { NodeEntry } from "../graph/entries.ts";
import type { KeptState } from "../lanes/messages.ts";
import type { EditExtras, EditSite } from "./edit_site.ts";
import { Replies } from "./replies.ts";

/** A removed node. */
export interface LeavingNode {
  /** Its entry in the graph. */
  readonly node: NodeEntry;
  /** Index of the lane. */
  readonly lane: number;
  /** The call that the lane may be making, if it calls the node. */
  readonly call: "process()" | "flush() or teardown()";
}

/** The nodes that one edit has removed or moved away. */
export interface Departure {
  /**
   * Settles once they have gone, however late. The value is the errors of nodes whose lane's thread was given up
   * because they kept it. Rejects with the error given to `refuse()`.
   */
  readonly done: Promise<readonly SerializedError[]>;
  /** Nodes that have not gone. */
  readonly late: readonly NodeId[];
}

/** The nodes that an edit waits for, by record, and the errors of lanes that a node kept. */
interface Awaited {
  readonly replies: Replies<number, true>;
  readonly failures: SerializedError[];
  /** Receives the states of the nodes. */
  readonly left: EditExtras["left"];
}

interface Leaver extends LeavingNode {
  call: LeavingNode["call"];
  /** Absent if no edit waits for the node. */
  readonly awaited: Awaited | undefined;
}

/** Tracks nodes until their lanes have called them for the last time. */
export class LeavingNodes {
  readonly #site: EditSite;
  /** By index of their records. */
  readonly #leavers = new Map<number, Leaver>();

  constructor(site: EditSite) {
    this.#site = site;
  }

  get all(): readonly LeavingNode[] {
    return [...this.#leavers.values()];
  }

  /**
   * Adds nodes that an edit removes or moves away. The edit is in effect, and their lanes have not applied it yet.
   *
   * @param left receives the states that lanes report of them
   */
  addAll(nodes: readonly NodeEntry[], left?: EditExtras["left"]): Departure {
    const replies = new Replies<number, true>(nodes.map(({ index }) => index));
    const failures: SerializedError[] = [];
    for (const node of nodes) this.#add(node, { replies, failures, left });
    const done = replies.all.then(() => failures);
    done.catch(() => {});
    return {
      done,
      get late() {
        return nodes.filter(({ index }) => replies.waiting.includes(index)).map(({ id }) => id);
      },
    };
  }

  /**
   * Adds nodes as `addAll()` does, which are replaced in place and which no edit waits for.
   *
   * @returns the nodes of native lanes, which do not report their end
   */
  addReplaced(nodes: readonly NodeEntry[]): readonly NodeEntry[] {
    const { lane, laneIndex } = this.#site;
    const isNative = (node: NodeEntry) => lane(laneIndex(node.lane))?.kind === "native";
    for (const node of nodes) if (!isNative(node)) this.#add(node);
    return nodes.filter(isNative);
  }

  /** Notes that a lane has applied the edit and has stopped running the nodes. */
  takenOut(lane: number): void {
    for (const leaver of this.#leavers.values()) if (leaver.lane === lane) leaver.call = "flush() or teardown()";
  }

  /** Removes a node after its last call: its record may be reused. */
  remove(record: number, state?: KeptState): void {
    const leaver = this.#leavers.get(record);
    if (leaver === undefined) return;
    if (state !== undefined) leaver.awaited?.left?.(state);
    this.#leavers.delete(record);
    this.#site.topology.recycle([leaver.node], []);
    leaver.awaited?.replies.answer(record, true);
  }

  /** Ends the waits for nodes of a lane that will not report their end. @param error the reason */
  lost(lane: number, error: Error | undefined): void {
    for (const { node: { id, index }, awaited } of this.#on(lane)) {
      if (awaited === undefined || !awaited.replies.waiting.includes(index)) continue;
      if (error instanceof SluiceError && error.nodeId === id) awaited.failures.push(serializeError(error));
      awaited.replies.answer(index, true);
    }
  }

  /** Removes the nodes of a lane that has another thread, or none. */
  removeOn(lane: number): void {
    for (const { node } of this.#on(lane)) this.remove(node.index);
  }

  /** Ends the wait of the edits for their nodes. */
  refuse(error: Error): void {
    for (const { awaited } of this.#leavers.values()) awaited?.replies.refuse(error);
  }

  #add(node: NodeEntry, awaited?: Awaited): void {
    this.#leavers.set(node.index, { node, lane: this.#site.laneIndex(node.lane), call: "process()", awaited });
  }

  #on(lane: number): Leaver[] {
    return [...this.#leavers.values()].filter((each) => each.lane === lane);
  }
}
