import assert from "node:assert/strict";
import type { GraphSnapshot, NodeTypeInfo, PortInfo } from "../../../control/schemas/graph.ts";
import { targetOn, targetsOf } from "./targets.ts";

const port = (name: string, kind = "audio"): PortInfo => ({ name, kind, type: "", optional: false });

const GRAPH = {
  nodes: [
    { id: "tone", type: "tone", inputs: [], outputs: [port("audio")] },
    { id: "mix", type: "mix", inputs: [port("in_0")], outputs: [] },
    { id: "eye", type: "eye", inputs: [port("picture", "video")], outputs: [] },
    { id: "gain", type: "gain", inputs: [port("in")], outputs: [port("out")] },
  ],
  links: [{ fromNode: "gain", fromPort: "out", toNode: "mix", toPort: "in_0" }],
} as unknown as GraphSnapshot;

const TYPES = new Map([
  ["mix", { inputs: [{ ...port("in"), dynamic: { initial: 1, max: 2 } }], outputs: [] } as unknown as NodeTypeInfo],
]);

Deno.test("targetsOf() tells inputs that fit from those of another kind and those that are taken", () => {
  const whys = Object.fromEntries(targetsOf(GRAPH, TYPES, "tone.audio").map(({ address, why }) => [address, why]));
  assert.deepEqual(whys, {
    "mix.in_0": "has a link from gain.out",
    "mix.in": "",
    "eye.picture": "takes video, not audio",
    "gain.in": "",
  });
});

Deno.test("targetsOf() offers another element of a dynamic port only while the port may have more", () => {
  const full = new Map([["mix", {
    ...TYPES.get("mix")!,
    inputs: [{ ...port("in"), dynamic: { initial: 1, max: 1 } }],
  }]]);
  assert.ok(!targetsOf(GRAPH, full as never, "tone.audio").some(({ address }) => address === "mix.in"));
});

Deno.test("targetOn() prefers the input of a node that fits", () => {
  assert.equal(targetOn(targetsOf(GRAPH, TYPES, "tone.audio"), 1)?.port, "in");
  assert.equal(targetOn(targetsOf(GRAPH, TYPES, "tone.audio"), 0), undefined);
});
