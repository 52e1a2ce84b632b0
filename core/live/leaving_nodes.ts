/**
 * Nodes that edits have taken out of the graph, until their lanes have called them for the last time: until then they
 * may keep their lanes' threads, and their records stay theirs, however late that is. By these they are known: of one
 * id there may be several.
 *
 * @module
 */
import { type SerializedError, serializeError, SluiceError } from "../errors.ts";
import type { NodeId } from "../ids.ts";
import type { NodeEntry } from "../graph/entries.ts";
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

/** Nodes that one edit has removed or moved away. */
export interface Departure {
  /**
   * Settles once they have gone, however late: with the errors of those whose lane's thread was given up since they
   * kept it. Rejects with what `refuse()` is given.
   */
  readonly done: Promise<readonly SerializedError[]>;
  /** Those that have not gone. */
  readonly late: readonly NodeId[];
}

/** Those that an edit waits for, by record, and what kept lanes from saying that they have gone. */
interface Awaited {
  readonly replies: Replies<number, true>;
  readonly failures: SerializedError[];
}

interface Leaver extends LeavingNode {
  call: LeavingNode["call"];
  /** Absent where no edit waits for it. */
  readonly awaited: Awaited | undefined;
}

/** Keeps nodes until their lanes have called them for the last time. */
export class LeavingNodes {
  readonly #site: LeavingSite;
  /** By index of their records. */
  readonly #leavers = new Map<number, Leaver>();

  constructor(site: LeavingSite) {
    this.#site = site;
  }

  get all(): readonly LeavingNode[] {
    return [...this.#leavers.values()];
  }

  /** An edit that removes nodes, or moves them away, is in effect; their lanes have not come to it. */
  addAll(nodes: readonly NodeEntry[]): Departure {
    const replies = new Replies<number, true>(nodes.map(({ index }) => index));
    const failures: SerializedError[] = [];
    for (const node of nodes) this.#add(node, { replies, failures });
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
   * As `addAll()`, of nodes that are replaced where they are, which nobody waits for.
   *
   * @returns those of native lanes, which do not tell that they have gone
   */
  addReplaced(nodes: readonly NodeEntry[]): readonly NodeEntry[] {
    const { lane, laneIndex } = this.#site;
    const isNative = (node: NodeEntry) => lane(laneIndex(node.lane))?.kind === "native";
    for (const node of nodes) if (!isNative(node)) this.#add(node);
    return nodes.filter(isNative);
  }

  /** A lane has come to the edit and has stopped running them. */
  takenOut(lane: number): void {
    for (const leaver of this.#leavers.values()) if (leaver.lane === lane) leaver.call = "flush() or teardown()";
  }

  /** A node was called for the last time: its record may be used again. */
  remove(record: number): void {
    const leaver = this.#leavers.get(record);
    if (leaver === undefined) return;
    this.#leavers.delete(record);
    this.#site.topology.recycle([leaver.node], []);
    leaver.awaited?.replies.answer(record, true);
  }

  /** A lane will not say what becomes of them. @param error why */
  lost(lane: number, error: Error | undefined): void {
    for (const { node: { id, index }, awaited } of this.#on(lane)) {
      if (awaited === undefined || !awaited.replies.waiting.includes(index)) continue;
      if (error instanceof SluiceError && error.nodeId === id) awaited.failures.push(serializeError(error));
      awaited.replies.answer(index, true);
    }
  }

  /** Another thread is the lane's, or none. */
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
