import assert from "node:assert/strict";
import { answer, assertNoStack, sluice, temporaryFolder, toneGraph } from "./command_line.ts";

Deno.test("sluice graph draws for Graphviz and Mermaid, to standard output or a file", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/g.json`, toneGraph({ mode: "offline", seconds: 0.1 }));
  const dot = await answer(["graph", "g.json"], { cwd: folder.path });
  assert.equal(dot.code, 0, dot.stderr);
  assert.match(dot.stdout, /^digraph sluice \{\n/);
  assert.match(dot.stdout, /n\d -> n\d \[taillabel="audio", headlabel="audioIn", label="lossless 8"\];/);
  const result = await answer(["graph", "g.json", "--format", "mermaid", "-o", "g.mmd"], { cwd: folder.path });
  assert.deepEqual([result.code, result.stdout], [0, ""]);
  assert.match(await Deno.readTextFile(`${folder.path}/g.mmd`), /^flowchart LR\n/);
});

Deno.test("sluice graph --format json writes a graph file that it reads back the same", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/g.json`, toneGraph({ mode: "offline", seconds: 0.1 }));
  const line = ["graph", "--format", "json"];
  const first = await answer([...line, "g.json", "--set", "gain.gainDb=-7", "--output", "h.json"], {
    cwd: folder.path,
  });
  assert.equal(first.code, 0, first.stderr);
  const second = await answer([...line, "h.json"], { cwd: folder.path });
  assert.equal(second.stdout, await Deno.readTextFile(`${folder.path}/h.json`));
  assert.equal(JSON.parse(second.stdout).nodes.gain.config.gainDb, -7);
  const check = await answer(["check", "h.json"], { cwd: folder.path });
  assert.equal(check.code, 0, check.stderr);
});

Deno.test("sluice graph --lanes lists who places each node, and with --seconds what it takes", async () => {
  await using folder = await temporaryFolder();
  const graph = JSON.parse(toneGraph({ mode: "live" }));
  Object.assign(graph, { lanes: { auto: {}, dsp: {}, disk: {} } });
  await Deno.writeTextFile(`${folder.path}/g.json`, JSON.stringify(graph));
  const listed = await sluice(["graph", "g.json", "--lanes"], { cwd: folder.path });
  assert.equal(listed.code, 0, listed.stderr);
  assert.deepEqual(listed.stdout.split("\n").map((line) => line.split(/ {2,}/)), [
    ["worker"],
    ["", "tone", "tone-source", "the runtime may move it, if its class has snapshot() and restore()"],
    ["dsp"],
    ["", "gain", "gain", "the graph places it"],
    ["disk"],
    ["", "out", "wav-sink", "the graph places it"],
    [""],
  ]);
  const measured = await sluice(["graph", "g.json", "--lanes", "--seconds", "0.3"], { cwd: folder.path });
  assert.equal(measured.code, 0, measured.stderr);
  assert.match(
    measured.stdout,
    /^worker {2}\d+\.\d %\n {2}tone {2}tone-source +\d+\.\d % {2}the runtime may move it\n/,
  );
  await Deno.writeTextFile(`${folder.path}/empty.json`, '{ "version": 1, "nodes": {} }');
  const empty = await sluice(["graph", "empty.json", "--lanes"], { cwd: folder.path });
  assert.equal(empty.stdout, "There are no nodes\n", empty.stderr);
});

Deno.test("sluice graph refuses what it cannot read or write with exit code 2", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/g.json`, toneGraph({ mode: "offline", seconds: 0.1 }));
  await Deno.writeTextFile(`${folder.path}/bad.json`, "{}");
  const table: [string[], RegExp][] = [
    [["bad.json"], /^error: bad\.json:1:1: Cannot read graph: "version" is missing/],
    [["none.json"], /^error: Cannot read graph "none\.json"/],
    [["g.json", "-o", "no/such/g.dot"], /^error: Cannot write "no\/such\/g\.dot": there is no such folder; choose/],
    [["g.json", "--format", "svg"], /^error: `--format`/],
    [["g.json", "--seconds", "1"], /^error: Cannot run the graph to draw it: --seconds measures for a list of lanes/],
  ];
  for (const [args, expected] of table) {
    const result = await answer(["graph", ...args], { cwd: folder.path });
    assert.equal(result.code, 2, result.stderr);
    assert.match(result.stderr, expected);
    assert.equal(result.stdout, "");
    assertNoStack(result);
  }
});
