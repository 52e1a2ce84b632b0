import { deepEqual, doesNotThrow, equal, throws } from "node:assert/strict";
import { fixture, port } from "../../tests/fixtures/define.ts";
import { nodePackage, nodes } from "../../sluice.gen.ts";
import type { PortDescriptor } from "../descriptor/descriptor.ts";
import { NodeRegistry } from "../registry/node_registry.ts";
import { type AnyNodeType, definePackage } from "../registry/node_type.ts";
import { Runtime } from "../runtime.ts";
import { wantedValues } from "../runtime/script_nodes.ts";
import { splitAddress } from "../ids.ts";
import { Topology } from "../topology.ts";
import { checkGraph } from "./load.ts";

type Data = Pick<PortDescriptor, "schema" | "generic">;

const data = (name: string, direction: "input" | "output", type: string, parts: Data = { schema: type }) =>
  port({ name, direction, kind: "data", type: `DataFrame<${type}>`, optional: direction === "input", ...parts });
const generic = (argument: string, ...parameters: string[]): Data => ({
  schema: "unknown",
  generic: { argument, parameters },
});
const idle = () => ({ process: () => {} });
const source = (type: string, value: string) =>
  fixture(idle, { type, mode: "loop", ports: [data("out", "output", value)] });
const taker = (type: string, value: string) => fixture(idle, { type, ports: [data("in", "input", value)] });

const TYPES = {
  peaks: source("peaks", "Peak"),
  levels: source("levels", "Level"),
  anything: source("anything", "unknown"),
  takesPeaks: taker("takes-peaks", "Peak"),
  takesLevels: taker("takes-levels", "Level"),
  takesAll: taker("takes-all", "unknown"),
  takesPairs: taker("takes-pairs", "Pair<Peak,Level>"),
  converter: fixture(idle, {
    type: "converter",
    ports: [data("in", "input", "Peak"), data("out", "output", "Level")],
  }),
  zip: fixture(idle, {
    type: "zip",
    ports: [
      data("a", "input", "A", generic("A", "A")),
      data("b", "input", "B", generic("B", "B")),
      data("pairs", "output", "Pair<A,B>", generic("Pair<A,B>", "A", "B")),
    ],
  }),
};
const registry = new NodeRegistry([
  definePackage({ name: "fixtures", url: "", sources: {}, nodes: Object.values(TYPES) as AnyNodeType[] }),
  nodePackage,
]);

/** A graph of nodes named after their types, with links in the order given. */
function graph(...links: readonly string[]): { version: 1; nodes: Record<string, unknown>; links: unknown[] } {
  const ends = links.map((link) => link.split(" > "));
  const ids = new Set(ends.flat().map((end) => end.split(".")[0]));
  const typed = [...ids].map((id) => [id, { type: id.replace(/-?\d+$/, "") }]);
  return { version: 1, nodes: Object.fromEntries(typed), links: ends.map(([from, to]) => ({ from, to })) };
}

/** What is wrong with a graph's links: in a file, and by name. Both must say the same. */
function refusals(...links: readonly string[]): string[] {
  const { nodes: added, links: linked } = graph(...links);
  const { errors } = checkGraph(JSON.stringify(graph(...links)), "g.json", registry);
  const inFile = errors.map(({ message }) => message.replace(/^\S+ /, "")).filter((each) =>
    // What has no link yet is no business of a runtime that is being built.
    !each.includes("no link leads to")
  );
  const runtime = new Runtime({ native: "off", registry });
  for (const [id, { type }] of Object.entries(added as Record<string, { type: string }>)) {
    runtime.addByType(type, {}, { id });
  }
  const byName = (linked as { from: string; to: string }[]).flatMap(({ from, to }) => {
    try {
      runtime.connectByName(from, to);
      return [];
    } catch (error) {
      return [(error as Error).message];
    }
  });
  deepEqual(inFile, byName);
  return inFile;
}

Deno.test("a flow node hands on the type that its link brings", () => {
  deepEqual(refusals("peaks.out > delay.frameIn", "delay.frameOut > takes-peaks.in"), []);
  deepEqual(refusals("peaks.out > delay.frameIn", "delay.frameOut > takes-levels.in"), [
    'Cannot link "delay.frameOut" to "takes-levels.in": the output carries DataFrame<Peak> (from "peaks.out"), ' +
    "wanted DataFrame<Level>",
  ]);
});

Deno.test("a flow node takes the type that what reads it wants", () => {
  deepEqual(refusals("delay.frameOut > takes-levels.in", "peaks.out > delay.frameIn"), [
    'Cannot link "peaks.out" to "delay.frameIn": the output carries DataFrame<Peak>, wanted DataFrame<Level> (for ' +
    '"takes-levels.in")',
  ]);
});

