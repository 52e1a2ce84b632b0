/** A run that is told to end while all its lanes are parked: the driver has to wake them. */
import assert from "node:assert/strict";
import { FLOWS, listFolder, readEvents, signalled, temporaryFolder, toneGraph } from "./command_line.ts";

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
