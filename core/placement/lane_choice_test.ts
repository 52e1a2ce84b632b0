import { deepEqual, equal, throws } from "node:assert/strict";
import { nativeNodes } from "../registry/fixtures/test_stages.ts";
import { gathering, sink } from "../../tests/fixtures/scripted.ts";
import { appSource } from "../app/app_source.ts";
import { nodePackage, nodes } from "../../sluice.gen.ts";
import { buildGraph, graphOptions } from "../graph/build.ts";
import { parseGraph } from "../graph/load.ts";
import { NodeRegistry } from "../registry/node_registry.ts";
import { viewRuntime } from "../runtime_view.ts";
import { Runtime } from "../runtime.ts";
import { checkLaneOptions } from "./lane_choice.ts";

Deno.test("a name that no lane can have is refused as the name of a lane", () => {
  for (const name of ["my lane", "", "1st"]) {
    const refusal = {
      code: "InvalidGraph",
      message:
        `Cannot use "${name}" as the name of a lane: wanted 1 to 64 letters, digits, "_" or "-", starting with ` +
        'a letter or "_"',
    };
    throws(() => new Runtime({ native: "off" }).add(sink(gathering([])), { lane: name }), refusal);
    throws(() => new Runtime({ native: "off", lanes: { [name]: { kind: "native" } } }), refusal);
  }
});

Deno.test("a processor is refused on the lane of native stages, and a native stage on that of processors", () => {
  const runtime = new Runtime({ native: "off" });
  throws(() => runtime.add(sink(gathering([])), { id: "s", lane: "native" }), {
    code: "InvalidGraph",
    message: 'Cannot place node "s" (scripted-sink) on lane "native": it is a TypeScript processor, and the lane is ' +
      'of kind "native", which runs native stages only; give it a lane of another name, or none',
  });
  throws(() => runtime.add(nativeNodes.nativeSource(), { id: "n", lane: "worker" }), {
    code: "InvalidGraph",
    message: 'Cannot place node "n" (native-source) on lane "worker": it is a native stage, and the lane is of kind ' +
      '"worker"; give it a lane of kind native, or none',
  });
});

Deno.test("a node whose type runs on lane main only is refused on any other", () => {
  const runtime = new Runtime({ native: "off", lanes: { control: { kind: "main" } } });
  const refused = (lane: string) => ({
    code: "InvalidGraph",
    nodeId: "c",
    message: `Cannot place node "c" (scripted-sink) on lane "${lane}": its type runs on lane "main" only; ` +
      "give it that one, or none",
  });
  for (const lane of ["far", "worker"]) {
    throws(() => runtime.add(sink(gathering([])), { id: "c", lane }), refused(lane));
  }
  for (const [i, lane] of ["main", "control", undefined].entries()) {
    runtime.add(sink(gathering([])), { id: `c${i}`, lane });
  }
  throws(() => runtime.add(appSource.data(), { lane: "far" }), /its type runs on lane "main" only/);
});

Deno.test("what is said of a lane counts before what its name promises", () => {
  const runtime = new Runtime({ native: "off", lanes: { native: { kind: "worker" } } });
  runtime.add(nodes.gain(), { id: "s", lane: "native" });
});

Deno.test("checkLaneOptions() shows of processors that cannot be what is wrong, and no more than some", () => {
  const wanted = "wanted a list of different processor numbers from 0 to 1023";
  const refused = (cpus: unknown, found: string) =>
    throws(() => checkLaneOptions("a", { cpus: cpus as number[] }), {
      code: "InvalidConfig",
      message: `Cannot use lane "a": cpus is ${found}, ${wanted}`,
    });
  refused([0, 0], "[0,0]");
  refused([NaN, -0, Infinity, "1"], '[NaN,-0,Infinity,"1"]');
  refused(Array(2), "[undefined,undefined]");
  refused(Array.from({ length: 5_000 }, (_, k) => k), "[0,1,2,3,4,5,6,7,…], 5000 in all");
  refused("0", '"0"');
});

