/**
 * How long a start takes: of the command, from the shell, and of a lane.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import { isBundleCurrent } from "../../core/registry/bundle_state.ts";
import { nodes, Runtime } from "../../mod.ts";
import { ROOT } from "../../tools/root.ts";
import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { compare, type Comparison, type Goal, median, ratioRow, type Row } from "../measure.ts";
import { GSTREAMER_MISSING, hasGStreamer } from "../peers/gstreamer.ts";

/** The most that a whole run of a file of 0.1 s may take, milliseconds. */
const MAX_RUN_MS = 200;

/** The most that it may take beside a start of Deno. */
const MAX_RUN_RATIO = 6;

/** The most that `sluice --help` may take, milliseconds. */
const MAX_HELP_MS = 80;

/** Times of a pair: a start takes tens of milliseconds, of which a busy machine adds or takes many. */
const STARTS = 5;

/** Numbers of worker lanes of the graphs that are started. */
const LANES = [1, 10, 40];

/** Writes the file that the commands read: a tone of 0.1 s. */
const TONE = {
  version: 1,
  mode: "offline",
  nodes: {
    tone: { type: "tone-source", config: { durationSeconds: 0.1, sampleRateHz: 48_000 } },
    file: { type: "wav-sink", config: { path: "in.wav" } },
  },
  links: [{ from: "tone.audio", to: "file.audio" }],
};

/** The file, turned down and written to another. */
const GRAPH = {
  version: 1,
  mode: "offline",
  nodes: {
    input: { type: "wav-source", config: { path: "in.wav" } },
    gain: { type: "gain", config: { gainDb: -6 } },
    output: { type: "wav-sink", config: { path: "out.wav", overwrite: true } },
  },
  links: [{ from: "input.audio", to: "gain.audioIn" }, { from: "gain.audioOut", to: "output.audio" }],
};

/** The same for GStreamer. */
const PIPELINE = "filesrc location=in.wav ! wavparse ! audioconvert ! audio/x-raw,format=F32LE ! " +
  "volume volume=0.5 ! wavenc ! filesink location=peer.wav";

export const start: Benchmark = {
  name: "start",
  about:
    "Whole commands from the shell, the bundled one: a WAV file of 0.1 s, and the help text; and graphs of 1, 10 and 40 " +
    "worker lanes in a script, from start() until their nodes are open.",
  async run({ runs, skip }: BenchOptions): Promise<Row[]> {
    if (!isBundleCurrent()) {
      skip('start: the bundle is missing or outdated; run "deno task bundle"');
      return [];
    }
    const rows: Row[] = [];
    for (const lanes of LANES) rows.push(await laneStarts(lanes, runs));
    const folder = await Deno.makeTempDir({ prefix: "sluice-start-" });
    try {
      await Deno.writeTextFile(`${folder}/tone.json`, JSON.stringify(TONE));
      await Deno.writeTextFile(`${folder}/graph.json`, JSON.stringify(GRAPH));
      const deno = command(Deno.execPath(), ["eval", "1"], folder);
      const run = sluice(["run", "-q", "graph.json"], folder);
      const help = sluice(["--help"], folder);
      await sluice(["run", "-q", "tone.json"], folder)();
      await run();
      const { size } = await Deno.stat(`${folder}/out.wav`);
      // Two bytes a sample at least, and a header.
      ok(size > 9_600 && size < 40_000, `${size} bytes`);
      rows.push(
        ...await commandRows("a WAV file of 0.1 s, from the shell", run, deno, MAX_RUN_MS, runs, {
          of: "cost",
          limit: MAX_RUN_RATIO,
        }),
        ...await commandRows("sluice --help", help, deno, MAX_HELP_MS, runs),
      );
      if (hasGStreamer()) {
        const theirs = command("gst-launch-1.0", ["-q", ...PIPELINE.split(" ")], folder);
        rows.push(
          await compare(runs, {
            what: "a WAV file of 0.1 s, from the shell",
            peer: "gst-launch-1.0",
            ours: bestOf(run),
            theirs: bestOf(theirs),
          }),
        );
      } else skip(GSTREAMER_MISSING);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
    return rows;
  },
};

/** The ratio to a start of Deno, and the time itself beside its goal. */
async function commandRows(
  what: string,
  ours: () => Promise<number>,
  deno: () => Promise<number>,
  maxMs: number,
  runs: number,
  goal?: Goal,
): Promise<Row[]> {
  const own: number[] = [];
  const theirs: number[] = [];
  for (let k = 0; k < runs; k++) {
    own.push(await bestOf(ours)());
    theirs.push(await bestOf(deno)());
  }
  const ms = own.map((ns) => ns / 1e6);
  return [
    {
      what,
      peer: "",
      result: `${median(ms).toFixed(0)} ms`,
      spread: `${Math.min(...ms).toFixed(0)} to ${Math.max(...ms).toFixed(0)} ms`,
      goal: `≤ ${maxMs} ms`,
      hit: median(ms) <= maxMs,
      detail: `deno eval 1: ${(median(theirs) / 1e6).toFixed(0)} ms`,
    },
    ratioRow({ what, peer: "deno eval 1", goal }, own, theirs),
  ];
}

/** A graph with so many worker lanes, beside as many workers whose module is empty. */
async function laneStarts(lanes: number, runs: number): Promise<Row> {
  const comparison: Comparison = {
    what: `start of a graph with ${lanes} worker ${lanes === 1 ? "lane" : "lanes"}, by a script`,
    peer: lanes === 1 ? "a worker with an empty module" : "as many workers with an empty module",
    ours: bestOf(async () => {
      await using runtime = new Runtime({ mode: "offline", signals: false });
      for (let k = 0; k < lanes; k++) {
        const tone = runtime.add(nodes.toneSource({ durationSeconds: 0.1 }), { lane: `lane-${k}` });
        const level = runtime.add(nodes.levelMeter(), { lane: `lane-${k}` });
        runtime.connect(tone.outputs.audio, level.inputs.audioIn);
      }
      const startedMs = performance.now();
      await runtime.start();
      const tookMs = performance.now() - startedMs;
      const { outcome } = await runtime.finished;
      equal(outcome, "completed");
      return tookMs * 1e6;
    }),
    theirs: bestOf(async () => {
      const startedMs = performance.now();
      const workers = Array.from(
        { length: lanes },
        () => new Worker("data:text/javascript,postMessage(1)", { type: "module" }),
      );
      await Promise.all(workers.map((worker) => new Promise((resolve) => worker.onmessage = resolve)));
      const tookMs = performance.now() - startedMs;
      for (const worker of workers) worker.terminate();
      return tookMs * 1e6;
    }),
  };
  return await compare(runs, comparison);
}

/** The least of several times: what else runs on the machine only adds. */
function bestOf(run: () => Promise<number>): () => Promise<number> {
  return async () => {
    const times: number[] = [];
    for (let k = 0; k < STARTS; k++) times.push(await run());
    return Math.min(...times);
  };
}

/** The installed command. @returns runs it and gives the nanoseconds that it took */
function sluice(args: readonly string[], cwd: string): () => Promise<number> {
  return command(Deno.execPath(), ["run", "-A", `${ROOT}cli/start.ts`, ...args], cwd);
}

function command(program: string, args: string[], cwd: string): () => Promise<number> {
  return async () => {
    const startedMs = performance.now();
    const { code, stderr } = await new Deno.Command(program, { args, cwd, stdout: "null", stderr: "piped" }).output();
    const tookMs = performance.now() - startedMs;
    equal(code, 0, new TextDecoder().decode(stderr));
    return tookMs * 1e6;
  };
}
