import assert from "node:assert/strict";
import { answer, assertNoStack, listFolder, sluice, temporaryFolder, toneGraph } from "./command_line.ts";
import { rare } from "../fixtures/rare.ts";

const GOOD = JSON.parse(toneGraph({ mode: "offline", seconds: 0.1 }));

function changed(change: (graph: typeof GOOD) => void): string {
  const graph = structuredClone(GOOD);
  change(graph);
  return JSON.stringify(graph);
}

/** What is wrong, the file's content, and how the one line on standard error starts. */
const GRAPHS: [string, string | Uint8Array, RegExp][] = [
  ["an empty file", "", /^error: graph\.json:1:1: Cannot read graph: the file is empty/],
  ["no JSON", "nodes:\n  - a", /^error: graph\.json:1:1: Cannot read graph: not JSON: found "nodes"/],
  ["a list", "[]", /^error: graph\.json:1:1: Cannot read graph: found a list, wanted an object/],
  ["binary", new Uint8Array([0, 1, 2, 255]), /^error: Cannot read graph "graph\.json": it is a binary file/],
  [
    "an unknown version",
    changed((graph) => graph.version = 9),
    /^error: graph\.json:1:12: Cannot read graph: "version" is 9, wanted 1/,
  ],
  [
    "an unknown type",
    changed((graph) => graph.nodes.gain.type = "gainn"),
    /^error: graph\.json:1:\d+: Cannot find node type "gainn" \(did you mean "gain"\?\); "sluice nodes list" lists all \d+/,
  ],
  [
    "an unknown port",
    changed((graph) => graph.links[0].from = "tone.audoi"),
    /^error: graph\.json:1:\d+: Cannot link from "tone\.audoi": .*outputs: "audio"/,
  ],
  [
    "an unknown key",
    changed((graph) => graph.nodes.gain.config.gain = 1),
    /^error: graph\.json:1:\d+: Cannot configure node "gain" \(gain\): unknown key "gain".*available: "gainDb"/,
  ],
  [
    "a wrong value",
    changed((graph) => graph.nodes.gain.config.gainDb = "loud"),
    /^error: graph\.json:1:\d+: Cannot configure node "gain" \(gain\): "gainDb" is "loud", wanted a number from/,
  ],
  [
    "a second link into one input",
    changed((graph) => graph.links.push({ from: "gain.audioOut", to: "out.audio" })),
    /^error: graph\.json:1:\d+: Cannot link "gain\.audioOut" to "out\.audio": the input is taken by the link at 1:\d+ from "gain\.audioOut"; an/,
  ],
];

