import { linkPlan } from "../../../tests/fixtures/slots.ts";
import { nodeId } from "../../ids.ts";
import type { LinkPlan } from "../../links/link.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import { emptyWork } from "../../live/lane_work.ts";
import { isInOrder, namedBy, orderCells, reachOf } from "./edit_reach.ts";
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";

Deno.test("namedBy() names nodes of every part of an edit, and both ends of every link of it", () => {
  const { edit } = emptyWork();
  edit.configure.push({ node: nodeId("told"), values: {}, secrets: [] });
  edit.bypass.push({ node: nodeId("passed"), on: true });
  edit.ports.push({ node: nodeId("ported"), elements: {} });
  edit.detach.push({ link: link("a", "b"), end: "local", otherLane: 1 });
  edit.attach.push({ link: link("c", "d"), end: "writer", otherLane: 2 });
  edit.lost.push({ end: { link: link("e", "f"), end: "reader", otherLane: 2 }, kept: true });
  const end = { from: 1, to: 2 };
  edit.moves.push({ before: link("g", "h"), after: link("g", "h"), writer: end, reader: end });
  const named = ["new", "told", "passed", "ported", ..."abcdefgh"];
  deepEqual([...namedBy(edit, ["new"])].sort(), named.sort());
});

Deno.test("reachOf() gives the named nodes and those next to them, and none of another lane or further away", () => {
  const links = [link("far", "before"), link("before", "named"), link("named", "after"), link("after", "end")];
  links.push(link("named", "elsewhere"));
  const names = ["far", "before", "named", "after", "end", "alone"];
  const cells = new Map(names.map((name) => [name, cellOf(name, links)]));
  const reach = reachOf(new Set(["named", "alone", "gone"]), cells);
  deepEqual([...cells].filter(([, cell]) => reach.has(cell)).map(([name]) => name), [
    "before",
    "named",
    "after",
    "alone",
  ]);
});

function cellOf(name: string, links: readonly LinkPlan[]): NodeCell {
  const inputs = links.filter(({ toNode }) => toNode === name).map((plan) => ({ link: { plan } }));
  const outputs = links.filter(({ fromNode }) => fromNode === name).map((plan) => ({ links: [{ plan }] }));
  return { inputs: [{}, ...inputs], outputs } as unknown as NodeCell;
}

Deno.test("isInOrder() looks at the nodes that it is given and at what feeds them", () => {
  const cells = ranked(["b", "a", "d", "c"], [link("a", "b"), link("c", "d"), link("a", "c")]);
  equal(isInOrder(some(cells, "b"), cells), false);
  equal(isInOrder(some(cells, "a", "c"), cells), true);
  equal(isInOrder(some(cells, "c", "d"), cells), false);
});

Deno.test("isInOrder() leaves links out of account that close loops or come from another lane", () => {
  const cells = ranked(["a", "b"], [link("b", "a", true), link("elsewhere", "a")]);
  equal(isInOrder(cells.values(), cells), true);
});

Deno.test("orderCells() puts a node that has come between those that it joins, and keeps the places of others", () => {
  const links = [link("a", "new"), link("new", "b"), link("b", "a", true), link("elsewhere", "a")];
  const cells = ranked(["x", "a", "b", "y", "new"], links);
  deepEqual(namesOf(orderCells([...cells.values()])).filter((name) => "xy".includes(name)), ["x", "y"]);
  assertOrdered(namesOf(orderCells([...cells.values()])), links.slice(0, 2));
});

Deno.test("orderCells() orders any nodes whose loops are closed by links that say so", () => {
  const names = Array.from({ length: 12 }, (_, k) => `n${k}`);
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 40 }),
    fc.shuffledSubarray(names, { minLength: 12 }),
    (pairs, order) => {
      const links = pairs.map(([from, to]) => link(`n${from}`, `n${to}`, from >= to));
      const ordered = orderCells([...ranked(order, links).values()]);
      deepEqual(namesOf(ordered).sort(), [...names].sort());
      assertOrdered(namesOf(ordered), links.filter(({ feedback }) => feedback !== true));
      const anew = ranked(namesOf(ordered), links);
      ok(isInOrder(anew.values(), anew));
    },
  ));
});

function ranked(names: readonly string[], links: readonly LinkPlan[]): ReadonlyMap<string, NodeCell> {
  return new Map(names.map((id, rank) => {
    const inputs = links.filter(({ toNode }) => toNode === id).map((plan) => ({ link: { plan } }));
    return [id, { id, rank, inputs: [{}, ...inputs] } as unknown as NodeCell];
  }));
}

function some(cells: ReadonlyMap<string, NodeCell>, ...names: string[]): NodeCell[] {
  return names.map((name) => cells.get(name)!);
}

function namesOf(cells: readonly NodeCell[]): string[] {
  return cells.map(({ id }) => id);
}

function assertOrdered(names: readonly string[], links: readonly LinkPlan[]): void {
  for (const { fromNode, toNode } of links) ok(names.indexOf(fromNode) < names.indexOf(toNode), names.join());
}

function link(from: string, to: string, feedback = false): LinkPlan {
  return { ...linkPlan("audio", "lossless", 1), fromNode: nodeId(from), toNode: nodeId(to), feedback };
}
