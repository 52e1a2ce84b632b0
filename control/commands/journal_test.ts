import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import type { RuntimeOptions } from "../../core/runtime_options.ts";
import { nodePackage } from "../../sluice.gen.ts";
import { isSameGraph } from "./documents.ts";
import { firstGraph, openJournal } from "./journal.ts";

function makeRuntime(): Runtime {
  return new Runtime({ mode: "live", registry: new NodeRegistry([nodePackage]), endsWithSources: false });
}

/** Makes changes of each kind, and returns the graph and what the log says. */
async function change(path: string) {
  await using runtime = makeRuntime();
  using journal = await openJournal(path, runtime);
  const { log } = journal;
  await log.transact([
    { op: "add", id: "tone", type: "tone-source" },
    { op: "add", id: "gain", type: "gain" },
    { op: "connect", from: "tone.audio", to: "gain.audioIn" },
  ], "one");
  for (let gainDb = -5; gainDb < 0; gainDb++) await log.set("gain", "gainDb", gainDb, "one");
  await runtime.edit((edit) => void edit.addByType("limiter"));
  await log.transact([{ op: "remove", node: "limiter" }], "two");
  await log.undo("two");
  await log.redo("two");
  await log.back(1, "two", true);
  await rejects(log.transact([{ op: "remove", node: "nobody" }], "two"));
  await log.transact([{ op: "add", id: "meter", type: "level-meter" }], "two");
  return { graph: runtime.graph(), told: log.entries.filter(({ error }) => error === undefined) };
}

Deno.test("a journal is replayed to the same graph and the same log, and can be undone to its start", async () => {
  const path = await Deno.makeTempFile({ suffix: ".jsonl" });
  const { graph, told } = await change(path);
  await using runtime = makeRuntime();
  using journal = await openJournal(path, runtime);
  const { log } = journal;
  ok(isSameGraph(runtime.graph(), graph));
  const brief = (entries: typeof told) => entries.map(({ seq, by, at, kind }) => [seq, by, at, kind]);
  deepEqual(brief([...log.entries]), brief(told));
  while (log.next.undo !== undefined) await log.undo("three");
  deepEqual(runtime.graph().nodes, {});
  await Deno.remove(path);
});

Deno.test("a document that was applied is applied again, though a converter has gone with its link before its turn", async () => {
  const path = await Deno.makeTempFile({ suffix: ".jsonl" });
  {
    await using runtime = makeRuntime();
    using journal = await openJournal(path, runtime);
    const { log } = journal;
    await log.transact([
      { op: "add", id: "pictures", type: "image-source", config: { path: "a.png" } },
      { op: "add", id: "film", type: "ffmpeg-sink", config: { path: "a.mkv" } },
      { op: "connect", from: "pictures.video", to: "film.video", convert: "auto" },
    ], "one");
    ok("convert" in runtime.graph().nodes);
    const { film: _, convert: __, ...nodes } = runtime.graph().nodes;
    await log.apply({ ...runtime.graph(), nodes, links: [] }, "one");
  }
  await using runtime = makeRuntime();
  using journal = await openJournal(path, runtime);
  deepEqual([journal.replayed, Object.keys(runtime.graph().nodes)], [2, ["pictures"]]);
  await Deno.remove(path);
});

Deno.test("a journal that was cut off anywhere is replayed up to its last whole line", async () => {
  const path = await Deno.makeTempFile({ suffix: ".jsonl" });
  await change(path);
  const bytes = await Deno.readFile(path);
  for (let k = 0; k < 12; k++) {
    const length = Math.floor(bytes.length * (k + 0.5) / 12);
    await Deno.writeFile(path, bytes.subarray(0, length));
    await using runtime = makeRuntime();
    const journal = await openJournal(path, runtime);
    await journal.log.transact([{ op: "add", id: `late${k}`, type: "gain" }], "late");
    // Another process may keep it from now on.
    journal[Symbol.dispose]();
    await using again = makeRuntime();
    using replayed = await openJournal(path, again);
    ok(isSameGraph(replayed.log.document, runtime.graph()), `${length}`);
  }
  await Deno.remove(path);
});

