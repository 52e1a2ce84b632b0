/**
 * Maps the nodes of a native lane to slots, and encodes them for the library: stages by name, values as numbers, ports
 * by index.
 *
 * @module
 */
import { emptyRest, type EndMove, type LinkMove, type LinkRest } from "../../links/link_move.ts";
import type { NativeNode, NativePort, NativeValues } from "../../../ffi/native_messages.ts";
import type { NativeEditPlan, NativeLinkPlan } from "../../driver/native.ts";
import { SluiceError } from "../../errors.ts";
import type { NodeId } from "../../ids.ts";
import type { PoolToken } from "../../memory/pool_layout.ts";
import { poolOfOutput } from "../../pools/node_pools.ts";
import { nativeStage } from "../../registry/shipped_stage.ts";
import { expandPort, type PortDescriptor } from "../../descriptor/descriptor.ts";
import type { AnyNodeType } from "../../registry/node_type.ts";
import type { AnnouncedFormat, Handover, LaneCommand, LinkEndPlan, NodePlan } from "../messages.ts";

type Prepare = Extract<LaneCommand, { kind: "prepare" }>;

/** A node of the lane. */
export interface NativeLaneNode {
  readonly slot: number;
  readonly plan: NodePlan;
  readonly type: AnyNodeType;
}

/** Maps node ids and port names to the numbers that the native lane knows. */
export class NativeLaneNodes {
  readonly #types: ReadonlyMap<NodeId, AnyNodeType>;
  readonly #pools: PoolToken[] = [];
  readonly #slots: (NativeLaneNode | undefined)[] = [];
  /** By slot: the last node that had the slot, has it, or was to get it. */
  readonly #ids: NodeId[] = [];
  /** New nodes of the edit in preparation. */
  #coming: readonly NativeLaneNode[] = [];

  /** @param types of the nodes, by id, when they are sent to the lane */
  constructor(types: ReadonlyMap<NodeId, AnyNodeType>) {
    this.#types = types;
  }

  /** Returns the node in a slot. */
  at(slot: number): NativeLaneNode | undefined {
    return this.#slots[slot];
  }

  /** Returns a new node of the edit in preparation. */
  coming(id: NodeId): NativeLaneNode {
    return this.#coming.find(({ plan }) => plan.id === id)!;
  }

  /** Returns the node that a slot gets at the commit. */
  next(slot: number): NativeLaneNode | undefined {
    return this.#coming.find((node) => node.slot === slot) ?? this.#slots[slot];
  }

  /**
   * Returns the last owner of a slot: the report of a node may arrive after the node has gone, or after its edit was
   * given up.
   */
  lastOf(slot: number): NodeId {
    return this.#ids[slot];
  }

  /** Returns the slot of a node; -1 for none. */
  slotOf(id: NodeId): number {
    return this.#slots.findIndex((node) => node?.plan.id === id);
  }

