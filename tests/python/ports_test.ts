/** Ports of nodes in Python do and refuse what those of all stages do, also in development mode. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Runtime } from "../../core/runtime.ts";
import { appSink, appSource, pythonTest as test } from "../fixtures/python/graph.ts";

const LOSSLESS = { policy: "lossless", capacity: 4 } as const;

for (const development of [false, true]) {
  const mode = development ? "development mode" : "the usual mode";
  test(`frames are peeked at, forwarded, changed and marked, in ${mode}`, async (registry) => {
    await using runtime = new Runtime({ mode: "offline", registry, development });
    const source = runtime.add(appSource.audio({ sampleRateHz: 8_000, channels: 2 }), { id: "source" });
    runtime.addByType("com.example.py-router", {}, { id: "router" });
    const [plain, marked] = ["plain", "marked"].map((id) => runtime.add(appSink.audio(), { id }));
    runtime.connectByName("source.audio", "router.audio_in", LOSSLESS);
    runtime.connectByName("router.audio", "plain.audio", LOSSLESS);
    runtime.connectByName("router.marked", "marked.audio", LOSSLESS);
    await runtime.start();
    const heard = Promise.all([plain, marked].map(async (sink) => {
      const found: number[][] = [];
      for await (const frame of sink) {
        found.push([...frame.channel(1), Number(frame.discontinuity), frame.durationNs === 5 ? 5 : 0]);
      }
      return found;
    }));
    for (let k = 0; k < 6; k++) await source.push({ channels: [new Float32Array(3), new Float32Array(3).fill(k)] });
    const seen = await runtime.command("router", "look") as unknown[][];
    deepEqual(seen[0], [2, 3, "open", "unlinked", null]);
    source.end();
    deepEqual(await heard, [
      [0, 1, 2, 3, 4, 5].map((k) => [k, k, k, 0, 0]),
      [0, 1, 2, 3, 4, 5].map((k) => [k + 1, k + 1, k + 1, 1, 5]),
    ]);
    const { pools } = await runtime.finished;
    for (const pool of pools) equal(pool.free, pool.slots, `pool ${pool.name} has all its slots again`);
  });
}

test("a pool without free slots, a full link and a wrong shape are told, and every slot comes back", async (registry) => {
  await using runtime = new Runtime({ mode: "offline", registry });
  runtime.addByType("com.example.py-greedy", {}, { id: "greedy" });
  const audio = runtime.add(appSink.audio(), { id: "audio" });
  const value = runtime.add(appSink.data<{ slots: number; written: number; said: string[] }>(), { id: "value" });
  runtime.connectByName("greedy.audio", "audio.audio", { policy: "lossless", capacity: 2 });
  runtime.connectByName("greedy.value", "value.data", LOSSLESS);
  await runtime.start();
  const blocks: number[] = [];
  const heard = (async () => {
    for await (const frame of audio) blocks.push(frame.channel(0)[7]);
  })();
  for await (const { value: found, ptsNs } of value) {
    equal(ptsNs, 7);
    ok(found.slots > found.written, `${found.slots} slots, ${found.written} written`);
    const [exhausted, busy, large, shape] = found.said;
    match(exhausted, /^PoolExhausted: Cannot acquire a frame for output "audio": no slot is free; declare a larger/);
    match(busy, /^Busy: Cannot write to output "audio": /);
    match(large, /^PoolExhausted: Cannot acquire a frame for output "audio": .*bytes/);
    match(shape, /^Cannot acquire a frame for output "audio": got an unexpected keyword argument 'width'$/);
    await heard;
    deepEqual(blocks, Array.from({ length: found.written }, (_, k) => k));
  }
  const { pools } = await runtime.finished;
  for (const pool of pools) equal(pool.free, pool.slots, `pool ${pool.name} has all its slots again`);
});

test("two inputs are read in pairs, and no block is lost between them", async (registry) => {
  await using runtime = new Runtime({ mode: "offline", registry });
  const sources = ["left", "right"].map((id) =>
    runtime.add(appSource.audio({ sampleRateHz: 48_000, channels: 1 }), { id })
  );
  runtime.addByType("com.example.py-pairs", {}, { id: "pairs" });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  for (const id of ["left", "right"]) runtime.connectByName(`${id}.audio`, `pairs.${id}`, { capacity: 2 });
  runtime.connectByName("pairs.audio", "sink.audio", { capacity: 1 });
  await runtime.start();
  const pushed = Promise.all(sources.map(async (source, s) => {
    for (let k = 0; k < 40; k++) await source.push({ channels: [Float32Array.of(k * (s + 1))] });
    source.end();
  }));
  const found: number[] = [];
  for await (const frame of sink) found.push(frame.channel(0)[0]);
  await pushed;
  await runtime.finished;
  deepEqual(found, Array.from({ length: 40 }, (_, k) => 3 * k));
});
