/** Pictures that are handles on the lane of their stage: how often each is mapped, and that each is released once. */
import { deepEqual, equal } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { noPlugins, PluginFolder } from "../fixtures/plugins/build.ts";

const COUNT = 10;

let folder: PluginFolder | undefined;
let loaded: Promise<NodeRegistry> | undefined;

async function load(): Promise<NodeRegistry> {
  folder = await PluginFolder.make();
  await folder.addC("foreign", { file: "foreign.c" });
  const { packages, refused } = await loadPlugins([folder.path]);
  deepEqual(refused, []);
  return new NodeRegistry(packages);
}

Deno.test.afterAll(async () => await folder?.[Symbol.asyncDispose]());

interface Case {
  /** Of the source. */
  readonly fails?: boolean;
  /** Of the stage behind it. */
  readonly looks?: boolean;
  readonly lane?: string;
  readonly isolate?: "process";
  readonly development?: boolean;
  /** Whether TypeScript reads the pictures. */
  readonly read?: boolean;
}

/** Runs tiles → handles → a sink in this script, and tells the counts, and the values of the pictures that came. */
async function run({ fails = false, looks = false, lane, isolate, development = false, read = false }: Case) {
  const registry = await (loaded ??= load());
  await using runtime = new Runtime({ native: "require", mode: "offline", registry, development });
  runtime.addByType("com.example.tiles", { count: COUNT, fails }, { id: "tiles", lane: "pictures" });
  runtime.addByType("com.example.handles", { looks }, { id: "handles", lane: lane ?? "pictures", isolate });
  runtime.connectByName("tiles.video", "handles.videoIn");
  const values: number[] = [];
  let done: Promise<void> = Promise.resolve();
  if (read) {
    const sink = runtime.add(appSink.video(), { id: "sink" });
    runtime.connectByName("handles.videoOut", "sink.video");
    done = (async () => {
      for await (const picture of sink) values.push(picture.plane(0)[0] + (picture.gap ? 1000 : 0));
    })();
  }
  await runtime.start();
  const { nodes, pools } = await runtime.finished;
  await done;
  for (const pool of pools) equal(pool.free, pool.slots, `pool ${pool.name} has all its slots again`);
  return { values, ...nodes.find(({ id }) => id === "handles")?.figures };
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `foreign frames: ${name}`, ignore: noPlugins !== undefined, fn });
}

const ALL = Array.from({ length: COUNT }, (_, k) => k);

test("stages of one lane hand handles on, and nothing is copied", async () => {
  deepEqual(await run({}), { values: [], made: COUNT, mapped: 0, released: COUNT, seen: COUNT, missed: 0 });
});

test("TypeScript reads the bytes, and each is mapped once as it leaves the lane", async () => {
  const counts = { made: COUNT, mapped: COUNT, released: COUNT, seen: COUNT, missed: 0 };
  deepEqual(await run({ read: true }), { values: ALL, ...counts });
});

test("a stage that asks for a plane has the bytes, and no handle any more", async () => {
  const counts = { made: COUNT, mapped: COUNT, released: COUNT, seen: COUNT, missed: 0 };
  deepEqual(await run({ looks: true, read: true }), { values: ALL, ...counts });
});

test("a stage on another lane has the bytes", async () => {
  const counts = { made: COUNT, mapped: COUNT, released: COUNT, seen: 0, missed: COUNT };
  deepEqual(await run({ lane: "other", read: true }), { values: ALL, ...counts });
});

test("development mode checks the bytes that a stage was given", async () => {
  const { values, made, mapped, released } = await run({ looks: true, read: true, development: true }) as
    & Record<string, number>
    & { values: number[] };
  deepEqual([values, made, mapped, released], [ALL, COUNT, COUNT, COUNT]);
});

test("a stage in a process of its own has the bytes", async () => {
  deepEqual((await run({ isolate: "process", read: true })).values, ALL);
});

test("a picture that cannot be mapped is a gap of zeros", async () => {
  const { values } = await run({ fails: true, read: true });
  deepEqual(values, ALL.map(() => 1000));
});
