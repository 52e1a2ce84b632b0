/** Nodes in Python that use frames too late, recurse and fork: they fail, and nothing else does. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { tapLog } from "../../core/log.ts";
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
  return { found, failures, lines, errors: stats.errors };
}

const all = Array.from({ length: BLOCKS }, (_, k) => k);

test("a frame that was written is no longer the node's, and one of an earlier call neither", async (registry) => {
  const { found, failures } = await run(registry, "twice", { supervision: RESTART });
  deepEqual(found, all);
  match(failures[0], /NodeFailedError: Cannot use a frame that is no longer the node's: it was written or released/);
  const kept = await run(registry, "keep", { supervision: RESTART });
  deepEqual(kept.found, all.filter((k) => k !== AT + 1));
  match(kept.failures[0], /NodeFailedError: Cannot use a frame that is no longer the node's/);
});

test("endless recursion is an error as any other", async (registry) => {
  const { found, failures } = await run(registry, "deep", { supervision: RESTART });
  deepEqual(found, all.filter((k) => k !== AT));
  match(failures[0], /RecursionError: maximum recursion depth exceeded .*\(unruly\.py:\d+\)/);
});

test("a whole traceback stands in the log", async (registry) => {
  const { lines } = await run(registry, "raise", { supervision: RESTART });
  await until(() => lines.some((line) => line.includes("in misbehave")), () => lines.join("\n"));
  ok(!lines.some((line) => line.includes("sluice/stage.py")), lines.join("\n"));
});

test("a child that it forks cannot speak in its place", async (registry) => {
  const { found, lines, errors } = await run(registry, "fork");
  deepEqual(found, all);
  equal(errors, 0);
  await until(
    () => lines.some((line) => line.includes("in a child: Cannot reach the runtime")),
    () => lines.join("; "),
  );
});

const MISTAKES: Readonly<Record<string, RegExp>> = {
  scribble: /assignment destination is read-only: a frame that was read; change what frame\.writable\(\) gives/,
  array: /TypeError: Cannot write to output "audio": found ndarray, wanted a frame; acquire\(\) one and fill it/,
  huge: /Cannot acquire a frame for output "audio": samples is 1099511627776, wanted 0 to 2147483647/,
  endless: /^.{1900,2300}$/,
};

for (const [how, said] of Object.entries(MISTAKES)) {
  test(`a mistake is told in words that help: ${how}`, async (registry) => {
    const { found, failures } = await run(registry, how, { supervision: RESTART });
    deepEqual(found, all.filter((k) => k !== AT));
    match(failures[0], said);
  });
}

test("what process() returns goes nowhere, and that is told once", async (registry) => {
  const { found, lines } = await run(registry, "return");
  deepEqual(found, all);
  const told = lines.filter((line) => line.includes("process() has returned AudioFrame, which goes nowhere"));
  equal(told.length, 1);
  match(told[0], /write it by self\.audio\.write\(\)$/);
});