  /**
   * Returns the initial state of a lane. @throws {SluiceError} `InvalidConfig` for a text that the library cannot take
   */
  open(pools: readonly PoolToken[], nodes: readonly NodePlan[], links: readonly LinkEndPlan[]): NativeEditPlan {
    for (const plan of nodes) this.#slots.push({ slot: this.#slots.length, plan, type: this.#types.get(plan.id)! });
    this.#note(this.#slots.map((node) => node!));
    return {
      pools: this.#addPools(pools),
      nodes: this.#slots.map((node) => this.#native(node!)),
      attach: links.map((end) => this.#link(end)),
      bypass: this.#slots.map((node) => ({ slot: node!.slot, on: node!.plan.bypassed === true })),
    };
  }

  /**
   * Returns the changes of a lane. Before {@linkcode NativeLaneNodes.commit} only new pools take effect.
   *
   * @param lane its index
   * @throws {SluiceError} `InvalidConfig` for a text that the library cannot take; `InvalidGraph` for a node that would
   * replace one with other ports
   */
  prepare({ nodes, pools, edit }: Prepare, lane: number): NativeEditPlan {
    this.#coming = [];
    const detach = edit.detach.map((end) => this.#link(end));
    const { leave, retarget } = movedEnds(lane, edit.moves);
    const whole = edit.handovers.filter(({ from, to }) => from !== to);
    const arrives = (id: NodeId) => whole.some(({ node, to }) => node === id && to === lane);
    const coming: NativeLaneNode[] = [];
    for (const plan of nodes) {
      const replaced = this.slotOf(plan.id);
      const node = { slot: replaced < 0 ? this.#freeSlot(coming) : replaced, plan, type: this.#types.get(plan.id)! };
      if (replaced >= 0) assertSamePorts(this.#slots[replaced]!, node);
      coming.push(node);
    }
    this.#coming = coming;
    this.#note(coming);
    return {
      pools: this.#addPools(pools),
      detach,
      remove: edit.remove.map((id) => this.slotOf(id)),
      leave: leave.map((end) => this.#link(end)),
      depart: whole.filter(({ from }) => from === lane).map(({ node }) => this.slotOf(node)),
      retarget: retarget.map((end) => this.#link(end)),
      nodes: coming.map((node) => ({
        ...this.#native(node, edit.handovers.some((each) => isAnew(each, node))),
        arrives: arrives(node.plan.id),
      })),
      attach: edit.attach.map((end) => this.#link(end)),
      bypass: [
        ...coming.map(({ slot, plan }) => ({ slot, on: plan.bypassed === true })),
        ...edit.bypass.map(({ node, on }) => ({ slot: this.#node(node).slot, on })),
      ],
      configure: edit.configure.map(({ node, values }) => {
        const { slot, type } = this.#node(node);
        return { slot, values: toValues(node, type, values) };
      }),
    };
  }

  /** Returns the end of a link that comes from another lane, after the commit of the edit. */
  arrival(end: LinkEndPlan): NativeLinkPlan {
    return this.#link(end);
  }

  /** Commits the edit. */
  commit(): void {
    for (const node of this.#coming) this.#slots[node.slot] = node;
    this.#coming = [];
  }

  /** Gives the edit up. */
  abort(): void {
    this.#coming = [];
  }

  /** Frees the slot of a node that has gone. */
  remove(slot: number): void {
    this.#slots[slot] = undefined;
  }

  /** Returns the output formats of all nodes that their configurations determine. */
  formats(): AnnouncedFormat[] {
    return this.#slots.flatMap((node) => node === undefined ? [] : announced(node));
  }

  /**
   * Returns formats as {@linkcode NativeLaneNodes.formats} does: of new nodes, and of the ports that an edit asks for.
   */
  formatsFor({ inspect }: Prepare): AnnouncedFormat[] {
    const asked = inspect.flatMap(({ node, port }) => {
      const found = this.#slots[this.slotOf(node)];
      return found === undefined ? [] : announced(found).filter((each) => each.port === port);
    });
    const isNew = (id: NodeId) => this.#coming.some(({ plan }) => plan.id === id);
    return [...asked.filter(({ node }) => !isNew(node)), ...this.#coming.flatMap(announced)];
  }

  /** @throws {SluiceError} `InvalidConfig` for a text that the library cannot take */
  values(id: NodeId, values: { readonly [key: string]: unknown }): NativeValues {
    return toValues(id, this.#node(id).type, values);
  }

  #note(nodes: readonly NativeLaneNode[]): void {
    for (const { slot, plan } of nodes) this.#ids[slot] = plan.id;
  }

  #node(id: NodeId): NativeLaneNode {
    return this.#coming.find(({ plan }) => plan.id === id) ?? this.#slots[this.slotOf(id)]!;
  }

  #freeSlot(taken: readonly NativeLaneNode[]): number {
    let slot = 0;
    while (this.#slots[slot] !== undefined || taken.some((node) => node.slot === slot)) slot++;
    return slot;
  }

  #addPools(tokens: readonly PoolToken[]): NativeEditPlan["pools"] {
    const added = tokens.filter(({ index }) => this.#pools[index] === undefined);
    for (const token of added) this.#pools[token.index] = token;
    return added.map(({ arena }) => arena);
  }

  #native({ slot, plan, type }: NativeLaneNode, fresh = false): NativeNode {
    const pools = type.descriptor.outputs.map(({ name: output, kind }) => {
      const wanted = poolOfOutput(plan.pool, output) ?? kind;
      return Math.max(0, this.#pools.findIndex(({ name }) => name === wanted));
    });
    const values = toValues(plan.id, type, withDefaults(type, plan.config));
    const { id: name, index, isolation } = plan;
    const { id: stage = plan.type } = nativeStage(plan.type);
    return { slot, index, stage, name, pools, supervised: plan.supervised === true, fresh, values, isolation };
  }

  #link(end: LinkEndPlan): NativeLinkPlan {
    const { fromNode, fromPort, toNode, toPort } = end.link;
    const from = end.end === "reader" ? NOWHERE : this.#port(fromNode, fromPort, "outputs");
    const to = end.end === "writer" ? NOWHERE : this.#port(toNode, toPort, "inputs");
    return { ...end, from, to };
  }

  #port(id: NodeId, name: string, direction: "inputs" | "outputs"): NativePort {
    const { slot, type } = this.#node(id);
    return [slot, portNames(type.descriptor[direction]).indexOf(name)];
  }
}

/** True if a node that has failed again begins without the state that may be the cause. */
function isAnew({ node, state }: Handover, { plan }: NativeLaneNode): boolean {
  return node === plan.id && state === "restart-fresh";
}

/** The port at an end of a link that is on another lane. */
const NOWHERE: NativePort = [0, 0];

/** Returns the names of ports, with each element of a dynamic one, in the library's order. */
export function portNames(ports: readonly PortDescriptor[]): string[] {
  return ports.flatMap((port) => expandPort(port));
}

function announced({ plan, type }: NativeLaneNode): AnnouncedFormat[] {
  const format = nativeStage(plan.type).announces?.(plan.config);
  const { outputs } = type.descriptor;
  return format === undefined ? [] : outputs.map((port) => ({ node: plan.id, port: port.name, format }));
}

/** Refuses other ports: the library moves links by the indices of their ports. */
function assertSamePorts(before: NativeLaneNode, after: NativeLaneNode): void {
  const names = ({ type: { descriptor } }: NativeLaneNode) =>
    [descriptor.inputs, descriptor.outputs].map((ports) => portNames(ports).join(", ")).join(" and ");
  if (names(before) === names(after)) return;
  throw new SluiceError(
    "InvalidGraph",
    `Cannot replace node "${before.plan.id}" (${before.plan.type}) by ${after.plan.type}: on a native lane a node must ` +
      `have the ports of the one that it replaces, "${names(before)}", and has "${names(after)}"; remove the one and ` +
      "add the other",
    { nodeId: before.plan.id },
  );
}

/** Returns a configuration with the defaults of its schema. */
function withDefaults({ descriptor }: AnyNodeType, config: NodePlan["config"]): NodePlan["config"] {
  const filled: Record<string, unknown> = { ...config };
  for (const [key, schema] of Object.entries(descriptor.config.properties)) filled[key] ??= schema.default;
  return filled;
}

function toValues(id: string, type: AnyNodeType, config: { readonly [key: string]: unknown }): NativeValues {
  const values = new Map<string, number | string>();
  for (const [key, value] of Object.entries(config)) {
    if (value === undefined) continue;
    if (typeof value === "number" || typeof value === "boolean") {
      values.set(key, Number(value));
      continue;
    }
    const text = typeof value === "string" ? value : JSON.stringify(value);
    if (text.includes("\0")) {
      const message = `Cannot configure node "${id}" (${type.descriptor.type}): ${key} has a zero byte in it, which ` +
        "native stages do not take";
      throw new SluiceError("InvalidConfig", message, { nodeId: id, key });
    }
    values.set(key, text);
  }
  return values;
}

type Attach = Extract<LaneCommand, { kind: "attach" }>;

/** Returns the ends of links that come to a lane from others, and the rest of their links. */
export function arrivalsOf(lane: number, { moves, rests }: Attach): { end: LinkEndPlan; rest: LinkRest }[] {
  return moves.flatMap((move) => {
    const rest = rests.find(({ link }) => link === move.after.index) ?? emptyRest(move.after.index);
    return endsOf(move, "after").filter(({ from, to }) => to === lane && from !== lane).map(({ end }) => ({
      end,
      rest,
    }));
  });
}

/** Returns the ends of a link that an edit takes from a lane, and those that stay there with other ends elsewhere. */
function movedEnds(lane: number, moves: readonly LinkMove[]): { leave: LinkEndPlan[]; retarget: LinkEndPlan[] } {
  const leave = moves.flatMap((move) => endsOf(move, "before")).filter(({ from, to }) => from === lane && to !== lane);
  const stay = moves.flatMap((move) => endsOf(move, "after")).filter(({ from, to }) => from === lane && to === lane);
  return { leave: leave.map(({ end }) => end), retarget: stay.map(({ end }) => end) };
}

/** Returns both ends of a link, as they are before or after an edit. */
function endsOf(move: LinkMove, when: "before" | "after"): (EndMove & { readonly end: LinkEndPlan })[] {
  const { writer, reader } = move;
  const link = move[when];
  const side = when === "before" ? "from" : "to";
  return [
    { ...writer, end: { link, end: "writer", otherLane: reader[side] } },
    { ...reader, end: { link, end: "reader", otherLane: writer[side] } },
  ];
}
