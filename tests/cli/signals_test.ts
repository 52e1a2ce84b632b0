import assert from "node:assert/strict";
import { FIXTURES, listFolder, readEvents, spawn, temporaryFolder, toneGraph, withoutNote } from "./command_line.ts";

/** A line of progress once a frame has come through both links of a graph. */
const FLOWS = /"event":"progress",.*"framesRead":([2-9]|\d\d)/;

/** Runs a graph, sends each signal once its cue has come since the one before, and waits for the end. */
async function signalled(
  args: readonly string[],
  cwd: string,
  signals: readonly { after: RegExp; send: Deno.Signal }[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn([...args, "--json"], { cwd });
  const texts = { stdout: "", stderr: "" };
  const pending = [...signals];
  async function follow(name: "stdout" | "stderr"): Promise<void> {
    let since = "";
    for await (const text of child[name].pipeThrough(new TextDecoderStream())) {
      texts[name] += text;
      since += text;
      const [next] = pending;
      if (next === undefined || !next.after.test(since)) continue;
      since = "";
      pending.shift();
      child.kill(next.send);
    }
  }
  await Promise.all([follow("stdout"), follow("stderr")]);
  const { code } = await child.status;
  assert.deepEqual(pending, [], texts.stderr);
  return { code, stdout: texts.stdout, stderr: withoutNote(texts.stderr) };
}

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`sluice run ends with ${code} after ${signal}, with a complete file and a summary`, async () => {
    await using folder = await temporaryFolder();
    await Deno.writeTextFile(`${folder.path}/graph.json`, toneGraph({ mode: "live" }));
    const result = await signalled(["run", "graph.json"], folder.path, [{ after: FLOWS, send: signal }]);
    assert.equal(result.code, code, result.stderr);
    const summary = readEvents(result.stdout).at(-1)!;
    assert.equal(summary.outcome, "stopped");
    assert.match(result.stderr, /^Stopping/);
    assert.deepEqual(await listFolder(folder.path), ["graph.json", "out.wav"]);
    const header = new TextDecoder().decode((await Deno.readFile(`${folder.path}/out.wav`)).subarray(0, 4));
    assert.ok(header === "RIFF" || header === "RF64", header);
  });
}

Deno.test("sluice run ends at once after a second Ctrl-C, though a node does not end", async () => {
  await using folder = await temporaryFolder();
  const result = await signalled(["run", `${FIXTURES}/stubborn.json`], folder.path, [
    { after: /progress/, send: "SIGINT" },
    { after: /Stopping/, send: "SIGINT" },
  ]);
  assert.equal(result.code, 130, result.stderr);
  assert.ok(readEvents(result.stdout).every(({ event }) => event === "progress"));
});

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`sluice run completes the file after ${signal} while every lane is parked for seconds`, async () => {
    await using folder = await temporaryFolder();
    const graph = JSON.parse(toneGraph({ mode: "live" }));
    // One block lasts 2 seconds: by the first progress line it is in the file, and nothing is left to do.
    graph.nodes.tone.config = { sampleRateHz: 8_000, blockSize: 16_000 };
    graph.nodes.tone.lane = "source";
    await Deno.writeTextFile(`${folder.path}/graph.json`, JSON.stringify(graph));
    const result = await signalled(["run", "graph.json"], folder.path, [{ after: FLOWS, send: signal }]);
    assert.equal(result.code, code, result.stderr);
    assert.equal(readEvents(result.stdout).at(-1)!.outcome, "stopped");
    assert.deepEqual(await listFolder(folder.path), ["graph.json", "out.wav"]);
    assert.ok((await Deno.stat(`${folder.path}/out.wav`)).size > 16_000 * 4);
  });
}
