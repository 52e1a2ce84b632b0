import { equal, throws } from "node:assert/strict";
import { fixture, port } from "../../tests/fixtures/define.ts";
import type { FormatAccepts } from "../frames/format.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import { Topology } from "../topology.ts";
import { assertBypassFits } from "./bypass.ts";

/** A node with one input and one output for sound. */
function through(type: string, { accepts, delays = false }: { accepts?: FormatAccepts; delays?: boolean } = {}) {
  return fixture(() => ({ process() {} }), {
    type,
    delays,
    ports: [
      port({ name: "in", direction: "input", kind: "audio", ...(accepts && { accepts }) }),
      port({ name: "out", direction: "output", kind: "audio" }),
    ],
  }) as unknown as AnyNodeType;
}

Deno.test("assertBypassFits() goes by the format that was told, through nodes that are passed by", () => {
  const graph = new Topology({ mode: "live" });
  for (const id of ["source", "first", "second"]) graph.addNode(through("any"), {}, { id });
  graph.addNode(through("strict", { accepts: { sampleRateHz: 48_000 } }), {}, { id: "sink" });
  const ids = ["source", "first", "second", "sink"];
  for (const [k, id] of ids.slice(1).entries()) {
    graph.addLink({ node: ids[k], port: "out" }, { node: id, port: "in" }, {});
  }
  graph.bypassNode("first", true);
  graph.bypassNode("second", true);
  const assertFits = (rateHz: number) =>
    assertBypassFits(
      graph,
      graph.node("second"),
      ({ toNode }) => toNode === "first" ? { kind: "audio", sampleRateHz: rateHz, channels: 1 } : undefined,
    );
  assertFits(48_000);
  throws(() => assertFits(44_100), {
    code: "TypeMismatch",
    message:
      'Cannot bypass node "second" (any): "sink.in" would get sampleRateHz 44100, wanted 48000; replace the node ' +
      "in place of that",
  });
});

Deno.test("assertBypassFits() comes to an end in a loop", () => {
  const graph = new Topology({ mode: "live" });
  graph.addNode(through("any"), {}, { id: "one" });
  graph.addNode(through("late", { delays: true }), {}, { id: "two" });
  graph.addLink({ node: "one", port: "out" }, { node: "two", port: "in" }, {});
  graph.addLink({ node: "two", port: "out" }, { node: "one", port: "in" }, {});
  graph.bypassNode("one", true);
  graph.bypassNode("two", true);
  equal(assertBypassFits(graph, graph.node("one"), () => undefined), undefined);
});
