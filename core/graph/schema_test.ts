/** The table of the options of a node: an option given to `add()` comes back from `graph()`, by its line alone. */
import { deepEqual, equal } from "node:assert/strict";
import { fixture, port } from "../../tests/fixtures/define.ts";
import { nodes } from "../../sluice.gen.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import { Runtime } from "../runtime.ts";
import { NODE_OPTION_NAMES, NODE_OPTIONS, type NodeOption, type NodeOptions, pick } from "./schema.ts";

const ends = [
  port({ name: "audioIn", direction: "input", kind: "audio" }),
  port({ name: "audioOut", direction: "output", kind: "audio" }),
];
const dynamic = { name: "inputs", direction: "input", kind: "audio", dynamic: { initial: 1, max: 4 } } as const;
const make = () => ({ process() {} });
const plain = fixture(make, { type: "plain", ports: ends });
const native = fixture(make, { type: "stage", ports: ends, lane: "native" });
const growing = fixture(make, { type: "growing", ports: [port(dynamic)] });

/** Options to add a node with, for each option. */
const GIVEN: { readonly [K in NodeOption]-?: NodeOptions } = {
  lane: { lane: "other" },
  pool: { pool: { audioOut: "audio" } },
  supervision: { supervision: { restart: { limit: 2, keepState: true } } },
  callTimeoutMs: { callTimeoutMs: 70 },
  priority: { priority: "high" },
  cpus: { cpus: [0, 2] },
  isolate: { isolate: "process" },
  isolateMemoryMb: { isolate: "process", isolateMemoryMb: 64 },
  isolatePermissions: { isolate: "process", isolatePermissions: { read: ["a.txt"], net: true } },
  bypassed: { bypassed: true },
  position: { position: { x: 120, y: 80 } },
  ports: { ports: ["inputs_2"] },
};

/** A type whose nodes can have some options. */
function typeFor({ isolate, isolatePermissions, ports }: NodeOptions): AnyNodeType {
  if (isolatePermissions !== undefined) return nodes.gain;
  if (isolate !== undefined) return native;
  return ports === undefined ? plain : growing;
}

for (const name of NODE_OPTION_NAMES) {
  Deno.test(`Runtime.graph() gives back the option "${name}" of Runtime.add()`, () => {
    const runtime = new Runtime({ native: "off" });
    const given = GIVEN[name];
    const type = typeFor(given);
    runtime.add({ type, config: {} }, { ...given, id: "n" });
    const { n } = runtime.graph().nodes;
    deepEqual(pick(n, NODE_OPTION_NAMES), { lane: n.lane, ...given });
    const again = new Runtime({ native: "off" });
    again.add({ type, config: {} }, { ...pick(n, NODE_OPTION_NAMES), id: "n" });
    deepEqual(again.graph().nodes.n, n);
  });
}

Deno.test("Runtime.graph() leaves out an option of a node that is the default of the table", () => {
  const runtime = new Runtime({ native: "off" });
  const usual = NODE_OPTION_NAMES.filter((name) => NODE_OPTIONS[name].schema.default !== undefined);
  equal(usual.length > 0, true);
  const given = Object.fromEntries(usual.map((name) => [name, NODE_OPTIONS[name].schema.default]));
  runtime.add({ type: plain, config: {} }, { ...given, id: "n" });
  deepEqual(runtime.graph().nodes.n, { type: "plain", config: {}, lane: "worker" });
});
