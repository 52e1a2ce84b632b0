/**
 * The work of each lane in an edit, and how an edit is shared out among lanes.
 *
 * @module
 */
import { elementsByPort } from "../descriptor/dynamic_ports.ts";
import { inferredKind } from "../descriptor/open_ports.ts";
import { resolveSecrets } from "../descriptor/secrets.ts";
import type { Topology } from "../topology.ts";
import type { GraphChange } from "./graph_change.ts";
import type { EditExtras, EditSite } from "./edit_site.ts";
import type { FeedbackChange } from "./link_plans.ts";
import type { Handovers } from "./handovers.ts";
import type { NodeEntry } from "../graph/entries.ts";
import type { NodeId } from "../ids.ts";
import type { Handover, LaneEdit, LinkEndPlan, NodePlan, PortEdit } from "../lanes/messages.ts";
import type { LinkMove } from "../links/link_move.ts";

/** The work of one lane. */
export interface LaneWork {
  nodes: NodePlan[];
  inspect: { node: NodeId; port: string }[];
  edit: {
    detach: LinkEndPlan[];
    lost: LaneEdit["lost"][number][];
    remove: NodeId[];
    keepsStates: boolean;
    handovers: Handover[];
    moves: LinkMove[];
    attach: LinkEndPlan[];
    loops: LaneEdit["loops"][number][];
    grow: LaneEdit["grow"][number][];
    ports: PortEdit[];
    bypass: { node: NodeId; on: boolean }[];
    configure: LaneEdit["configure"][number][];
  };
}

/** Returns empty work. */
export function emptyWork(): LaneWork {
  const edit = {
    detach: [],
    lost: [],
    remove: [],
    keepsStates: false,
    handovers: [],
    moves: [],
    attach: [],
    loops: [],
    grow: [],
    ports: [],
    bypass: [],
    configure: [],
  };
  return { nodes: [], inspect: [], edit };
}

/** Returns the work of one lane, made at the first request. */
export function workOf(work: Map<number, LaneWork>, lane: number): LaneWork {
  let own = work.get(lane);
  if (own === undefined) work.set(lane, own = emptyWork());
  return own;
}

/** The planned changes of an edit. */
export interface EditPlan {
  /** The graph after the edit. */
  readonly draft: Topology;
  readonly change: GraphChange;
  readonly extras: EditExtras;
  /** Changes of links that stay. */
  readonly feedbackChanges: readonly FeedbackChange[];
}

/** As {@linkcode workOf}, of one edit. */
type WorkAt = (lane: number) => LaneWork;

/**
 * Shares the work of an edit out among lanes.
 *
 * @param toAll whether every lane takes part, such as for new pools
 * @returns the work by lane, of lanes that take part
 * @throws {SluiceError} `InvalidConfig` for a reference to an environment value that does not exist
 */
export function shareWork(site: EditSite, plan: EditPlan, handovers: Handovers, toAll: boolean): Map<number, LaneWork> {
  const work = new Map<number, LaneWork>();
  const at: WorkAt = (lane) => workOf(work, lane);
  if (toAll) { for (const { index } of site.lanes()) at(index); }
  shareNodes(site, plan, handovers, at);
  shareLinks(site, plan, handovers, at);
  shareChanges(site, plan, at);
  return work;
}

/** Shares out nodes that come, go, and hand over. */
function shareNodes(site: EditSite, { draft, change, extras }: EditPlan, handovers: Handovers, at: WorkAt): void {
  for (const { id, lane } of change.removed) {
    const { edit } = at(site.laneIndex(lane));
    edit.remove.push(id);
    edit.keepsStates = extras.left !== undefined;
  }
  const planOf = (node: NodeEntry): NodePlan => {
    const state = extras.states?.get(node.id);
    return { ...site.nodePlan(node), ...(state !== undefined && { state }) };
  };
  for (const node of change.added) at(site.laneIndex(node.lane)).nodes.push(planOf(node));
  for (const handover of handovers.all) {
    const { node, from, to } = handover;
    for (const lane of new Set([from, to])) at(lane).edit.handovers.push(handover);
    at(to).nodes.push(handover.state === "anew" ? planOf(draft.node(node)) : site.nodePlan(draft.node(node)));
  }
}

/** Shares out links that come, go, and change their ends. */
function shareLinks(
  site: EditSite,
  { draft, change, feedbackChanges }: EditPlan,
  handovers: Handovers,
  at: WorkAt,
): void {
  const of = (node: NodeId) => at(site.laneIndex(draft.node(node).lane));
  for (const link of change.unlinked) {
    for (const { lane, end } of site.plans.ends(link)) at(lane).edit.detach.push(end);
  }
  for (const { move, lanes } of handovers.links) {
    for (const lane of lanes) at(lane).edit.moves.push(move);
  }
  for (const link of change.linked) {
    for (const { lane, end } of site.plans.ends(link)) at(lane).edit.attach.push(end);
    of(link.fromNode).inspect.push({ node: link.fromNode, port: link.fromPort });
  }
  for (const { link: { toNode, toPort }, closes } of feedbackChanges) {
    of(toNode).edit.loops.push({ node: toNode, port: toPort, closes });
  }
}

/** Shares out changes of nodes that stay on their lanes and records. */
function shareChanges(site: EditSite, { draft, change, extras }: EditPlan, at: WorkAt): void {
  const of = (node: NodeId) => at(site.laneIndex(draft.node(node).lane));
  for (const { id, type } of change.ported) {
    const { descriptor } = type;
    of(id).edit.ports.push({ node: id, elements: elementsByPort(descriptor), told: inferredKind(descriptor) });
  }
  for (const { id, bypassed } of change.bypassed) of(id).edit.bypass.push({ node: id, on: bypassed });
  for (const { node, values } of extras.configure) {
    const { type, config } = draft.node(node);
    const resolved = resolveSecrets(type.descriptor, node, values, config);
    of(node).edit.configure.push({ node, values: resolved.config, secrets: resolved.secrets });
  }
}
