/**
 * What an editor makes of the schema: a JSON language service is asked for completions, hover texts and mistakes in a
 * graph file. `|` marks the place.
 *
 * @module
 */
import assert from "node:assert/strict";
import { getLanguageService, type LanguageService, TextDocument } from "vscode-json-languageservice";

const SCHEMA_URI = "file:///sluice.schema.json";

async function serviceOf(): Promise<LanguageService> {
  const text = await Deno.readTextFile(new URL("../../sluice.schema.json", import.meta.url));
  const service = getLanguageService({ schemaRequestService: () => Promise.reject(new Error("no network")) });
  service.configure({ schemas: [{ uri: SCHEMA_URI, fileMatch: ["*"], schema: JSON.parse(text) }] });
  return service;
}

function documentOf(marked: string): { document: TextDocument; offset: number } {
  const offset = marked.indexOf("|");
  const text = marked.replace("|", "");
  return { document: TextDocument.create("file:///graph.json", "json", 1, text), offset };
}

async function complete(marked: string): Promise<{ label: string; documentation: string }[]> {
  const service = await serviceOf();
  const { document, offset } = documentOf(marked);
  const list = await service.doComplete(document, document.positionAt(offset), service.parseJSONDocument(document));
  return (list?.items ?? []).map(({ label, documentation }) => ({
    label: label.replaceAll('"', ""),
    documentation: typeof documentation === "string" ? documentation : documentation?.value ?? "",
  }));
}

async function mistakes(text: string): Promise<string[]> {
  const service = await serviceOf();
  const { document } = documentOf(text);
  const found = await service.doValidation(document, service.parseJSONDocument(document));
  return found.map(({ message, range }) => `${range.start.line + 1}:${range.start.character + 1} ${message}`);
}

Deno.test("the graph schema completes the keys of a graph", async () => {
  const labels = (await complete(`{ "version": 1, | }`)).map((each) => each.label);
  for (const key of ["nodes", "links", "mode", "pools", "lanes"]) assert.ok(labels.includes(key), key);
  assert.ok(!labels.includes("version"));
});

Deno.test("the graph schema completes node types, with what each is for and its ports", async () => {
  const items = await complete(`{ "version": 1, "nodes": { "a": { "type": "|" } } }`);
  const gain = items.find((each) => each.label === "gain");
  assert.ok(gain !== undefined);
  assert.match(gain.documentation, /Inputs: audioIn \(AudioFrame\)\. Outputs: audioOut \(AudioFrame\)\./);
  assert.ok(items.some((each) => each.label === "mixer"));
});

Deno.test("the graph schema completes the configuration keys of that node type alone, with their docs", async () => {
  const items = await complete(`{ "version": 1, "nodes": { "a": { "type": "gain", "config": { | } } } }`);
  assert.deepEqual(items.map((each) => each.label), ["gainDb"]);
  assert.match(items[0].documentation, /halves/);
});

Deno.test("the graph schema completes words that a configuration key allows", async () => {
  const items = await complete(
    `{ "version": 1, "nodes": { "a": { "type": "mixer", "config": { "strategy": | } } } }`,
  );
  assert.deepEqual(items.map((each) => each.label).sort(), ["average", "sum"]);
});

Deno.test("the graph schema completes the policies of a link", async () => {
  const items = await complete(`{ "version": 1, "nodes": {}, "links": [{ "from": "a.b", "to": "c.d", "policy": | }] }`);
  assert.deepEqual(items.map((each) => each.label).sort(), ["drop-newest", "latest", "lossless", "roll-off"]);
});

Deno.test("the graph schema completes the keys, kinds and priorities of a lane", async () => {
  const inLane = async (text: string) =>
    (await complete(`{ "version": 1, "nodes": {}, "lanes": { "rt": { ${text} } } }`)).map((each) => each.label).sort();
  assert.deepEqual(await inLane("|"), ["cpus", "kind", "priority"]);
  assert.deepEqual(await inLane(`"kind": |`), ["main", "native", "worker"]);
  assert.deepEqual(await inLane(`"kind": "native", "priority": |`), ["high", "normal", "realtime"]);
});

