/** Runs the demo's graph by the command line, with both drivers, and looks at what it leaves. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { decaySamples } from "../processors/audio/reverberator.ts";
import { hasLibrary } from "../tools/native_library.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const DEMO = `${ROOT}examples/demo.json`;
const SAMPLE_RATE_HZ = 48_000;

/** Samples of `examples/speech.wav`. */
const SPEECH_SAMPLES = 385_230;

/** What the tests read of the summary that `--json` prints. */
interface Summary {
  readonly driver: string;
  readonly outcome: string;
  readonly nodes: readonly { id: string; lane: string; framesIn: number; errors: number }[];
  readonly links: readonly { from: string; written: number; read: number; queued: number }[];
}

/** Runs a graph, with its file going to `folder`. What its nodes print comes by standard error, beside `--json`. */
async function run(graph: string, folder: string, native: string): Promise<{ summary: Summary; printed: string[] }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "cli/main.ts", "run", graph, "--json", "--set", `file.path=${folder}/demo.wav`],
    cwd: ROOT,
    env: { SLUICE_NATIVE: native, NO_COLOR: "1" },
  }).output();
  const printed = new TextDecoder().decode(stderr).trim().split("\n");
  assert.equal(code, 0, printed.join("\n"));
  const events = new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
  const summary = events.find(({ event }) => event === "summary");
  assert.ok(summary, "a summary was printed");
  return { summary, printed };
}

async function inFolder(task: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sluice_demo_" });
  try {
    await task(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The configuration of a node of the demo. */
async function config(node: string): Promise<Record<string, number>> {
  return JSON.parse(await Deno.readTextFile(DEMO)).nodes[node].config;
}

/** The samples of a WAV file that sox reads, as floats. */
async function samples(path: string): Promise<Float32Array> {
  const args = [path, "-t", "raw", "-e", "floating-point", "-b", "32", "-L", "-"];
  const { code, stdout } = await new Deno.Command("sox", { args }).output();
  assert.equal(code, 0, `sox reads ${path}`);
  return new Float32Array(stdout.slice().buffer);
}

for (const native of ["require", "off"]) {
  const driver = native === "off" ? "portable" : "native";
  const ignore = native === "require" && !hasLibrary();

  Deno.test({
    name: `the demo on the ${driver} driver leaves a file whose length is right to the sample`,
    ignore,
    fn: () =>
      inFolder(async (folder) => {
        const { summary } = await run(DEMO, folder, native);
        assert.equal(summary.driver, driver);
        assert.equal(summary.outcome, "completed");
        const lanes = new Set(summary.nodes.map(({ lane }) => lane));
        assert.ok(lanes.size >= 2, `runs on ${lanes.size} lanes`);
        for (const { from, written, read, queued } of summary.links) {
          assert.ok(
            written > 0 && written === read && queued === 0,
            `link from ${from}: ${written} written, ${read} read`,
          );
        }

        const toneSamples = (await config("tone")).durationSeconds * SAMPLE_RATE_HZ;
        const tailSamples = decaySamples((await config("reverb")).roomSize, SAMPLE_RATE_HZ);
        const found = await samples(`${folder}/demo.wav`);
        assert.equal(found.length, Math.max(SPEECH_SAMPLES, toneSamples) + tailSamples);
        assert.ok(found.every((value) => Math.abs(value) < 1), "nothing is clipped");
      }),
  });

  Deno.test({
    name: `the demo on the ${driver} driver shows the tone in the right bin of the spectrum`,
    ignore,
    fn: () =>
      inFolder(async (folder) => {
        const graph = JSON.parse(await Deno.readTextFile(DEMO));
        graph.nodes.print = { type: "console-sink", config: { format: "json" } };
        graph.links.push({ from: "spectrum.spectrum", to: "print.data" });
        await Deno.writeTextFile(`${folder}/demo.json`, JSON.stringify(graph));
        const { printed } = await run(`${folder}/demo.json`, folder, native);

        const { frequencyHz, durationSeconds } = await config("tone");
        const fromNs = (SPEECH_SAMPLES / SAMPLE_RATE_HZ) * 1e9;
        const readings = printed.map((line) => JSON.parse(line)).filter(({ ptsNs, value }) =>
          ptsNs >= fromNs && ptsNs + value.durationNs <= durationSeconds * 1e9
        );
        assert.ok(readings.length > 20, `${readings.length} readings of the tone alone`);
        for (const { ptsNs, value } of readings) {
          assert.equal(value.peakBin, Math.round(frequencyHz / value.binHz), `at ${ptsNs} ns`);
        }
      }),
  });
}

Deno.test("the demo takes the native driver by itself when the library is there, and else the portable one", () =>
  inFolder(async (folder) => {
    const { summary } = await run(DEMO, folder, "auto");
    assert.equal(summary.driver, hasLibrary() ? "native" : "portable");
  }));
