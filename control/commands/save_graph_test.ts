import { deepEqual, equal, match, rejects, throws } from "node:assert/strict";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { buildGraph, graphOptions } from "../../core/graph/build.ts";
import { parseGraph } from "../../core/graph/load.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodePackage } from "../../sluice.gen.ts";
import { isSameGraph } from "./documents.ts";
import { GraphStore } from "./graph_store.ts";
import { rewriteGraph } from "./save_graph.ts";

const registry = new NodeRegistry([nodePackage]);

const FILE = `{
  "version": 1, "mode": "live",
  "nodes": {
    "tone":  { "type": "tone-source", "config": { "frequencyHz": 440, "amplitude": 0.5 } },
    "gain":  { "type": "gain" },
    "meter": { "type": "level-meter" }
  },
  "links": [
    { "from": "tone.audio", "to": "gain.audioIn" },
    { "from": "gain.audioOut", "to": "meter.audioIn" }
  ]
}
`;

function load(text: string): Runtime {
  const document = parseGraph(text, "test.json", registry);
  const runtime = new Runtime({ ...graphOptions(document), registry });
  buildGraph(document, runtime);
  return runtime;
}

async function saved(change: (runtime: Runtime) => unknown): Promise<string> {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(path, FILE);
  await using runtime = load(FILE);
  await change(runtime);
  await new GraphStore(runtime, path).save();
  const text = await Deno.readTextFile(path);
  await using again = load(text);
  deepEqual(isSameGraph(again.graph(), runtime.graph()), true, text);
  await Deno.remove(path);
  return text;
}

Deno.test("a graph that has not changed is saved as the text that it was", async () => {
  equal(await saved(() => {}), FILE);
});

Deno.test("only what has changed is written: the rest of the file stays as it was laid out", async () => {
  const set = await saved((runtime) => runtime.setConfig("tone", "frequencyHz", 880));
  equal(set, FILE.replace("440", "880"));
  const removed = await saved((runtime) => runtime.remove("meter"));
  equal(
    removed.includes('"tone":  { "type": "tone-source", "config": { "frequencyHz": 440, "amplitude": 0.5 } }'),
    true,
  );
  await saved((runtime) =>
    runtime.edit((edit) => {
      edit.remove("gain");
      edit.addByType("limiter", {}, { id: "limiter", lane: "other" });
      edit.connectByName("tone.audio", "limiter.audioIn");
      edit.connectByName("limiter.audioOut", "meter.audioIn");
      edit.bypass("limiter");
    })
  );
  await saved((runtime) => runtime.edit((edit) => edit.disconnect(runtime.links("gain.audioIn")[0].id)));
});

Deno.test("another file that exists is overwritten on force alone", async () => {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  await using runtime = load(FILE);
  const store = new GraphStore(runtime, undefined);
  await rejects(store.save(path), { code: "Busy" });
  await rejects(store.save(), /it came from no file/);
  await store.save(path, true);
  await using again = load(await Deno.readTextFile(path));
  deepEqual(again.graph(), runtime.graph());
  await Deno.remove(path);
});

Deno.test("a file with sub-graphs is not overwritten by their nodes", () => {
  const text = '{ "version": 1, "nodes": { "voice": { "graph": "voice.json" } } }';
  throws(() => rewriteGraph(text, { version: 1, nodes: {} }, { version: 1, nodes: {} }), /has sub-graphs/);
});

Deno.test("no graph is saved over the server's journal, and a link to a file stays a link", async () => {
  const folder = await Deno.makeTempDir();
  const [journal, file, link] = ["changes.jsonl", "graph.json", "link.json"].map((name) => `${folder}/${name}`);
  await Deno.writeTextFile(journal, "{}\n");
  await Deno.writeTextFile(file, FILE);
  await Deno.symlink(file, link);
  await Deno.symlink(journal, `${folder}/hidden.json`);
  await using runtime = load(FILE);
  const store = new GraphStore(runtime, link, journal);
  for (const path of [journal, `${folder}/hidden.json`, `${folder}/../${folder.split("/").at(-1)}/changes.jsonl`]) {
    await rejects(store.save(path, true), { code: "InvalidConfig", message: /it is the journal of this server/ });
  }
  equal(await Deno.readTextFile(journal), "{}\n");
  await runtime.setConfig("tone", "frequencyHz", 880);
  await store.save();
  // By its own name it is the graph's file as well.
  await store.save(file);
  equal((await Deno.lstat(link)).isSymlink, true);
  equal(await Deno.readTextFile(file), FILE.replace("440", "880"));
  deepEqual(
    (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort(),
    ["changes.jsonl", "graph.json", "hidden.json", "link.json"],
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a file that others have changed since it was read is not saved over, unless that is said", async () => {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(path, JSON.stringify({ version: 1, nodes: {}, links: [] }));
  await using runtime = new Runtime({ registry: new NodeRegistry([nodePackage]) });
  const store = new GraphStore(runtime, path);
  runtime.addByType("tone-source", {}, { id: "tone" });
  await store.save();
  const theirs = (await Deno.readTextFile(path)).replace("tone-source", "chord-source");
  await Deno.writeTextFile(path, theirs);
  await rejects(store.save(), { code: "Busy", message: /the file was changed since the graph was read from it/ });
  equal(await Deno.readTextFile(path), theirs);
  await store.save(undefined, true);
  match(await Deno.readTextFile(path), /tone-source/);
  await store.save();
  await Deno.remove(path);
});
