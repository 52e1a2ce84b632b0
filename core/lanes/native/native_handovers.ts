/**
 * A native lane's part in an edit that moves nodes between it and other lanes, like
 * `core/lanes/edits/lane_handovers.ts` for lanes of TypeScript. Ticks of native stages never wait, so a node is held as
 * soon as all nodes before it are quiesced.
 *
 * @module
 */
import type { NativeLane } from "../../../ffi/native_lane.ts";
import type { NativeCarry, NativeReport } from "../../../ffi/native_messages.ts";
import { serializeError, SluiceError } from "../../errors.ts";
import type { NodeId } from "../../ids.ts";
import type { LaneCommand, LaneReport, NodeCarry, OfferedNode } from "../messages.ts";
import { quiesce } from "../edits/standstill.ts";
import { type NativeLaneNode, type NativeLaneNodes, portNames } from "./native_lane_nodes.ts";

type Prepare = Extract<LaneCommand, { kind: "prepare" }>;
type HandOver = Extract<LaneCommand, { kind: "handOver" }>;

/** The functions of the lane that handovers need. */
export interface NativeHandoversSite {
  readonly index: number;
  readonly nodes: NativeLaneNodes;
  readonly lane: NativeLane;
  post(report: LaneReport): void;
  /** Looks for reports of the lane soon. */
  watch(): void;
}

/** The handovers of one edit between a native lane and others. */
export class NativeHandovers {
  readonly epoch: number;
  readonly #site: NativeHandoversSite;
  readonly #departures: readonly NodeId[];
  readonly #anew: ReadonlySet<NodeId>;
  readonly #hasArrivals: boolean;
  readonly #offers: OfferedNode[] = [];
  /** Nodes that were given a state, and have not answered. */
  #accepting = 0;
  #givenUp = false;

  constructor(site: NativeHandoversSite, { epoch, edit: { handovers } }: Prepare) {
    this.epoch = epoch;
    this.#site = site;
    const away = handovers.filter(({ from, to }) => from === site.index && to !== from);
    this.#departures = away.map(({ node }) => node);
    this.#anew = new Set(away.filter(({ state }) => state === "anew").map(({ node }) => node));
    this.#hasArrivals = handovers.some(({ from, to }) => to === site.index && to !== from);
  }

  /** Gives the edit up: it sends no further message. */
  giveUp(): void {
    this.#givenUp = true;
  }

  /** Holds the departing nodes, once all nodes before them are quiesced, and asks them for their state. */
  async handOver({ standstill, stateless }: HandOver): Promise<void> {
    const cells = this.#departures.map((id) => (
      { id, held: false, pending: false, mode: "push" as const, waitsForGraph: false, wake() {} }
    ));
    await quiesce(cells, standstill, () => this.#givenUp);
    if (this.#givenUp) return;
    const { lane, nodes } = this.#site;
    for (const id of this.#departures) {
      const ends = this.#anew.has(id) || stateless.includes(id);
      lane.send({ kind: "offer", epoch: this.epoch, node: nodes.slotOf(id), ends });
    }
    this.#site.watch();
  }

  /** Handles the answer of a departing node. */
  offered({ epoch, node, given }: Extract<NativeReport, { kind: "offered" }>): void {
    if (epoch !== this.epoch || this.#givenUp) return;
    const left = this.#site.nodes.at(node)!;
    if (given === undefined) {
      this.giveUp();
      this.#site.post({ kind: "refused", epoch, error: serializeError(hasEnded(left)) });
      return;
    }
    const { carry, state } = given;
    this.#offers.push({ node: left.plan.id, carry: carryOf(left, carry), ...(state && { state }) });
    if (this.#offers.length < this.#departures.length) return;
    this.#site.post({ kind: "offered", epoch, nodes: this.#offers });
    if (!this.#hasArrivals) this.#site.post({ kind: "tried", epoch });
  }

  /** Gives arriving nodes the state that they continue from. */
  accept(offers: readonly OfferedNode[]): void {
    if (this.#givenUp) return;
    this.#accepting = offers.length;
    for (const { node, carry, state } of offers) {
      const arriving = this.#site.nodes.coming(node);
      const isOfItsType = carry.type === arriving.plan.type && state instanceof Uint8Array;
      this.#site.lane.send({
        kind: "accept",
        epoch: this.epoch,
        node: arriving.slot,
        carry: nativeCarry(arriving, carry),
        ...(isOfItsType && { state: new Uint8Array(state) }),
      });
    }
  }

  /** Handles the answer of an arriving node. */
  accepted({ epoch }: Extract<NativeReport, { kind: "accepted" }>): void {
    if (epoch !== this.epoch || this.#givenUp || --this.#accepting > 0) return;
    this.#site.post({ kind: "tried", epoch });
    // The edit takes effect soon.
    this.#site.watch();
  }
}

function carryOf({ plan, type: { descriptor } }: NativeLaneNode, carry: NativeCarry): NodeCarry {
  const { gaps, sequences, ...times } = carry;
  return {
    type: plan.type,
    ...times,
    gapInputs: portNames(descriptor.inputs).filter((_, k) => gaps[k]),
    skippingInputs: [],
    outputs: portNames(descriptor.outputs).map((name, k) => (
      { name, sequence: sequences[k], endPtsNs: -1, format: undefined }
    )),
  };
}

/** Returns the state that a node continues from; a node of another type begins its ticks anew. */
function nativeCarry({ plan, type: { descriptor } }: NativeLaneNode, carry: NodeCarry): NativeCarry {
  const isOfOneType = carry.type === plan.type;
  const { lastIngressNs, lastPtsNs, gapInputs, outputs } = carry;
  return {
    again: isOfOneType && carry.again === true,
    finishing: isOfOneType && carry.finishing,
    notBeforeNs: isOfOneType ? carry.notBeforeNs : 0,
    lastDueNs: isOfOneType ? carry.lastDueNs : 0,
    lastIngressNs,
    lastPtsNs,
    gaps: portNames(descriptor.inputs).map((name) => gapInputs.includes(name)),
    sequences: portNames(descriptor.outputs).map((name) => outputs.find((each) => each.name === name)?.sequence ?? 0),
  };
}

function hasEnded({ plan: { id } }: NativeLaneNode): SluiceError {
  return new SluiceError("Busy", `Cannot move node "${id}" to another lane: it has ended`, { nodeId: id });
}
