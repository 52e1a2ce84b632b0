import assert from "node:assert/strict";
import { join } from "node:path";
import { checkGraph, parseGraph } from "./load.ts";
import { fixtureRegistry } from "./node_types_fixture_test.ts";
import { rare } from "../../tests/fixtures/rare.ts";

const REGISTRY = fixtureRegistry();
const VOICE = {
  version: 1,
  nodes: {
    gain: { type: "gain", config: { gainDb: -6 } },
    second: { type: "gain", lane: "dsp" },
  },
  links: [{ from: "gain.audioOut", to: "second.audioIn", policy: "lossless", capacity: 4 }],
  inputs: { audio: "gain.audioIn" },
  outputs: { audio: "second.audioOut" },
};
const SOURCE = { type: "wav-source", config: { path: "a.wav" } };
const SINK = { type: "wav-sink", config: { path: "b.wav" } };

/** A folder with graph files, which is removed afterwards. */
async function withFiles(files: Record<string, unknown>, use: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      await Deno.mkdir(join(folder, name, ".."), { recursive: true });
      await Deno.writeTextFile(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
    }
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function outer(nodes: Record<string, unknown>, links: [string, string][], more: object = {}): string {
  return JSON.stringify({ version: 1, nodes, links: links.map(([from, to]) => ({ from, to })), ...more });
}

/** Each error as `code file at token: message`, where `token` is what stands at its place. */
function messages(text: string, folder: string): string[] {
  const main = join(folder, "main.json");
  const { document, errors } = checkGraph(text, main, REGISTRY);
  assert.equal(document, undefined);
  return errors.map(({ code, message, place }) => {
    const { file, line, column } = place!;
    const content = file === main ? text : Deno.readTextFileSync(file);
    const token = /^"[^"]*"|^.?/.exec(content.slice(column - 1))![0];
    const rest = message.slice(`${file}:${line}:${column}: `.length).replaceAll(folder + "/", "");
    return `${code} ${file.slice(folder.length + 1)} at ${token}: ${rest}`;
  });
}

Deno.test("parseGraph() puts the nodes and links of sub-graphs in their place, several times and nested", async () => {
  const pair = {
    version: 1,
    nodes: { first: { graph: "voice.json" }, then: { graph: "./voice.json", config: { second: { gainDb: 3 } } } },
    links: [{ from: "first.audio", to: "then.audio" }],
    inputs: { in: "first.audio" },
    outputs: { out: "then.audio" },
    lanes: { dsp: { kind: "worker" } },
    pools: { audio: { slots: 900 }, big: { slots: 2 } },
  };
  await withFiles({ "parts/voice.json": VOICE, "parts/pair.json": pair }, (folder) => {
    const text = outer(
      {
        in: SOURCE,
        a: { graph: "parts/pair.json", config: { then: { gain: { gainDb: 1 } } }, lane: "fx", supervision: "disable" },
        out: SINK,
      },
      [["in.audio", "a.in"], ["a.out", "out.audio"]],
      { pools: { audio: { slots: 700 } } },
    );
    const { nodes, links, pools, lanes } = parseGraph(text, join(folder, "main.json"), REGISTRY);
    assert.deepEqual(nodes.map(({ id, type, config, lane }) => [id, type, config, lane]), [
      ["in", "wav-source", { path: "a.wav" }, undefined],
      ["a--first--gain", "gain", { gainDb: -6 }, "fx"],
      ["a--first--second", "gain", {}, "dsp"],
      ["a--then--gain", "gain", { gainDb: 1 }, "fx"],
      ["a--then--second", "gain", { gainDb: 3 }, "dsp"],
      ["out", "wav-sink", { path: "b.wav" }, undefined],
    ]);
    assert.deepEqual(links.map(({ from, to, policy, capacity }) => [from, to, policy, capacity]), [
      ["a--first--gain.audioOut", "a--first--second.audioIn", "lossless", 4],
      ["a--then--gain.audioOut", "a--then--second.audioIn", "lossless", 4],
      ["a--first--second.audioOut", "a--then--gain.audioIn", undefined, undefined],
      ["in.audio", "a--first--gain.audioIn", undefined, undefined],
      ["a--then--second.audioOut", "out.audio", undefined, undefined],
    ]);
    assert.deepEqual(nodes.map(({ supervision }) => supervision ?? "fail"), [
      "fail",
      ...Array.from({ length: 4 }, () => "disable"),
      "fail",
    ]);
    assert.deepEqual(pools, { audio: { slots: 700 }, big: { slots: 2 } });
    assert.deepEqual(Object.keys(lanes).sort(), ["dsp", "fx"]);
    assert.equal(nodes[1].place.file, join(folder, "parts/voice.json"));
  });
});

Deno.test("checkGraph() takes a file with exposed inputs as it is", async () => {
  await withFiles({}, (folder) => {
    const { errors } = checkGraph(JSON.stringify(VOICE), join(folder, "voice.json"), REGISTRY);
    assert.deepEqual(errors, []);
  });
});

