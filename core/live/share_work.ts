/**
 * Says what each lane has to do in an edit.
 *
 * @module
 */
import type { NodeId } from "../ids.ts";
import { elementsByPort } from "../descriptor/dynamic_ports.ts";
import { resolveSecrets } from "../descriptor/secrets.ts";
import type { Topology } from "../topology.ts";
import type { GraphChange } from "./graph_change.ts";
import { emptyWork, type LaneWork } from "./lane_work.ts";
import type { EditExtras, EditSite } from "./edit_site.ts";
import type { JudgedLink } from "./link_plans.ts";
import type { NodeMoves } from "./node_moves.ts";

/**
 * Shares the work of an edit out among lanes.
 *
 * @param draft the graph as it will be
 * @param rejudged what else changes of links that stay
 * @param toAll whether every lane takes part, such as for new pools
 * @returns by lane, of those that take part
 * @throws {SluiceError} `InvalidConfig` for a value that refers to the environment and cannot be had
 */
export function shareWork(
  site: EditSite,
  draft: Topology,
  change: GraphChange,
  moves: NodeMoves,
  rejudged: readonly JudgedLink[],
  extras: EditExtras,
  toAll: boolean,
): Map<number, LaneWork> {
  const work = new Map<number, LaneWork>();
  const at = (lane: number): LaneWork => {
    let own = work.get(lane);
    if (own === undefined) work.set(lane, own = emptyWork());
    return own;
  };
  const laneOf = (node: NodeId) => site.laneIndex((draft.nodes.get(node) ?? site.topology.node(node)).lane);
  const of = (node: NodeId) => at(laneOf(node));
  if (toAll) { for (const { index } of site.lanes()) at(index); }
  for (const link of change.unlinked) {
    for (const { lane, end } of site.plans.ends(link)) at(lane).edit.detach.push(end);
  }
  for (const { id, lane } of change.removed) at(site.laneIndex(lane)).edit.remove.push(id);
  for (const node of change.added) {
    of(node.id).nodes.push(site.nodePlan(node));
    of(node.id).edit.insert.push({ node: node.id });
  }
  for (const { before, after } of change.moved) {
    at(site.laneIndex(before.lane)).edit.depart.push(before.id);
    of(after.id).nodes.push(site.nodePlan(after));
    of(after.id).edit.insert.push({ node: after.id, arrives: true });
  }
  for (const { move, lanes } of moves.links) {
    for (const lane of lanes) at(lane).edit.moves.push(move);
  }
  for (const { after } of change.replaced) {
    const own = of(after.id);
    own.nodes.push(site.nodePlan(after));
    own.hold.push(after.id);
    own.edit.insert.push({ node: after.id, replaces: true, anew: extras.anew?.has(after.id) === true });
  }
  for (const { id, type } of change.ported) {
    of(id).hold.push(id);
    of(id).edit.ports.push({ node: id, elements: elementsByPort(type.descriptor) });
  }
  for (const link of change.linked) {
    for (const { lane, end } of site.plans.ends(link)) at(lane).edit.attach.push(end);
    of(link.fromNode).inspect.push({ node: link.fromNode, port: link.fromPort });
  }
  for (const { link: { toNode, toPort }, closes } of rejudged) {
    of(toNode).edit.loops.push({ node: toNode, port: toPort, closes });
  }
  for (const { node, carries } of extras.restart ?? []) {
    of(node.id).nodes.push(site.nodePlan(node));
    of(node.id).edit.insert.push({ node: node.id, replaces: true, restart: carries ? "carries" : "fresh" });
  }
  for (const { id, bypassed } of change.bypassed) {
    of(id).hold.push(id);
    of(id).edit.bypass.push({ node: id, on: bypassed });
  }
  if ([...work.values()].some(({ hold }) => hold.length > 0)) {
    // They may wait within a tick for what those give, and come to rest before them.
    for (const { before } of change.moved) at(site.laneIndex(before.lane)).hold.push(before.id);
  }
  for (const { node, values } of extras.configure) {
    const { type, config } = draft.node(node);
    const resolved = resolveSecrets(type.descriptor, node, values, config);
    of(node).edit.configure.push({ node, values: resolved.config, secrets: resolved.secrets });
  }
  return work;
}
