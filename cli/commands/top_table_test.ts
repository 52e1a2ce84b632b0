import assert from "node:assert/strict";
import { renderTable } from "../output/table.ts";
import { renderTop, type TopLink, type TopNode, type TopReading } from "./top_table.ts";

const NODE: TopNode = {
  id: "well",
  type: "gain",
  lane: "main",
  state: "running",
  ticksPerSecond: 1,
  busy: 0.1,
  tickP50Ns: 0,
  tickP99Ns: 0,
  errors: 0,
};

const LINK: TopLink = {
  id: "l",
  from: "a.b",
  to: "c.d",
  policy: "roll-off",
  framesPerSecond: 1,
  queued: 0,
  capacity: 8,
  dropped: 0,
  droppedPerSecond: 0,
  ageNs: 0,
};

function reading(nodes: TopNode[], links: TopLink[]): TopReading {
  return { title: "t", state: "running", driver: "portable", elapsedNs: 1e9, overNs: 1e9, nodes, links };
}

Deno.test("renderTop() shows the worst nodes and links first where they do not fit, and as many of both", () => {
  const nodes: TopNode[] = Array.from({ length: 20 }, (_, k) => ({ ...NODE, id: `n${k}` }));
  nodes.push({ ...NODE, id: "faulty", errors: 1 }, { ...NODE, id: "full", state: "running, full c.d" });
  nodes.push({ ...NODE, id: "hung", state: "stuck for 2.41 s" });
  const links = Array.from({ length: 20 }, (_, k) => ({ ...LINK, from: `l${k}.x` }));
  links.push({ ...LINK, from: "full.x", queued: 8 }, { ...LINK, from: "lost.x", dropped: 9 });
  links.push({ ...LINK, from: "losing.x", dropped: 1, droppedPerSecond: 1 });
  const lines = renderTop(reading(nodes, links), 200, 10);
  assert.deepEqual(lines.map((line) => line.split(/[ .]/)[0]), [
    ...["t,", "NODE", "hung", "full", "faulty"],
    ...["LINK", "losing", "lost", "full", "3"],
  ]);
  assert.equal(lines[9], "3 of 23 nodes and 3 of 23 links, the worst first");
  const few = renderTop(reading(nodes.slice(-1), links), 200, 10);
  assert.equal(few.at(-1), "1 of 1 nodes and 5 of 23 links, the worst first");
  assert.equal(renderTop(reading(nodes.slice(0, 2), links.slice(0, 2)), 200, 9).at(-1)!.slice(0, 4), "l1.x");
});

Deno.test("renderTable() lays out as many rows as there are", () => {
  assert.equal(renderTable([{ head: "A" }], Array.from({ length: 200_000 }, () => ["xx"])).length, 200_001);
});