Deno.test("checkGraph() lays settings of the command line over nodes of a sub-graph", async () => {
  await withFiles({ "voice.json": VOICE }, (folder) => {
    const text = outer({ in: SOURCE, v: { graph: "voice.json" }, out: SINK }, [
      ["in.audio", "v.audio"],
      ["v.audio", "out.audio"],
    ]);
    const settings = [{ nodeId: "v--gain", key: "gainDb", text: "-20" }];
    const { document } = checkGraph(text, join(folder, "main.json"), REGISTRY, settings);
    assert.deepEqual(document?.nodes[1].config, { gainDb: -20 });
  });
});

const USE: [string, string][] = [["in.audio", "v.audio"], ["v.audio", "out.audio"]];
/** What is wrong, the files, the outer nodes and links, and the messages. */
const BAD: [string, Record<string, unknown>, Record<string, unknown>, [string, string][], string[]][] = [
  ["a file that is not there", {}, { in: SOURCE, v: { graph: "no.json" }, out: SINK }, USE, [
    'InvalidGraph main.json at "no.json": Cannot read graph "no.json": there is no such file',
  ]],
  ["a file that is a folder", { "d/x": "" }, { v: { graph: "d" } }, [], [
    'InvalidGraph main.json at "d": Cannot read graph "d": it is a directory',
  ]],
  ["a file that is no JSON", { "v.json": "{" }, { v: { graph: "v.json" } }, [], [
    'InvalidGraph v.json at : Cannot read graph: not JSON: found the end of the file, wanted "}"',
  ]],
  [
    "a graph that contains itself",
    {
      "v.json": { version: 1, nodes: { x: { graph: "w.json" } } },
      "w.json": { version: 1, nodes: { y: { graph: "v.json" } } },
    },
    { v: { graph: "v.json" } },
    [],
    [
      'InvalidGraph w.json at "v.json": Cannot put graph "v.json" into node "v--x--y": it contains that node',
    ],
  ],
  ["type and graph at once", {}, { v: { graph: "v.json", type: "gain" } }, [], [
    'InvalidGraph main.json at "v.json": Cannot read graph: node "v" has "type" and "graph", wanted one of them',
  ]],
  ["a port that is not exposed", { "v.json": VOICE }, { in: SOURCE, v: { graph: "v.json" }, out: SINK }, [[
    "in.audio",
    "v.audoi",
  ], ["v.audio", "out.audio"]], [
    'PortNotFound main.json at "v.audoi": Cannot link to "v.audoi": graph "v.json" exposes no input of that name (did you mean "audio"?); inputs: "audio"',
  ]],
  [
    "a port exposed of no node",
    { "v.json": { ...VOICE, inputs: { audio: "gian.audioIn" } } },
    { v: { graph: "v.json" } },
    [],
    [
      'NodeNotFound v.json at "gian.audioIn": Cannot expose "gian.audioIn": the graph has no node "gian" (did you mean "gain"?); nodes: "gain" and "second"',
    ],
  ],
  [
    "a configuration of no node",
    { "v.json": VOICE },
    { in: SOURCE, v: { graph: "v.json", config: { gian: {} } }, out: SINK },
    USE,
    [
      'InvalidConfig main.json at "gian": Cannot configure sub-graph "v" ("v.json"): it has no node "gian" (did you mean "gain"?); nodes: "gain" and "second"',
    ],
  ],
  [
    "a sub-graph that is to be bypassed",
    { "v.json": VOICE },
    { in: SOURCE, v: { graph: "v.json", bypassed: true }, out: SINK },
    USE,
    [
      'InvalidGraph main.json at t: Cannot bypass node "v": it is a sub-graph, and only its nodes can be bypassed, each by itself',
    ],
  ],
  [
    "a wrong value from outside",
    { "v.json": VOICE },
    { in: SOURCE, v: { graph: "v.json", config: { gain: { gainDb: "x" } } }, out: SINK },
    USE,
    [
      'InvalidConfig main.json at "x": Cannot configure node "v--gain" (gain): "gainDb" is "x", wanted a number from -60 to 24 dB',
    ],
  ],
  [
    "an id that is there",
    { "v.json": VOICE },
    { in: SOURCE, "v--gain": { type: "gain" }, v: { graph: "v.json" }, out: SINK },
    [["in.audio", "v--gain.audioIn"], ["v.audio", "out.audio"]],
    [
      'InvalidGraph v.json at "gain": Cannot add node "v--gain" of a sub-graph: the node at main.json:1:76 has that id',
    ],
  ],
];

for (const [what, files, nodes, links, expected] of BAD) {
  Deno.test(`checkGraph() refuses ${what} in a sub-graph`, async () => {
    await withFiles(files, (folder) => assert.deepEqual(messages(outer(nodes, links), folder), expected));
  });
}

rare(Deno.test)("checkGraph() bounds what sub-graphs in sub-graphs come to", async () => {
  const files: Record<string, unknown> = { "l0.json": { version: 1, nodes: { g: { type: "surround" } } } };
  for (let n = 1; n <= 12; n++) {
    const nodes = Object.fromEntries(["a", "b", "c", "d"].map((id) => [id, { graph: `l${n - 1}.json` }]));
    files[`l${n}.json`] = { version: 1, nodes };
  }
  await withFiles(files, (folder) => {
    const found = messages(outer({ top: { graph: "l12.json" } }, []), folder);
    assert.ok(found.some((each) => each.includes("it has more than 65536 nodes")), found[0]);
  });
});
