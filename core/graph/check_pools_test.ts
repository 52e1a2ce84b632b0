import { deepEqual, equal } from "node:assert/strict";
import { fixture, port } from "../../tests/fixtures/define.ts";
import { NodeRegistry } from "../registry/node_registry.ts";
import { definePackage } from "../registry/node_type.ts";
import { checkGraph } from "./load.ts";

const source = fixture(() => ({ process() {} }), {
  type: "src",
  mode: "loop",
  ports: [port({ name: "audio", direction: "output", kind: "audio", burst: 4 })],
  config: {
    type: "object",
    properties: {
      blockSize: { type: "integer", default: 1024, "x-unit": "samples" },
      channels: { type: "integer", default: 1 },
    },
    required: [],
    additionalProperties: false,
  },
});
const sink = fixture(() => ({ process() {} }), {
  type: "dst",
  ports: [port({ name: "audio", direction: "input", kind: "audio" })],
});

function check(rest: string, node = "", link = "") {
  const registry = new NodeRegistry([
    definePackage({ name: "t", url: import.meta.url, nodes: [source, sink], sources: {} }),
  ]);
  const text = `{ "version": 1, "nodes": { "s": { "type": "src"${node} }, "d": { "type": "dst" } },
 "links": [{ "from": "s.audio", "to": "d.audio"${link} }]${rest} }`;
  const { errors, warnings } = checkGraph(text, "g.json", registry);
  return { errors: errors.map(({ message }) => message), warnings: warnings.map(({ message }) => message) };
}

const FINE = { errors: [], warnings: [] };

Deno.test("checkGraph() says nothing of numbers that work", () => {
  deepEqual(check(""), FINE);
  deepEqual(check(`, "pools": { "big": { "slotBytes": 9000, "slots": 100 } }`, `, "pool": "big"`), FINE);
});

Deno.test("checkGraph() refuses a pool with fewer slots than the graph needs", () => {
  deepEqual(check(`, "pools": { "audio": { "slotBytes": 65536, "slots": 8 } }`).errors, [
    `g.json:2:64: Cannot run the graph: pool "audio" has 8 slots, but the graph needs 36 (8 queued on links, 12 held by ` +
    `nodes, 16 for 2 lanes); raise pools.audio.slots or lower the capacity of links`,
  ]);
});

Deno.test("checkGraph() refuses a pool that does not exist", () => {
  deepEqual(check("", `, "pool": "bog"`).errors, [
    `g.json:1:58: Cannot give node "s" the pool "bog": the pools are "audio", "video", "encoded", "packet" and "data"; ` +
    `declare it in "pools"`,
  ]);
});

Deno.test("checkGraph() warns of a link that drops frames of each burst, and refuses a lossless one", () => {
  deepEqual(check("", "", `, "policy": "roll-off", "capacity": 2`).warnings, [
    `g.json:2:12: The link "s.audio" to "d.audio" drops frames of each burst: its capacity is 2, but the output writes up ` +
    `to 4 frames at once; wanted at least 4`,
  ]);
  equal(check("", "", `, "policy": "lossless", "capacity": 2`).errors.length, 1);
  equal(check("", "", `, "capacity": 2`).warnings.length, 1, "a graph without a mode is live");
});

Deno.test("checkGraph() warns of blocks that are larger than a slot", () => {
  deepEqual(check("", `, "config": { "blockSize": 16384, "channels": 2 }`).warnings, [
    `g.json:1:60: Node "s" (src) will fail: its "blockSize" of 16384 makes blocks of 131072 bytes, and a slot of pool ` +
    `"audio" has 65536; make it smaller, or set pools.audio.slotBytes`,
  ]);
});

Deno.test("checkGraph() warns of a pool that no node uses", () => {
  deepEqual(check(`, "pools": { "big": { "slotBytes": 9000, "slots": 100 } }`).warnings, [
    `g.json:2:64: Pool "big" is used by no node; give a node "pool": "big", or take it out`,
  ]);
});
