import { equal } from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { laden } from "../../tests/fixtures/laden.ts";
import { numberedSource } from "../../tests/fixtures/numbered.ts";
import { appSource } from "../app/app_source.ts";
import { nativeNodes } from "../registry/native_stages.ts";
import { Topology } from "../topology.ts";
import { whyFixed } from "./fixed_nodes.ts";

Deno.test("whyFixed() says why a node stays on its lane, and nothing of one that may be moved", () => {
  const topology = new Topology("offline", () => [], { auto: {} });
  const why = (id: string) => whyFixed(topology, topology.node(id));
  topology.addNode(laden, {}, { id: "free" });
  topology.addNode(laden, {}, { id: "named", lane: "dsp" });
  topology.addNode(laden, {}, { id: "urgent", priority: "high" });
  topology.addNode(nodes.packetAlign, {}, { id: "async" });
  topology.addNode(appSource.data().type, {}, { id: "here" });
  topology.addNode(nativeNodes.nativeSource, {}, { id: "stage" });
  equal(why("free"), undefined);
  equal(why("named"), "the graph places it");
  equal(why("urgent"), "it asks for a priority or processors");
  equal(why("async"), "what its ticks take cannot be measured, since they are asynchronous");
  equal(why("here"), "its type runs on lane main only");
  equal(why("stage"), "it is a native stage");
  topology.addLink({ node: "stage", port: "audio" }, { node: "free", port: "audioIn" }, {});
  equal(why("free"), 'a link joins it to native stage "stage"');
  topology.addNode(numberedSource, {}, { id: "source" });
  equal(why("source"), undefined);
});
