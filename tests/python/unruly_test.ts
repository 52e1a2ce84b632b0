/** Nodes in Python that raise, end, hang, crash, fork and take all memory: they fail, and nothing else does. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { configureLog, tapLog } from "../../core/log.ts";
import { Runtime } from "../../core/runtime.ts";
import type { AddOptions } from "../../core/runtime_options.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import { appSink, appSource, pythonTest as test } from "../fixtures/python/graph.ts";
import { until } from "../fixtures/waiting.ts";

const BLOCKS = 8;
const AT = 3;
const RESTART = { restart: { backoffMs: 1, maxBackoffMs: 1 } };
const LOSSLESS = { policy: "lossless", capacity: 4 } as const;

/** Runs blocks through the node, and gives the numbers of those that came out, and how it ended. */
async function run(registry: NodeRegistry, how: string, options: AddOptions = {}) {
  const lines: string[] = [];
  using taps = new DisposableStack();
  taps.defer(tapLog(({ category, message }) => void lines.push(`${category} ${message}`)));
  await using runtime = new Runtime({ mode: "offline", registry });
  const source = runtime.add(appSource.audio({ sampleRateHz: 48_000, channels: 1 }), { id: "source" });
  runtime.addByType("com.example.py-unruly", { how, at: AT }, { id: "unruly", ...options });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  runtime.connectByName("source.audio", "unruly.audio_in", LOSSLESS);
  runtime.connectByName("unruly.audio", "sink.audio", LOSSLESS);
  const failures: string[] = [];
  runtime.events.on("node:unruly", (event) => {
    if (event.group === "node" && event.kind === "failed") failures.push(event.error.message);
  });
  await runtime.start();
  const pushed = (async () => {
    for (let k = 0; k < BLOCKS; k++) await source.push({ channels: [new Float32Array(16).fill(k)] });
    source.end();
  })();
  const found: number[] = [];
  for await (const frame of sink) found.push(frame.channel(0)[0]);
  await pushed;
  const stats = (await runtime.finished).nodes.find(({ id }) => id === "unruly")!;
  return { found, failures, lines, stats };
}

const all = Array.from({ length: BLOCKS }, (_, k) => k);

for (
  const [how, said, options] of [
    ["raise", /ValueError: it is odd \(unruly\.py:\d+\)/],
    ["exit", /SystemExit: 3 \(unruly\.py:\d+\)/],
    ["_exit", /its process \d+ ended with status 4/],
    ["crash", /its process \d+ was killed by SIGSEGV/],
    ["hang", /its process \d+ did not return within 500 ms and was killed/, { callTimeoutMs: 500 }],
    ["memory", /MemoryError \(unruly\.py:\d+\)/, { isolateMemoryMb: 512 }],
    ["twice", /NodeFailedError: Cannot use a frame that is no longer the node's/],
    ["deep", /RecursionError: maximum recursion depth exceeded/],
  ] as const
) {
  test(`one that misbehaves by "${how}" is restarted, and exactly its frame is lost`, async (registry) => {
    const { found, failures, stats } = await run(registry, how, { supervision: RESTART, ...options });
    deepEqual([stats.errors, stats.restarts], [1, 1], failures.join("; "));
    const lost = how === "twice" ? [] : [AT];
    deepEqual(found, all.filter((k) => !lost.includes(k)));
    match(failures[0], said);
  });
}

test("a whole traceback stands in the log", async (registry) => {
  const { lines } = await run(registry, "raise", { supervision: RESTART });
  await until(() => lines.some((line) => line.includes("in misbehave")), () => lines.join("\n"));
  ok(!lines.some((line) => line.includes("sluice/stage.py")), lines.join("\n"));
});

test("a child that it forks cannot speak in its place", async (registry) => {
  const { found, lines, stats } = await run(registry, "fork");
  deepEqual(found, all);
  equal(stats.errors, 0);
  await until(
    () => lines.some((line) => line.includes("in a child: Cannot reach the runtime")),
    () => lines.join("; "),
  );
});

test("a megabyte that it prints holds nothing up", async (registry) => {
  configureLog({ write: () => {} });
  using cleanup = new DisposableStack();
  cleanup.defer(configureLog);
  const { found, stats } = await run(registry, "print");
  deepEqual([found, stats.errors], [all, 0]);
});

test("setup() refuses the start with its last line", async (registry) => {
  await rejects(run(registry, "setup"), /RuntimeError: no model is there \(unruly\.py:\d+\)/);
});
