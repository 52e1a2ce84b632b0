/**
 * Finds nodes that have awaited something for long, from the control page alone: their call has neither read nor
 * written since, most likely because a promise never settles. Such a node holds no thread, so no other check reports
 * it. The watch leaves out nodes that wait for room, for a slot or for the end of a pause, external nodes, whose single
 * tick is their whole life, nodes that wait for their script or client, and native stages, which await nothing.
 *
 * @module
 */
import { BLOCKED, NODE, PHASE } from "../../ffi/layout.gen.ts";
import { index32 } from "../element_index.ts";
import type { ControlPage } from "../control_page.ts";
import type { NodeId } from "../ids.ts";
import { type NodeState, readNodeCounters, readPhase } from "../stats.ts";
import type { NodeEntry } from "../graph/entries.ts";
import type { Topology } from "../topology.ts";
import { MAX_STEP_NS } from "./unread_watch.ts";

/** A call that has awaited something for long. */
export interface LateCall {
  readonly node: NodeEntry;
  readonly call: "process()" | "flush()";
  /** How long the call has awaited, at least, nanoseconds. */
  readonly forNs: number;
}

/** A call that was under way at the last look. */
interface Call {
  readonly node: NodeEntry;
  /** Equal while the same call has had no effect. */
  readonly signs: string;
  readonly forNs: number;
}

/** Finds calls that await something for long. */
export class CallWatch {
  readonly #topology: Topology;
  readonly #page: ControlPage;
  readonly #calls = new Map<NodeId, Call>();
  #lookedAtNs = 0;

  constructor(topology: Topology, page: ControlPage) {
    this.#topology = topology;
    this.#page = page;
  }

  /**
   * Looks once.
   *
   * @param nowNs a clock that stops while the graph is paused, nanoseconds
   * @returns every call that has lasted since an earlier look
   */
  look(states: ReadonlyMap<NodeId, NodeState>, nowNs: number): LateCall[] {
    const stepNs = Math.min(nowNs - this.#lookedAtNs, MAX_STEP_NS);
    this.#lookedAtNs = nowNs;
    const late: LateCall[] = [];
    for (const node of this.#topology.nodes.values()) {
      const signs = states.get(node.id) === "running" ? this.#signsOf(node) : undefined;
      const before = this.#calls.get(node.id);
      if (signs === undefined) {
        this.#calls.delete(node.id);
        continue;
      }
      const isSame = before?.node === node && before.signs === signs;
      const forNs = isSame ? before.forNs + stepNs : 0;
      this.#calls.set(node.id, { node, signs, forNs });
      if (isSame) late.push({ node, call: signs.startsWith(`${PHASE.flush} `) ? "flush()" : "process()", forNs });
    }
    for (const id of this.#calls.keys()) if (!this.#topology.nodes.has(id)) this.#calls.delete(id);
    return late;
  }

  /** Returns the signs of a node's call; `undefined` without such a call. */
  #signsOf({ index, type }: NodeEntry): string | undefined {
    const phase = readPhase(this.#page, index);
    const { mode, category, lane } = type.descriptor;
    if (lane === "native") return undefined;
    if (phase !== PHASE.flush && (phase !== PHASE.await || mode === "external" || category === "app")) return undefined;
    if (this.#page.u32[index32(this.#page.nodeOffset(index) + NODE.blockedKind)] !== BLOCKED.none) return undefined;
    const { ticks, framesIn, framesOut } = readNodeCounters(this.#page, index);
    return `${phase} ${ticks} ${framesIn} ${framesOut}`;
  }
}