Deno.test("a journal goes with each graph that it has, such as one that was saved, and with no other", async () => {
  const path = await Deno.makeTempFile({ suffix: ".jsonl" });
  const options = { mode: "live", capacity: 16, endsWithSources: false } as const;
  const registry = new NodeRegistry([nodePackage]);
  const open = async (gains: readonly string[], more: Partial<RuntimeOptions> = {}) => {
    await using runtime = new Runtime({ ...options, registry, ...more });
    for (const id of gains) runtime.addByType("gain", {}, { id });
    using journal = await openJournal(path, runtime);
    return Object.keys(journal.log.document.nodes);
  };
  {
    await using runtime = new Runtime({ ...options, registry });
    runtime.addByType("gain", {}, { id: "a" });
    using journal = await openJournal(path, runtime);
    for (const id of ["b", "c"]) await journal.log.transact([{ op: "add", id, type: "gain" }], "one");
  }
  for (const gains of [["a"], ["a", "b"], ["a", "b", "c"]]) deepEqual(await open(gains), ["a", "b", "c"]);
  await rejects(open(["b"]), /the graph file is none of its graphs/);
  await rejects(open([], { capacity: 8 }), /its first graph cannot be built/);
  const { capacity } = (await firstGraph(path))!;
  deepEqual(await open([], { capacity }), ["a", "b", "c"]);
  await Deno.remove(path);
});

Deno.test("a file that is no journal, or of another graph, is refused with the reason", async () => {
  const path = await Deno.makeTempFile({ suffix: ".jsonl" });
  const open = async (text: string) => {
    await Deno.writeTextFile(path, text);
    await using runtime = makeRuntime();
    runtime.addByType("gain");
    (await openJournal(path, runtime))[Symbol.dispose]();
  };
  const header =
    '{"journal":1,"document":{"version":1,"mode":"live","endsWithSources":false,"nodes":{},"links":[],"pools":{},"lanes":{}}}\n';
  await rejects(open("hello\n"), /line 1 is no JSON/);
  await rejects(open("hello"), /it is no journal/);
  await rejects(open('{"journal":2}\n'), /line 1 is no entry of a journal/);
  await rejects(open(header), /the graph file is none of its graphs/);
  const entry = { seq: 1, at: new Date().toISOString(), by: "x", kind: "edit", commands: [], hash: "0" };
  await Deno.writeTextFile(path, `${header}${JSON.stringify(entry)}\n`);
  await using runtime = makeRuntime();
  await rejects(openJournal(path, runtime), /entry 1 leads to another graph/);
  equal((await Deno.readTextFile(path)).split("\n").length, 3);
  await Deno.remove(path);
});

Deno.test("a journal with text beyond ASCII is cut after its last whole line, and goes on", async () => {
  const path = await Deno.makeTempFile({ suffix: ".jsonl" });
  {
    await using runtime = makeRuntime();
    using journal = await openJournal(path, runtime);
    for (const id of ["a", "b"]) await journal.log.transact([{ op: "add", id, type: "gain" }], "Zoë 音");
  }
  const whole = await Deno.readFile(path);
  await Deno.writeTextFile(path, '{"seq":3,"at":"2026', { append: true });
  {
    await using runtime = makeRuntime();
    using journal = await openJournal(path, runtime);
    equal(journal.replayed, 2);
  }
  deepEqual(await Deno.readFile(path), whole);
  await Deno.remove(path);
});

Deno.test("a journal whose entries were changed since is refused at the first of them that leads elsewhere", async () => {
  const path = await Deno.makeTempFile({ suffix: ".jsonl" });
  await change(path);
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, text.replace('"type":"tone-source"}', '"type":"chord-source"}'));
  await using runtime = makeRuntime();
  await rejects(openJournal(path, runtime), /entry 1 leads to another graph than it did/);
  await Deno.remove(path);
});

Deno.test("a journal of more than 512 MiB is not read", async () => {
  const path = await Deno.makeTempFile({ suffix: ".jsonl" });
  // A file with a hole takes no room.
  await Deno.truncate(path, 512 * 2 ** 20 + 1);
  await using runtime = makeRuntime();
  await rejects(openJournal(path, runtime), /it has 536870913 bytes, and at most 536870912 are read/);
  await Deno.remove(path);
});