/** Whether the runtime chooses the lane of a node, and what a graph file says of that lane. */
function placed(runtime: Runtime, id: string): [lane: string, written: string | undefined] {
  return [viewRuntime(runtime).nodes.find((node) => node.id === id)!.lane, runtime.graph().nodes[id].lane];
}

Deno.test("lane auto begins as no lane does, and a graph file says auto", () => {
  const runtime = new Runtime({ native: "off" });
  runtime.add(nodes.gain(), { id: "chosen", lane: "auto" });
  runtime.add(nodes.gain(), { id: "usual" });
  runtime.add(nodes.gain(), { id: "urgent", lane: "auto", priority: "high" });
  runtime.add(appSource.data(), { id: "here", lane: "auto" });
  deepEqual(placed(runtime, "chosen"), ["worker", "auto"]);
  deepEqual(placed(runtime, "usual"), ["worker", "worker"]);
  deepEqual(placed(runtime, "urgent"), ["worker-high", "worker-high"]);
  deepEqual(placed(runtime, "here"), ["main", "main"]);
});

Deno.test("lanes auto makes that the default, alone and among other lanes, and survives a graph file", () => {
  for (const lanes of ["auto", { auto: {}, dsp: { kind: "worker" } }] as const) {
    const runtime = new Runtime({ native: "off", lanes });
    runtime.add(nodes.gain(), { id: "chosen" });
    runtime.add(nodes.gain(), { id: "named", lane: "dsp" });
    deepEqual(placed(runtime, "chosen"), ["worker", "auto"]);
    deepEqual(placed(runtime, "named"), ["dsp", "dsp"]);
    const registry = new NodeRegistry([nodePackage]);
    const document = parseGraph(JSON.stringify(runtime.graph()), "g.json", registry);
    const again = new Runtime({ native: "off", registry, ...graphOptions(document) });
    buildGraph(document, again);
    deepEqual(again.graph(), runtime.graph());
  }
});

Deno.test("lanes auto in a graph file is short for an entry of that name", () => {
  const registry = new NodeRegistry([nodePackage]);
  const text = (lanes: unknown) =>
    JSON.stringify({ version: 1, nodes: { a: { type: "gain" }, b: { type: "gain", lane: "worker" } }, lanes });
  const read = (lanes: unknown) => {
    const document = parseGraph(text(lanes), "g.json", registry);
    const runtime = new Runtime({ native: "off", registry, ...graphOptions(document) });
    buildGraph(document, runtime);
    return runtime.graph();
  };
  deepEqual(read("auto"), read({ auto: {} }));
  equal(read("auto").nodes.a.lane, "auto");
  equal(read("auto").nodes.b.lane, "worker");
  equal(read(undefined).nodes.a.lane, "worker");
  throws(() => read("other"), { code: "InvalidGraph" });
});

Deno.test("a move to a lane by name ends the runtime's choice, and one to auto begins it", async () => {
  const runtime = new Runtime({ native: "off" });
  runtime.add(nodes.gain(), { id: "g", lane: "auto" });
  await runtime.move("g", "dsp");
  deepEqual(placed(runtime, "g"), ["dsp", "dsp"]);
  await runtime.move("g", "auto");
  deepEqual(placed(runtime, "g"), ["worker", "auto"]);
  runtime.add(nodes.gain(), { id: "urgent", lane: "dsp", priority: "high" });
  await runtime.move("urgent", "auto");
  deepEqual(placed(runtime, "urgent"), ["worker-high", "worker-high"]);
});

Deno.test("lane auto takes no options", () => {
  throws(() => new Runtime({ native: "off", lanes: { auto: { priority: "high" } } }), {
    code: "InvalidConfig",
    key: "lanes.auto.priority",
    message: 'Cannot use lane "auto": it stands for lanes that the runtime chooses, which take no options; write {}',
  });
});