Deno.test("a type goes through any number of flow nodes, and through each element of an array port", () => {
  const chain = [
    "delay.frameOut > valve.frameIn",
    "valve.frameOut > switch.frameIn_4",
    "peaks.out > switch.frameIn_0",
    "switch.frameOut > throttle.frameIn",
  ];
  deepEqual(refusals(...chain, "throttle.frameOut > takes-peaks.in"), []);
  deepEqual(refusals(...chain, "levels.out > delay.frameIn"), [
    'Cannot link "levels.out" to "delay.frameIn": the output carries DataFrame<Level>, wanted DataFrame<Peak> ' +
    '(from "peaks.out")',
  ]);
});

Deno.test("ports of any value tell nothing of a type, and hide none", () => {
  deepEqual(refusals("anything.out > delay.frameIn", "delay.frameOut > takes-levels.in"), []);
  deepEqual(
    refusals(
      "peaks.out > delay.frameIn",
      "delay.frameOut > takes-all.in",
      "delay.frameOut > takes-levels.in",
    ).length,
    1,
  );
});

Deno.test("an output made of several types has that of each input in its own", () => {
  const joined = ["peaks.out > zip.a", "zip.pairs > delay.frameIn", "delay.frameOut > takes-pairs.in"];
  deepEqual(refusals(...joined, "levels.out > zip.b"), []);
  deepEqual(refusals(...joined, "peaks-2.out > zip.b"), [
    'Cannot link "peaks-2.out" to "zip.b": the output carries DataFrame<Peak>, wanted DataFrame<Level> (for ' +
    '"takes-pairs.in"); inputs of "zip" that take it: "a"',
  ]);
  deepEqual(refusals("zip.pairs > takes-levels.in"), [
    'Cannot link "zip.pairs" to "takes-levels.in": the output carries DataFrame<Pair<unknown,unknown>>, wanted ' +
    "DataFrame<Level>",
  ]);
});

Deno.test("a port carries the value schema of what its links say, and none of a part of that", () => {
  const peak = { type: "number" } as const;
  const takerOf = (type: string, valueSchema: PortDescriptor["valueSchema"]) =>
    fixture(idle, { type: "taker", ports: [{ ...data("in", "input", type), valueSchema }] });
  const topology = new Topology({ mode: "live" });
  const add = (id: string, type: AnyNodeType) => void topology.addNode(type, {}, { id });
  const link = (from: string, to: string) => topology.addLink(splitAddress(from), splitAddress(to), {});
  const wanted = wantedValues(topology, "anything");
  add("anything", TYPES.anything);
  add("delay", nodes.delay);
  add("other", nodes.delay);
  add("zip", TYPES.zip);
  add("peaks", takerOf("Peak", peak));
  add("pairs", takerOf("Pair<Peak,Level>", { type: "object" }));
  link("anything.out", "delay.frameIn");
  deepEqual(wanted(), []);
  link("delay.frameOut", "peaks.in");
  const first = { address: "delay.frameIn", type: "Peak", schema: peak };
  deepEqual(wanted(), [first]);
  link("anything.out", "other.frameIn");
  link("other.frameOut", "zip.a");
  link("zip.pairs", "pairs.in");
  equal(topology.carried.of("other", "frameIn", nodes.delay.descriptor.inputs[0]).schema, "Peak");
  deepEqual(wanted(), [first], "the schema of a pair says nothing of its first half");
});

Deno.test("no type can have itself in it", () => {
  deepEqual(refusals("zip.pairs > delay.frameIn", "delay.frameOut > zip.a").length, 1);
});

Deno.test("audio keeps the number of channels that its type says", () => {
  const audio = (name: string, direction: "input" | "output", channels: number) =>
    port({ name, direction, kind: "audio", type: `AudioFrame<${channels}>`, channels });
  const mono = fixture(idle, { type: "mono", mode: "loop", ports: [audio("out", "output", 1)] });
  const stereo = fixture(idle, { type: "stereo", ports: [audio("in", "input", 2)] });
  const runtime = new Runtime({ native: "off", registry });
  const valve = runtime.add(nodes.valve(), { id: "valve" });
  runtime.add(mono(), { id: "mono" });
  runtime.add(stereo(), { id: "stereo" });
  runtime.connectByName("mono.out", "valve.frameIn");
  equal(runtime.portInfo(valve.id)[1].type, "AudioFrame<1>");
  throws(() => runtime.connectByName("valve.frameOut", "stereo.in"), {
    code: "TypeMismatch",
    message:
      'Cannot link "valve.frameOut" to "stereo.in": the output has 1 channel (from "mono.out"), wanted 2; put a ' +
      'node between that converts them: "channel-mapper"',
    expected: "2 channels",
    actual: "1 channel",
  });
});

