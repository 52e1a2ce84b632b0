import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { appSource } from "../../core/app/app_source.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodePackage } from "../../sluice.gen.ts";
import type { Command } from "../schemas/commands.ts";
import { CommandLog } from "./command_log.ts";
import { isSameGraph } from "./documents.ts";

/** A tone that is mixed and measured. */
const BUILD: readonly Command[] = [
  { op: "add", id: "tone", type: "tone-source", config: { frequencyHz: 440 } },
  { op: "add", id: "mixer", type: "dynamic-mixer" },
  { op: "add", id: "gain", type: "gain", config: { gainDb: -6 }, lane: "sound" },
  { op: "add", id: "meter", type: "level-meter", lane: "sound" },
  { op: "connect", from: "tone.audio", to: "mixer.audioIn" },
  { op: "connect", from: "mixer.audioOut", to: "gain.audioIn" },
  { op: "connect", from: "gain.audioOut", to: "meter.audioIn", policy: "latest" },
];

async function makeLog(starts: boolean) {
  const runtime = new Runtime({ mode: "live", registry: new NodeRegistry([nodePackage]), endsWithSources: false });
  const log = new CommandLog(runtime);
  if (starts) await runtime.start();
  return { runtime, log, [Symbol.asyncDispose]: () => runtime[Symbol.asyncDispose]() };
}

for (const runs of [true, false]) {
  const graph = runs ? "a running graph" : "a graph that does not run";
  Deno.test(`commands build ${graph}, undo takes it back, and redo makes it again`, async () => {
    await using made = await makeLog(runs);
    const { runtime, log } = made;
    const empty = runtime.graph();
    const entry = await log.transact(BUILD, "test");
    equal(entry.results[4].to, "mixer.audioIn_0");
    deepEqual(entry.results[2].ports?.map(({ name, links }) => [name, links.length]), [["audioIn", 1], [
      "audioOut",
      1,
    ]]);
    const built = runtime.graph();
    await log.transact([{ op: "set", node: "tone", values: { frequencyHz: 880 } }], "test");
    await log.transact(
      [{ op: "remove", node: "gain" }, { op: "connect", from: "mixer.audioOut", to: "meter.audioIn" }],
      "test",
    );
    const last = runtime.graph();
    await log.undo("test");
    await log.undo("test");
    ok(isSameGraph(runtime.graph(), built), JSON.stringify([runtime.graph(), built], null, 1));
    await log.undo("test");
    ok(isSameGraph(runtime.graph(), { ...empty, lanes: runtime.graph().lanes! }));
    await rejects(log.undo("test"), { code: "Busy" });
    for (let k = 0; k < 3; k++) await log.redo("test");
    ok(isSameGraph(runtime.graph(), last), JSON.stringify([runtime.graph(), last], null, 1));
    await rejects(log.redo("test"), { code: "Busy" });
    equal(log.entries.length, 9);
  });
}

Deno.test("a transaction of which one command fails changes nothing, and the log says why", async () => {
  await using made = await makeLog(true);
  const { runtime, log } = made;
  const before = runtime.graph();
  await rejects(log.transact([...BUILD, { op: "connect", from: "tone.audio", to: "nobody.audioIn" }], "test"), {
    code: "NodeNotFound",
  });
  deepEqual(runtime.graph(), before);
  deepEqual(log.next, {});
  ok(log.entries[0].error?.includes("nobody"));
  await rejects(log.transact([...BUILD, { op: "connect", from: "tone", to: "meter" }], "test"), {
    code: "PortNotFound",
    message: /Cannot link node "tone" \(tone-source\): name its output: "tone\.audio"/,
  });
});

Deno.test("an edit of the script is an entry of its own, and can be undone", async () => {
  await using made = await makeLog(true);
  const { runtime, log } = made;
  await log.transact(BUILD, "test");
  await runtime.edit((edit) => edit.reconfigure("gain", { gainDb: -12 }));
  await log.transact([{ op: "bypass", node: "gain", on: true }], "test");
  deepEqual(log.entries.map(({ by }) => by), ["test", "script", "test"]);
  await log.undo("test");
  await log.undo("test");
  equal(runtime.graph().nodes.gain.config?.gainDb, -6);
});

Deno.test("changes of one live parameter in quick succession are one entry", async () => {
  await using made = await makeLog(true);
  const { runtime, log } = made;
  await log.transact(BUILD, "test");
  for (let gainDb = -20; gainDb < 0; gainDb++) await log.set("gain", "gainDb", gainDb, "page");
  equal(log.entries.length, 2);
  equal(runtime.graph().nodes.gain.config?.gainDb, -1);
  deepEqual([log.entries[1].title, log.next.undo], ["set gain.gainDb=-1", "set gain.gainDb=-1"]);
  await log.undo("page");
  equal(runtime.graph().nodes.gain.config?.gainDb, -6);
});