for (const [name, content, expected] of GRAPHS) {
  Deno.test(`sluice run and check refuse ${name} with one error and exit code 2`, async () => {
    await using folder = await temporaryFolder();
    await Deno.writeFile(
      `${folder.path}/graph.json`,
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
    for (const command of ["run", "check"]) {
      const result = await answer([command, "graph.json"], { cwd: folder.path });
      assert.equal(result.code, 2, result.stderr);
      assert.match(result.stderr, expected);
      assert.equal(result.stderr.trimEnd().split("\n").length, 1, result.stderr);
      assert.equal(result.stdout, "");
      assertNoStack(result);
    }
    assert.deepEqual(await listFolder(folder.path), ["graph.json"]);
  });
}

/** Arguments and how the error goes. */
const LINES: [string[], RegExp][] = [
  [
    ["run", "missing.json"],
    /^error: Cannot read graph "missing\.json": there is no such file; paths start at the current directory\n$/,
  ],
  [
    ["run", "tone-source ! gain"],
    /^error: Cannot read graph "tone-source ! gain": there is no such file; a graph in one line stands behind -e\n$/,
  ],
  [["run", "."], /^error: Cannot read graph "\.": it is a directory; name a graph file in it\n$/],
  [
    ["run", "main.ts"],
    /^error: Cannot read graph "main\.ts": it is a program, wanted a JSON file; start it with: deno run -A main\.ts\n$/,
  ],
  [["run"], /^error: Expected a `GRAPH\.json`, or `-e` with a graph in one line; see `sluice run --help`\n$/],
  [["rum", "graph.json"], /^error: Cannot use `rum`: .*; did you mean `run`\?\n$/],
  [["run", "graph.json", "--secnds", "3"], /^error: Cannot use `--secnds`: .*; did you mean `--seconds`\?\n$/],
  [
    ["run", "graph.json", "--seconds", "soon"],
    /^error: `--seconds`: Expected a valid number, but got "soon"; see `sluice run --help`\n$/,
  ],
  [["run", "graph.json", "--mode", "fast"], /^error: `--mode`: Expected one of "live" and "offline"/],
  [["run", "graph.json", "--set", "gain"], /^error: Cannot read the setting "gain": wanted node\.key=value/],
  [["run", "graph.json", "--set", "gian.gainDb=3"], /^error: Cannot apply --set gian\.gainDb=3: .* no node "gian"/],
  [["run", "graph.json", "--set", "gain.gainDb=x"], /^error: --set gain\.gainDb=x: .*"gainDb" is "x", wanted a number/],
  [["run", "graph.json", "--packages", "none.ts"], /^error: Cannot load node types from "file:.*none\.ts"/],
  [
    ["nodes", "info", "gein"],
    /^error: Cannot find node type "gein" \(did you mean "gain"\?\); "sluice nodes list" lists all \d+/,
  ],
  [["nodes", "lst"], /^error: Cannot use `lst`: .*; did you mean `nodes list`\?\n$/],
];

for (const [args, expected] of LINES) {
  Deno.test(`sluice ${args.join(" ")} is refused with one error and exit code 2`, async () => {
    await using folder = await temporaryFolder();
    await Deno.writeTextFile(`${folder.path}/graph.json`, JSON.stringify(GOOD));
    const result = await answer(args, { cwd: folder.path });
    assert.equal(result.code, 2, result.stderr);
    assert.match(result.stderr, expected);
    assert.equal(result.stdout, "");
    assertNoStack(result);
    assert.deepEqual(await listFolder(folder.path), ["graph.json"]);
  });
}

rare(Deno.test)(
  "sluice run refuses files that are no WAV files with the node's place, and leaves no output",
  async () => {
    await using folder = await temporaryFolder();
    const random = crypto.getRandomValues(new Uint8Array(5_000));
    const speech = await Deno.readFile(new URL("../../examples/speech.wav", import.meta.url));
    const data = new TextDecoder("latin1").decode(speech.slice(0, 200)).indexOf("data");
    const contents: [string, Uint8Array][] = [
      ["empty.wav", new Uint8Array()],
      ["random.wav", random],
      ["header.wav", speech.slice(0, 20)],
      ["truncated.wav", speech.slice(0, 30)],
      ["no_samples.wav", withWord(speech.slice(0, data + 8), data + 4, 0)],
      ["two_gigabytes.wav", withWord(speech, 16, 0x7fffffff)],
      ["no_channels.wav", withWord(speech, 20, 0x00000001)],
      ["wrong_block.wav", withWord(speech, 32, 0x00100007)],
    ];
    const graph = {
      version: 1,
      mode: "offline",
      nodes: {
        source: { type: "wav-source", config: { path: "" } },
        sink: { type: "wav-sink", config: { path: "out.wav" } },
      },
      links: [{ from: "source.audio", to: "sink.audio" }],
    };
    for (const [name, content] of contents) {
      await Deno.writeFile(`${folder.path}/${name}`, content);
      graph.nodes.source.config.path = name;
      await Deno.writeTextFile(`${folder.path}/graph.json`, JSON.stringify(graph));
      const result = await sluice(["run", "graph.json"], { cwd: folder.path });
      assert.equal(result.code, 2, result.stderr);
      assert.match(result.stderr, /^error: graph\.json:1:\d+: .*source.*\n$/);
      assert.ok(result.stderr.includes(name), result.stderr);
      assertNoStack(result);
      await Deno.remove(`${folder.path}/${name}`);
      assert.deepEqual(await listFolder(folder.path), ["graph.json"]);
    }
  },
);

Deno.test("sluice refuses an unknown SLUICE_LOG and SLUICE_NATIVE with exit code 2", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/graph.json`, JSON.stringify(GOOD));
  const log = await sluice(["nodes", "list"], { env: { SLUICE_LOG: "loud" } });
  assert.equal(log.code, 2);
  assert.match(
    log.stderr,
    /^error: Cannot set up logging: SLUICE_LOG is "loud".*available: "trace", "debug", "info", "warn"/,
  );
  const native = await sluice(["run", "graph.json"], { cwd: folder.path, env: { SLUICE_NATIVE: "maybe" } });
  assert.equal(native.code, 2);
  assert.match(native.stderr, /^error: Cannot use SLUICE_NATIVE="maybe": wanted "auto", "require" or "off"\n$/);
});

Deno.test("sluice check --json gives an event for each error and one for the file", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/graph.json`, '{ "version": 1, "nodes": { "a": {}, "b": 1 } }');
  const { code, stdout, stderr } = await sluice(["check", "graph.json", "--json"], { cwd: folder.path });
  assert.equal(code, 2);
  assert.equal(stderr, "");
  assert.deepEqual(stdout.trimEnd().split("\n").map((line) => JSON.parse(line)), [
    {
      event: "error",
      code: "InvalidGraph",
      message:
        'graph.json:1:28: Cannot read graph: "type" of node "a" is missing, wanted a node type, or "graph" with ' +
        "the file of a sub-graph",
      nodeId: "a",
      place: { file: "graph.json", line: 1, column: 28 },
    },
    {
      event: "error",
      code: "InvalidGraph",
      message: 'graph.json:1:42: Cannot read graph: node "b" is 1, wanted an object with "type"',
      place: { file: "graph.json", line: 1, column: 42 },
    },
    { event: "check", file: "graph.json", ok: false, errors: 2, warnings: 0, nodes: 0, links: 0 },
  ]);
});

/** A copy with a 32-bit little-endian number at an offset. */
function withWord(bytes: Uint8Array, offset: number, value: number): Uint8Array {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(offset, value, true);
  return copy;
}
