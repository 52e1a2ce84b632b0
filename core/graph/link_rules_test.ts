import assert from "node:assert/strict";
import { fixture, port } from "../../tests/fixtures/define.ts";
import { NodeRegistry } from "../registry/node_registry.ts";
import { definePackage } from "../registry/node_type.ts";
import { Runtime } from "../runtime.ts";
import { checkGraph } from "./load.ts";

const source = fixture(() => ({ process: () => {} }), {
  type: "source",
  mode: "loop",
  ports: [port({ name: "audio", direction: "output", kind: "audio" })],
});
const desk = fixture(() => ({ process: () => {} }), {
  type: "desk",
  ports: [port({ name: "extra", direction: "input", kind: "audio", dynamic: { initial: 1, max: 3 }, optional: true })],
});
const registry = new NodeRegistry([definePackage({ name: "p", url: "", nodes: [source, desk], sources: {} })]);

Deno.test("a link to an element beyond the most of a dynamic port names those that there are, and why", () => {
  const to = ["extra_7", "extra_8", "extra_9"];
  const links = to.map((input) => ({ from: "source.audio", to: `desk.${input}` }));
  const graph = { version: 1, nodes: { source: { type: "source" }, desk: { type: "desk" } }, links };
  assert.deepEqual(
    checkGraph(JSON.stringify(graph), "g.json", registry).errors.map(({ code, message }) => [code, message]),
    [[
      "PortNotFound",
      'g.json:1:199: Cannot link to "desk.extra_9": the dynamic input "extra" of "desk" takes 3 elements at most: it has ' +
      '"extra_0", "extra_7" and "extra_8", which it begins with or which links name',
    ]],
  );
});

Deno.test("Runtime.connectByName() says how an element of a dynamic port comes into being", async () => {
  await using runtime = new Runtime({ native: "off", registry });
  runtime.add(source());
  runtime.add(desk());
  assert.throws(() => runtime.connectByName("source.audio", "desk.extra_9"), {
    code: "PortNotFound",
    available: ["extra_0"],
    message: 'Cannot link to "desk.extra_9": the dynamic input "extra" of "desk" has no such element now; elements: ' +
      '"extra_0"; add one by addInput(), or name it when the node is added: { ports: ["extra_9"] }',
  });
});

Deno.test("a link between encoded and raw frames names the node that goes between", () => {
  const decoder = fixture(() => ({ process() {} }), {
    type: "hum-decode",
    converts: ["codec"],
    ports: [
      port({ name: "in", direction: "input", kind: "encoded", accepts: { codec: "mp3" } }),
      port({ name: "out", direction: "output", kind: "audio" }),
    ],
  });
  const clip = fixture(() => ({ process() {} }), {
    type: "clip",
    mode: "loop",
    ports: [
      port({
        name: "sound",
        direction: "output",
        kind: "encoded",
        type: "EncodedFrame",
        gives: { codec: ["aac", "mp3"] },
      }),
    ],
  });
  const coders = new NodeRegistry([definePackage({ name: "q", url: "", nodes: [decoder, clip, desk], sources: {} })]);
  const graph = (to: string) =>
    JSON.stringify({
      version: 1,
      nodes: { clip: { type: "clip" }, desk: { type: "desk" }, decoder: { type: "hum-decode" } },
      links: [{ from: "clip.sound", to }],
    });
  assert.match(
    checkGraph(graph("desk.extra_0"), "g.json", coders).errors[0].message,
    /: the output carries EncodedFrame, wanted AudioFrame; put a "hum-decode" node between them, or have convert: "auto" do so \(--convert auto\)$/,
  );
  assert.deepEqual(checkGraph(graph("decoder.in"), "g.json", coders).errors, []);
  assert.deepEqual(checkGraph(graph("desk.extra_0"), "g.json", coders, [], "auto").errors, []);
});

Deno.test("a link whose output gives no format that the input accepts is refused before anything runs", () => {
  const colours = fixture(() => ({ process() {} }), {
    type: "colours",
    converts: ["pixelFormat"],
    config: { type: "object", properties: { pixelFormat: {} }, required: [], additionalProperties: false },
    ports: [
      port({ name: "in", direction: "input", kind: "video" }),
      port({ name: "out", direction: "output", kind: "video" }),
    ],
  });
  const camera = fixture(() => ({ process() {} }), {
    type: "camera",
    mode: "loop",
    ports: [port({ name: "out", direction: "output", kind: "video", gives: { pixelFormat: "rgba8" } })],
  });
  const encoder = (type: string, pixelFormat: readonly ("i420" | "rgba8")[]) =>
    fixture(() => ({ process() {} }), {
      type,
      ports: [port({ name: "in", direction: "input", kind: "video", accepts: { pixelFormat } })],
    });
  const nodes = [colours, camera, encoder("small", ["i420"]), encoder("large", ["i420", "rgba8"])];
  const known = new NodeRegistry([definePackage({ name: "r", url: "", nodes, sources: {} })]);
  const check = (type: string, convert?: "auto") => {
    const parts = { camera: { type: "camera" }, to: { type } };
    const graph = { version: 1, nodes: parts, links: [{ from: "camera.out", to: "to.in" }] };
    return checkGraph(JSON.stringify(graph), "g.json", known, [], convert).errors.map(({ message }) => message);
  };
  assert.match(
    check("small").join(),
    /: the output gives pixelFormat rgba8, wanted i420; put a "colours" node between them, or have convert: "auto"/,
  );
  assert.deepEqual([check("large"), check("small", "auto")], [[], []]);
});