Deno.test("the graph schema marks options of other lanes on main, wrong processors and wrong pools", async () => {
  const around = (lanes: string, pools = "{}") =>
    `{ "version": 1, "nodes": {},\n"pools": ${pools},\n"lanes": ${lanes} }`;
  const fine =
    `{ "rt": { "kind": "native", "priority": "realtime", "cpus": [0, 1] }, "a": { "cpus": [2] }, "main": {} }`;
  assert.deepEqual(await mistakes(around(fine, `{ "audio": { "slots": 8 }, "big": { "slotBytes": 9 } }`)), []);
  for (
    const wrong of [
      `{ "a": { "kind": "main", "priority": "high" } }`,
      `{ "a": { "kind": "main", "cpus": [0] } }`,
      `{ "a": { "cpus": [] } }`,
      `{ "a": { "cpus": [1, 1] } }`,
      `{ "a": { "cpus": [1024] } }`,
      `{ "a": { "kind": "native", "priority": "top" } }`,
      `{ "main": { "kind": "native" } }`,
    ]
  ) {
    assert.deepEqual((await mistakes(around(wrong))).map((each) => each[0]), ["3"], wrong);
  }
  for (const wrong of [`{ "a": { "slots": 0 } }`, `{ "a": { "slotBytes": 1.5 } }`, `{ "a": { "size": 1 } }`]) {
    assert.deepEqual((await mistakes(around("{}", wrong))).map((each) => each[0]), ["2"], wrong);
  }
});

Deno.test("the graph schema completes the addresses of ports, of outputs and inputs each in their place", async () => {
  const from = (await complete(`{ "version": 1, "nodes": {}, "links": [{ "from": | }] }`)).map((each) => each.label);
  const to = (await complete(`{ "version": 1, "nodes": {}, "links": [{ "to": | }] }`)).map((each) => each.label);
  assert.ok(from.includes("gain.audioOut") && !from.includes("gain.audioIn"), from.join());
  assert.ok(to.includes("gain.audioIn") && to.includes("mixer.audioIn_0") && !to.includes("gain.audioOut"), to.join());
});

Deno.test("the graph schema shows a configuration key's doc where the pointer is", async () => {
  const service = await serviceOf();
  const { document, offset } = documentOf(
    `{ "version": 1, "nodes": { "a": { "type": "gain", "config": { "gain|Db": 3 } } } }`,
  );
  const hover = await service.doHover(document, document.positionAt(offset), service.parseJSONDocument(document));
  assert.match(JSON.stringify(hover?.contents), /halves/);
});

Deno.test("the graph schema marks wrong types, keys, values and addresses in their places", async () => {
  const found = await mistakes(`{
  "version": 1,
  "nodes": {
    "a": { "type": "gian" },
    "b": { "type": "gain", "config": { "gain": 3 } },
    "c": { "type": "gain", "config": { "gainDb": 300 } },
    "d": { "type": "wav-source" }
  },
  "links": [{ "from": "a", "to": "b.audioIn" }]
}`);
  const lines = found.map((each) => each.split(":")[0]);
  assert.deepEqual([...new Set(lines)], ["4", "5", "6", "7", "9"], found.join("\n"));
});

Deno.test("the graph schema finds nothing wrong with the examples", async () => {
  for await (const entry of Deno.readDir(new URL("../../examples/", import.meta.url))) {
    if (!entry.name.endsWith(".json")) continue;
    const text = await Deno.readTextFile(new URL(`../../examples/${entry.name}`, import.meta.url));
    // The service would load the file that the key names; here the schema is given.
    assert.deepEqual(await mistakes(text.replace(/"\$schema": "[^"]*",/, "")), [], entry.name);
  }
});