Deno.test("going back over what others did names it, and does it on force", async () => {
  await using made = await makeLog(true);
  const { runtime, log } = made;
  const { seq } = await log.transact(BUILD, "one");
  await log.transact([{ op: "set", node: "tone", values: { frequencyHz: 880 } }], "two");
  await rejects(log.back(seq, "one"), /set tone\.frequencyHz=880 \(two\)/);
  await log.back(seq, "one", true);
  equal(runtime.graph().nodes.tone.config?.frequencyHz, 440);
});

Deno.test("a renamed node has its links", async () => {
  await using made = await makeLog(true);
  const { runtime, log } = made;
  await log.transact(BUILD, "test");
  await log.transact([{ op: "rename", node: "gain", to: "volume" }], "test");
  deepEqual(runtime.links("volume.audioOut").map(({ to }) => to.node), ["meter"]);
  deepEqual(runtime.graph().nodes.volume, { ...runtime.graph().nodes.volume, type: "gain", config: { gainDb: -6 } });
});

Deno.test("a plan says what commands would do, or why they would be refused", async () => {
  await using made = await makeLog(true);
  const { runtime, log } = made;
  await log.transact(BUILD, "test");
  const before = runtime.graph();
  const plan = log.plan({ commands: [{ op: "replace", node: "gain", type: "limiter" }] });
  deepEqual(plan.replaced, [{ node: "gain", type: "limiter", lane: "sound", state: "lost" }]);
  equal(log.plan({ commands: [{ op: "remove", node: "nobody" }] }).refused?.code, "NodeNotFound");
  deepEqual(runtime.graph(), before);
});

Deno.test("a plan refuses a link whose frames are known to have a format that its input does not take", async () => {
  await using made = await makeLog(false);
  const { runtime, log } = made;
  const shape = { pixelFormat: "i420", width: 16, height: 16 } as const;
  const source = runtime.add(appSource.video(shape), { id: "pictures" });
  runtime.addByType("delay", { delayFrames: 0 }, { id: "delay" });
  runtime.connectByName("pictures.video", "delay.frameIn");
  runtime.addByType("valve", {}, { id: "reader" });
  runtime.connectByName("delay.frameOut", "reader.frameIn");
  await runtime.start();
  const path = await Deno.makeTempDir();
  const commands: Command[] = [
    { op: "add", type: "image-sink", id: "files", config: { path: `${path}/%03d.png` } },
    { op: "connect", from: "delay.frameOut", to: "files.video" },
  ];
  equal(log.plan({ commands }).refused, undefined);
  await source.push({ planes: [new Uint8Array(256), new Uint8Array(64), new Uint8Array(64)] });
  const untilMs = performance.now() + 5_000;
  while (log.plan({ commands }).refused === undefined && performance.now() < untilMs) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { refused } = log.plan({ commands });
  match(`${refused?.code} ${refused?.message}`, /^TypeMismatch .*"files.video".*i420.*rgba8/);
  await rejects(log.transact(commands, "test"));
  await Deno.remove(path, { recursive: true });
});

Deno.test("commands of nodes alone are in the log, and no step of undo", async () => {
  await using made = await makeLog(true);
  const { log } = made;
  await log.transact([{ op: "add", type: "loudness", id: "level" }], "test");
  const { seq } = await log.transact([{ op: "command", node: "level", name: "reset" }], "test");
  deepEqual([log.entries.at(-1)?.seq, log.entries.at(-1)?.title, log.next.undo], [seq, "reset of level", "add level"]);
  await log.undo("test");
  equal(Object.keys(log.document.nodes).length, 0);
});

Deno.test("a start waits for the edits before it, and those after it for the start", async () => {
  await using made = await makeLog(false);
  const { runtime, log } = made;
  const nodes: number[] = [];
  using _events = runtime.events.on("runtime", () => void nodes.push(Object.keys(runtime.graph().nodes).length));
  const before = log.transact(BUILD, "test");
  const started = log.start();
  const after = log.transact([{ op: "set", node: "gain", values: { gainDb: -3 } }], "test");
  await Promise.all([before, started, after]);
  equal(nodes[0], 4, "the graph starts with the nodes of the edit before");
  equal(runtime.running, true);
  equal(runtime.graph().nodes.gain.config?.gainDb, -3);
});

Deno.test("a document is applied by what differs alone", async () => {
  await using made = await makeLog(true);
  const { runtime, log } = made;
  await log.transact(BUILD, "test");
  const graph = runtime.graph();
  const target = { ...graph, nodes: { ...graph.nodes, gain: { ...graph.nodes.gain, config: { gainDb: 3 } } } };
  const { commands, title } = await log.apply(target, "test");
  equal(title, "apply a document: set gain.gainDb=3");
  deepEqual(commands, [{ op: "set", node: "gain", values: { gainDb: 3 } }]);
  ok(isSameGraph(runtime.graph(), target));
  equal((await log.apply(target, "test")).title, "apply a document: nothing changes");
});

