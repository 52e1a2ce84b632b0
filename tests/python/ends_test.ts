/** Nodes in Python: they raise, hang in C, are killed, take all memory and fork, and nothing else ends. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import type { AddOptions } from "../../core/runtime_options.ts";
import type { RunSummary } from "../../core/stats.ts";
import { graphWithBeside } from "../fixtures/beside.ts";
import { pythonTest } from "../fixtures/python/graph.ts";
import { rare } from "../fixtures/rare.ts";
import { until } from "../fixtures/waiting.ts";

const BLOCKS = 30;
const AT = 7;
function test(name: string, fn: (registry: NodeRegistry) => Promise<void>): void {
  pythonTest(name, async (registry) => {
    await fn(registry);
    await until(() => remains().length === 0);
  });
}

/** Processes of nodes in Python that this process, or one that it has started, has not seen the end of. */
function remains(): string[] {
  return [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const words = Deno.readTextFileSync(`/proc/${name}/cmdline`).split("\0");
      return words.includes("sluice.host") && words.includes(String(Deno.pid)) ? [name] : [];
    } catch {
      // It has ended.
      return [];
    }
  });
}

function graph(
  registry: NodeRegistry,
  mode: "live" | "offline",
  config: Record<string, unknown>,
  options: AddOptions = {},
) {
  const names = { id: "node", input: "audio_in", output: "audio_out" };
  return graphWithBeside(
    names,
    { mode, registry },
    (runtime) => runtime.addByType("com.example.py-ending", config, { id: "node", ...options }),
  );
}

function assertExact({ links, pools }: Pick<RunSummary, "links" | "pools">): void {
  for (const { written, read, dropped } of links) {
    equal(written, read + dropped.full + dropped.skipped + dropped.unlinked + dropped.laneLost);
  }
  for (const pool of pools) equal(pool.free, pool.slots, `pool ${pool.name} has all its slots again`);
}

const restart = { restart: { backoffMs: 1, maxBackoffMs: 1 } };
const all = Array.from({ length: BLOCKS }, (_, k) => k);

/** How it ends badly, with which options, and what is said of that. */
const ENDS: readonly (readonly [how: string, options: AddOptions, said: RegExp])[] = [
  ["raise", {}, /ValueError: there is no more tape \(ending\.py:\d+\)$/],
  ["exit", {}, /SystemExit: 3/],
  ["leave", {}, /its process \d+ ended with status 3$/],
  ["crash", {}, /its process \d+ was killed by SIGSEGV, an access to memory that it does not have$/],
  ["devour", { isolateMemoryMb: 256 }, /MemoryError|was killed by SIG/],
  ["hang", { callTimeoutMs: 800 }, /its process \d+ did not return within 800 ms and was killed$/],
];

for (const [how, options, said] of ENDS) {
  const register = how === "raise" || how === "crash" ? test : rare(test);
  register(`${how}: the node is restarted, and all other counts go on`, async (registry) => {
    const world = graph(registry, "offline", { how, at: AT }, { supervision: restart, ...options });
    await using runtime = world.runtime;
    const { heard } = await world.start();
    await world.push(0, BLOCKS);
    world.source.end();
    const stats = await runtime.finished;
    const [through, beside] = await heard;
    deepEqual(beside, all);
    // The one that the node had is lost with it.
    deepEqual(through, all.filter((k) => k !== AT));
    assertExact(stats);
    const { errors, restarts, state } = stats.nodes.find(({ id }) => id === "node")!;
    deepEqual([errors, restarts, state], [1, 1, "ended"]);
    await until(() => world.failures.length === 1);
    match(world.failures[0], said);
  });
}

test("a process that is killed while it has nothing to do is replaced, and no frame is lost", async (registry) => {
  const world = graph(registry, "live", { at: -1 }, { supervision: restart });
  await using runtime = world.runtime;
  const { heard } = await world.start();
  await world.push(0, 10);
  await until(() => runtime.stats().links.find(({ from }) => from === "node.audio_out")!.written === 10);
  Deno.kill(await runtime.command("node", "number") as number, "SIGKILL");
  await until(() => runtime.stats().nodes.find(({ id }) => id === "node")!.restarts === 1);
  await world.push(10, BLOCKS);
  world.source.end();
  assertExact(await runtime.finished);
  deepEqual(await heard, [all, all]);
});

test("a child that a node has forked ends with the node's process", async (registry) => {
  const world = graph(registry, "offline", { how: "fork", at: AT });
  await using runtime = world.runtime;
  const { heard } = await world.start();
  await world.push(0, BLOCKS);
  world.source.end();
  assertExact(await runtime.finished);
  deepEqual(await heard, [all, all]);
});

test("a node is replaced while the graph runs, with its state, by a process that was started ahead", async (registry) => {
  const world = graph(registry, "live", { at: -1 });
  await using runtime = world.runtime;
  const { heard } = await world.start();
  await world.push(0, 10);
  const before = await runtime.command("node", "number");
  await runtime.edit((edit) => edit.replaceByType("node", "com.example.py-ending", { at: 1_000 }));
  ok(await runtime.command("node", "number") !== before);
  await world.push(10, BLOCKS);
  world.source.end();
  const stats = await runtime.finished;
  assertExact(stats);
  deepEqual(await heard, [all, all]);
  deepEqual(stats.nodes.find(({ id }) => id === "node")!.figures, { blocks: BLOCKS });
});

test("no edit takes a node into the runtime's process", async (registry) => {
  const world = graph(registry, "live", { at: -1 });
  await using runtime = world.runtime;
  await world.start();
  const edit = runtime.edit((edit) =>
    edit.replaceByType("node", "com.example.py-ending", { at: -1 }, { isolate: false })
  );
  await rejects(edit, { code: "InvalidConfig", message: /its code always runs in a process of its own/ });
  await runtime.stop();
});

rare(test)("100 rounds leave no process behind", async (registry) => {
  for (let round = 0; round < 100; round++) {
    const [how] = ENDS[round % 4];
    const world = graph(registry, "offline", { how, at: AT }, { supervision: "disable" });
    await using runtime = world.runtime;
    const { heard } = await world.start();
    await world.push(0, BLOCKS);
    world.source.end();
    assertExact(await runtime.finished);
    deepEqual((await heard)[1], all);
  }
});
