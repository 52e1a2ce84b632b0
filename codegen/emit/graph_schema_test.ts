import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import { nodes } from "../../sluice.gen.ts";

const schema = JSON.parse(await Deno.readTextFile(new URL("../../sluice.schema.json", import.meta.url)));
const validate = new Ajv2020({ strict: false, allErrors: true }).compile(schema);

/** Where a graph breaks the schema; none if it does not. */
function check(graph: unknown): string[] {
  return validate(graph) ? [] : [...new Set((validate.errors ?? []).map((error) => error.instancePath))];
}

const GOOD = {
  $schema: "./sluice.schema.json",
  version: 1,
  mode: "offline",
  nodes: {
    tone: { type: "tone-source", config: { frequencyHz: 440 } },
    turn_up: { type: "gain", config: { gainDb: 3 }, lane: "a" },
    file: { type: "wav-sink", config: { path: "out.wav" } },
  },
  links: [
    { from: "tone.audio", to: "turn_up.audioIn", policy: "lossless", capacity: 8 },
    { from: "turn_up.audioOut", to: "file.audio" },
  ],
  pools: { big: { slotBytes: 65536, slots: 16 } },
  lanes: { a: { kind: "worker" } },
};

Deno.test("sluice.schema.json accepts a graph", () => {
  assert.deepEqual(check(GOOD), []);
});

Deno.test("sluice.schema.json refuses a configuration that the node type does not take", () => {
  const withNode = (node: unknown) => check({ version: 1, nodes: { n: node } });
  assert.ok(withNode({ type: "gain", config: { gainDb: "3" } }).includes("/nodes/n/config/gainDb"));
  assert.ok(withNode({ type: "gain", config: { gianDb: 3 } }).includes("/nodes/n/config"));
  assert.ok(withNode({ type: "gain", config: { gainDb: 1e6 } }).includes("/nodes/n/config/gainDb"));
  assert.ok(withNode({ type: "wav-sink" }).includes("/nodes/n"));
  assert.ok(withNode({ type: "wav-sink", config: {} }).includes("/nodes/n/config"));
});

Deno.test("sluice.schema.json refuses unknown types, keys, policies, addresses and versions", () => {
  assert.ok(check({ ...GOOD, version: 2 }).includes("/version"));
  assert.ok(check({ ...GOOD, extra: 1 }).includes(""));
  assert.ok(check({ version: 1, nodes: { n: { type: "gian" } } }).includes("/nodes/n/type"));
  assert.ok(check({ version: 1, nodes: { "a.b": { type: "gain" } } }).includes("/nodes"));
  assert.ok(check({ ...GOOD, links: [{ from: "tone", to: "file.audio" }] }).includes("/links/0/from"));
  assert.ok(check({ ...GOOD, links: [{ from: "a.b", to: "c.d", policy: "fast" }] }).includes("/links/0/policy"));
  assert.ok(check({ ...GOOD, links: [{ from: "a.b", to: "c.d", capacity: 0 }] }).includes("/links/0/capacity"));
});

Deno.test("sluice.schema.json takes what is done with a node that fails, and nothing else", () => {
  const supervised = (supervision: unknown) => check({ version: 1, nodes: { n: { type: "gain", supervision } } });
  for (const good of ["fail", "disable", { restart: {} }, { restart: { limit: 3, maxBackoffMs: 0 } }]) {
    assert.deepEqual(supervised(good), []);
  }
  for (const bad of ["restart", {}, { restart: { limit: 0 } }, { restart: { times: 1 } }, 3]) {
    assert.ok(supervised(bad).some((path) => path.startsWith("/nodes/n/supervision")), JSON.stringify(bad));
  }
});

Deno.test("sluice.schema.json names every node type with its ports", () => {
  const listed: { const: string; description: string }[] = schema.$defs.node.properties.type.anyOf;
  const known = Object.values(nodes).map((each) => each.descriptor.type);
  assert.deepEqual(listed.map((each) => each.const), known.sort());
  assert.match(
    listed.find((each) => each.const === "mixer")?.description ?? "",
    /Inputs: audioIn_0 to audioIn_7 \(AudioFrame\)\. Outputs: audioOut \(AudioFrame\)\.$/,
  );
});