Deno.test("a bypassed node that a type replaces which cannot be bypassed comes back by undo, and goes by redo", async () => {
  await using made = await makeLog(true);
  const { runtime, log } = made;
  await log.transact([{ op: "add", id: "gain", type: "gain" }, { op: "bypass", node: "gain", on: true }], "test");
  const bypassed = runtime.graph();
  await log.transact([{ op: "replace", node: "gain", type: "level-meter" }], "test");
  const replaced = runtime.graph();
  await log.undo("test");
  ok(isSameGraph(runtime.graph(), bypassed));
  await log.redo("test");
  ok(isSameGraph(runtime.graph(), replaced));
});

Deno.test("changes of a live parameter are entries of their own for each client, key and second, and after an edit", async () => {
  await using made = await makeLog(true);
  const { log } = made;
  await log.transact(BUILD, "test");
  const count = () => log.entries.length;
  await log.set("gain", "gainDb", -1, "one");
  await log.set("gain", "gainDb", -2, "two");
  equal(count(), 3);
  await log.transact([{ op: "bypass", node: "gain", on: true }], "two");
  await log.set("gain", "gainDb", -3, "two");
  equal(count(), 5);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  await log.set("gain", "gainDb", -4, "two");
  equal(count(), 6);
});

Deno.test("a recorder that comes back begins a new file, which the entry says", async () => {
  const folder = await Deno.makeTempDir();
  await using made = await makeLog(false);
  const { log } = made;
  const config = { path: `${folder}/a.wav` };
  const { notes } = await log.transact([{ op: "add", id: "file", type: "wav-sink", config }], "test");
  deepEqual(notes, []);
  await log.transact([{ op: "remove", node: "file" }], "test");
  deepEqual((await log.undo("test")).notes, ['"file" begins a new file: what it wrote before is finished']);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a log keeps the newest 1,000 entries, and goes back as far", async () => {
  await using made = await makeLog(false);
  const { log } = made;
  await log.transact([{ op: "add", id: "gain", type: "gain" }], "test");
  for (let k = 1; k <= 1_010; k++) {
    await log.transact([{ op: "place", node: "gain", position: { x: k, y: 0 } }], "test");
  }
  deepEqual([log.entries.length, log.entries[0].seq, log.entries.at(-1)?.seq], [1_000, 12, 1_011]);
  let steps = 0;
  for (; log.next.undo !== undefined; steps++) await log.undo("test");
  equal(steps, 999);
});

Deno.test("a link keeps the time at which it was made, also in answers about a node that is replaced later", async () => {
  await using made = await makeLog(true);
  const { log } = made;
  const linksOf = ({ results }: Awaited<ReturnType<typeof log.transact>>, k: number) =>
    results[k].ports!.flatMap(({ links }) => links.map(({ link, createdAt }) => `${link} ${createdAt}`));
  const before = linksOf(await log.transact(BUILD, "test"), 2);
  equal(before.length, 2);
  await new Promise((resolve) => setTimeout(resolve, 5));
  deepEqual(linksOf(await log.transact([{ op: "replace", node: "gain", type: "limiter" }], "test"), 0), before);
});

Deno.test("an edit whose node refuses a command afterwards is an entry with the reason, and can be undone", async () => {
  await using made = await makeLog(true);
  const { runtime, log } = made;
  const commands: Command[] = [
    { op: "add", type: "loudness", id: "level" },
    { op: "command", node: "level", name: "none" },
  ];
  await rejects(log.transact(commands, "test"), { code: "InvalidConfig" });
  deepEqual(Object.keys(runtime.graph().nodes), ["level"]);
  match(log.entries[0].error!, /none/);
  match(log.next.undo!, /^add level/);
  await log.undo("test");
  deepEqual(log.entries.map(({ by, kind }) => `${by} ${kind}`), ["test edit", "test undo"]);
  deepEqual(runtime.graph().nodes, {});
});

Deno.test("a value that is there already is an entry, and no step of undo", async () => {
  await using made = await makeLog(true);
  const { runtime, log } = made;
  await log.transact(BUILD, "one");
  await log.transact([{ op: "set", node: "tone", values: { frequencyHz: 880 } }], "one");
  await log.transact([{ op: "set", node: "tone", values: { frequencyHz: 880 } }], "one");
  await log.set("tone", "frequencyHz", 880, "two");
  equal(log.entries.length, 4);
  await log.undo("one");
  equal(runtime.graph().nodes.tone.config?.frequencyHz, 440);
});
