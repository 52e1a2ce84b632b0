import { deepEqual } from "node:assert/strict";
import { linkPlan } from "../../../tests/fixtures/slots.ts";
import { nodeId } from "../../ids.ts";
import type { LinkPlan } from "../../links/link.ts";
import { emptyWork } from "../../live/lane_work.ts";
import { type LinkedCell, namedBy, reachOf } from "./edit_reach.ts";

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

function cellOf(name: string, links: readonly LinkPlan[]): LinkedCell {
  const inputs = links.filter(({ toNode }) => toNode === name).map((plan) => ({ link: { plan } }));
  const outputs = links.filter(({ fromNode }) => fromNode === name).map((plan) => ({ links: [{ plan }] }));
  return { inputs: [{}, ...inputs], outputs };
}

function link(from: string, to: string): LinkPlan {
  return { ...linkPlan("audio", "lossless", 1), fromNode: nodeId(from), toNode: nodeId(to) };
}
