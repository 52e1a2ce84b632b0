import assert from "node:assert/strict";
import { join } from "node:path";
import { sluice } from "./command_line.ts";

const SECRET = "s3cr3t-folder";

/** Runs a graph that reads and writes below the folder that the environment names. */
async function runGraph(source: string, args: readonly string[], env: Record<string, string>): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(folder, SECRET));
    await Deno.copyFile(new URL("../../examples/speech.wav", import.meta.url), join(folder, SECRET, "in.wav"));
    const graph = {
      version: 1,
      mode: "offline",
      nodes: {
        from: { type: "wav-source", config: { path: source }, lane: "read" },
        to: { type: "wav-sink", config: { path: "${env:SLUICE_TEST_FOLDER}/out.wav" } },
      },
      links: [{ from: "from.audio", to: "to.audio" }],
    };
    await Deno.writeTextFile(join(folder, "graph.json"), JSON.stringify(graph));
    const { code, stdout, stderr } = await sluice([...args, "graph.json"], { cwd: folder, env });
    const written = await Deno.stat(join(folder, SECRET, "out.wav")).then(({ size }) => size > 1000, () => false);
    return `${code} ${written}\n${stdout}\n${stderr}`;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("sluice run gives nodes the environment's values, and tells none of them", async () => {
  const source = "${env:SLUICE_TEST_FOLDER}/in.wav";
  const env = { SLUICE_TEST_FOLDER: SECRET, SLUICE_LOG: "debug" };
  for (const args of [["run"], ["run", "--json"]]) {
    const output = await runGraph(source, args, env);
    assert.match(output, /^0 true\n/);
    assert.ok(output.includes("${env:SLUICE_TEST_FOLDER}/out.wav"), output);
    assert.ok(!output.includes(SECRET), output);
  }
});

Deno.test("sluice run leaves the environment's values out of what a node in a worker throws", async () => {
  const output = await runGraph("${env:SLUICE_TEST_FOLDER}/none.wav", ["run"], { SLUICE_TEST_FOLDER: SECRET });
  assert.match(output, /^[12] false\n/);
  assert.ok(output.includes("${env:SLUICE_TEST_FOLDER}/none.wav"), output);
  assert.ok(!output.includes(SECRET), output);
});

Deno.test("sluice run names a variable that is not set", async () => {
  const output = await runGraph("in.wav", ["run"], {});
  assert.match(output, /^2 false\n/);
  assert.match(output, /"path" refers to environment variable "SLUICE_TEST_FOLDER", which is not set/);
});

Deno.test("sluice graph writes the references", async () => {
  const output = await runGraph("in.wav", ["graph", "--format", "json"], { SLUICE_TEST_FOLDER: SECRET });
  assert.ok(!output.includes(SECRET), output);
  assert.ok(output.includes("${env:SLUICE_TEST_FOLDER}/out.wav"), output);
});