Deno.test("Runtime.portInfo() gives the types that links bring", () => {
  const runtime = new Runtime({ native: "off", registry });
  const types = () => runtime.portInfo("delay").map(({ type }) => type);
  runtime.addByType("delay", {}, { id: "delay" });
  runtime.addByType("takes-peaks", {}, { id: "peaks" });
  deepEqual(types(), ["Frame", "Frame"]);
  runtime.connectByName("delay.frameOut", "peaks.in");
  deepEqual(types(), ["DataFrame<Peak>", "DataFrame<Peak>"]);
});

Deno.test("Runtime.edit() checks types through flow nodes: of links, of nodes that are replaced", async () => {
  await using runtime = new Runtime({ native: "off", registry });
  for (const type of ["peaks", "delay", "takes-peaks", "levels"]) runtime.addByType(type, {}, { id: type });
  runtime.connectByName("peaks.out", "delay.frameIn");
  runtime.connectByName("delay.frameOut", "takes-peaks.in");
  const refuses = async (change: Parameters<Runtime["edit"]>[0], message: RegExp) => {
    let thrown: unknown;
    await runtime.edit(change).catch((error) => thrown = error);
    equal((thrown as { code?: string })?.code, "TypeMismatch");
    throws(() => {
      throw thrown;
    }, { message });
  };
  await refuses(
    (edit) => edit.replace("peaks", TYPES.levels() as never),
    /the output carries DataFrame<Level>, wanted DataFrame<Peak> \(for "takes-peaks\.in"\)/,
  );
  await refuses((edit) => {
    edit.add(TYPES.takesLevels() as never, { id: "late" });
    edit.connectByName("delay.frameOut", "late.in");
  }, /the output carries DataFrame<Peak> \(from "peaks\.out"\), wanted DataFrame<Level>/);
  await runtime.edit((edit) => {
    edit.remove("takes-peaks");
    edit.replace("peaks", TYPES.levels() as never);
  });
  equal(runtime.portInfo("delay")[1].type, "DataFrame<Level>");
});

Deno.test("a node that makes one type of another cannot be bypassed", () => {
  const runtime = new Runtime({ native: "off", registry });
  throws(() => runtime.addByType("converter", {}, { bypassed: true }), {
    code: "InvalidGraph",
    message: 'Cannot bypass node "converter" (converter): only a node with one input and one output of the same type ' +
      "can be bypassed",
  });
  doesNotThrow(() => runtime.addByType("delay", {}, { bypassed: true }));
});

Deno.test("a link that is refused, or taken out again, leaves nothing behind in the types of others", () => {
  const runtime = new Runtime({ native: "off", registry });
  for (const id of ["levels", "peaks", "takes-peaks", "delay"]) runtime.addByType(id, {}, { id });
  throws(() => runtime.connectByName("peaks.out", "delay.frameIn", { capacity: -1 }), { code: "InvalidGraph" });
  equal(runtime.portInfo("delay")[0].type, "Frame");
  runtime.connectByName("delay.frameOut", "takes-peaks.in");
  throws(() => runtime.connectByName("levels.out", "delay.frameIn"), { code: "TypeMismatch" });
  throws(() => runtime.connectByName("peaks.out", "delay.frameIn", { capacity: -1 }));
  equal(runtime.portInfo("delay")[0].type, "DataFrame<Peak>");
  runtime.connectByName("peaks.out", "delay.frameIn");
});

Deno.test("a chain of a thousand flow nodes carries its type, whatever order its links are made in", () => {
  for (const backwards of [false, true]) {
    const runtime = new Runtime({ native: "off", registry });
    const last = 999;
    for (let k = 0; k <= last; k++) runtime.add(nodes.delay(), { id: `d${k}` });
    runtime.addByType("peaks", {}, { id: "peaks" });
    runtime.addByType("takes-levels", {}, { id: "sink" });
    runtime.connectByName("peaks.out", "d0.frameIn");
    const links = Array.from({ length: last }, (_, k) => k);
    for (const k of backwards ? links.reverse() : links) {
      runtime.connectByName(`d${k}.frameOut`, `d${k + 1}.frameIn`);
    }
    throws(() => runtime.connectByName(`d${last}.frameOut`, "sink.in"), { code: "TypeMismatch" });
  }
});
