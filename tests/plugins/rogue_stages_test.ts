/** Stages that do what they should not: the node is named, and what can go on does. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import { tapLog } from "../../core/log.ts";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { noPlugins, PluginFolder } from "../fixtures/plugins/build.ts";

let folder: PluginFolder | undefined;
let loaded: Promise<NodeRegistry> | undefined;

async function load(): Promise<NodeRegistry> {
  // The processes of stages open the library, too.
  folder = await PluginFolder.make();
  const { packages, refused } = await loadPlugins([await folder.addC("rogue", { file: "rogue.c" })]);
  deepEqual(refused, []);
  return new NodeRegistry(packages);
}

Deno.test.afterAll(async () => await folder?.[Symbol.asyncDispose]());

function rogue(name: string, fn: (registry: NodeRegistry) => Promise<void>): void {
  const title = noPlugins === undefined ? name : `${name} (left out: ${noPlugins})`;
  Deno.test({
    name: `rogue stages: ${title}`,
    ignore: noPlugins !== undefined,
    fn: async () => await fn(await (loaded ??= load())),
  });
}

rogue("one that does not return from create() is refused after setupTimeoutMs, by name", async (registry) => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/go-on`;
  const runtime = new Runtime({ native: "require", registry, setupTimeoutMs: 50 });
  runtime.addByType("com.example.rogue-wait", { path }, { id: "waits", lane: "native" });
  // The runtime gives the thread some time to end: it does once it is known what is said.
  const stopTap = tapLog(({ message }) => {
    if (message.startsWith('Lane "native" has not closed: a call of "waits"')) Deno.writeTextFileSync(path, "");
  });
  await rejects(runtime.start(), {
    code: "Timeout",
    message:
      'Node "waits" (com.example.rogue-wait) did not return from setup() within 50 ms, and keeps lane "native"; if it ' +
      'may take longer, raise "setupTimeoutMs" of the runtime',
  });
  stopTap();
  await runtime[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

rogue("an edit with one that does not return from create() is refused, by name", async (registry) => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/go-on`;
  const runtime = new Runtime({ native: "require", registry });
  runtime.addByType("com.example.rogue-wait", { path: folder }, { id: "here", lane: "native" });
  await runtime.start();
  const edit = runtime.edit((edit) => {
    edit.addByType("com.example.rogue-wait", { path }, { id: "waits", lane: "native" });
  }, { timeoutMs: 50 });
  await rejects(edit, {
    code: "Timeout",
    message:
      /^Cannot edit the graph: lane "native" was not ready within 50 ms: "waits" has not returned from setup\(\)$/,
  });
  await Deno.writeTextFile(path, "");
  await runtime.stop();
  await runtime[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

/** How to push and see frames of each kind, which fill their slots of so many bytes, but for values. */
const KINDS = {
  audio: {
    slotBytes: 64,
    what: "an audio frame",
    add: (runtime: Runtime) => {
      const source = runtime.add(appSource.audio({ sampleRateHz: 8_000, channels: 2 }), { id: "source" });
      const push = (k: number) =>
        source.push({ channels: [Float32Array.of(...numbers(k)), new Float32Array(8).fill(k)] });
      return { push, end: () => source.end() };
    },
    listen: (runtime: Runtime, id: string) =>
      seen(runtime.add(appSink.audio(), { id }), (frame) => bytesOf(frame.channel(1))),
    expected: (k: number) => flipped(bytesOf(new Float32Array(8).fill(k))),
  },
  video: {
    slotBytes: 64,
    what: "a video frame",
    add: (runtime: Runtime) => {
      const source = runtime.add(appSource.video({ pixelFormat: "rgba8", width: 16, height: 1 }), { id: "source" });
      return { push: (k: number) => source.push({ planes: [new Uint8Array(64).fill(k)] }), end: () => source.end() };
    },
    listen: (runtime: Runtime, id: string) =>
      seen(runtime.add(appSink.video(), { id }), (frame) => bytesOf(frame.plane(0))),
    expected: (k: number) => flipped(new Array(64).fill(k)),
  },
  encoded: {
    slotBytes: 64,
    what: "an encoded frame",
    add: (runtime: Runtime) => {
      const source = runtime.add(appSource.encoded({ codec: "jpeg", width: 4, height: 4 }), { id: "source" });
      const push = (k: number) => source.push({ bytes: new Uint8Array(60).fill(k), keyframe: true });
      return { push, end: () => source.end() };
    },
    listen: (runtime: Runtime, id: string) =>
      seen(runtime.add(appSink.encoded(), { id }), (frame) => bytesOf(frame.bytes)),
    expected: (k: number) => flipped(new Array(60).fill(k)),
  },
  packet: {
    slotBytes: 128,
    what: "a packet",
    add: (runtime: Runtime) => {
      const source = runtime.add(appSource.packet({ fields: { x: "f64" } }), { id: "source" });
      return { push: (k: number) => source.push({ columns: { x: numbers(k) } }), end: () => source.end() };
    },
    listen: (runtime: Runtime, id: string) =>
      seen(runtime.add(appSink.packet<{ x: "f64" }>(), { id }), (frame) => bytesOf(frame.column("x"))),
    expected: (k: number) => flipped(bytesOf(Float64Array.from(numbers(k)))),
  },
  data: {
    slotBytes: 1_024,
    what: "a value",
    add: (runtime: Runtime) => {
      const source = runtime.add(appSource.data<number>(), { id: "source" });
      return { push: (k: number) => source.push({ value: k }), end: () => source.end() };
    },
    listen: (runtime: Runtime, id: string) => seen(runtime.add(appSink.data<number>(), { id }), ({ value }) => [value]),
    expected: (k: number) => [k],
  },
} as const;

type Wrong = readonly [how: string, config: Readonly<Record<string, number | boolean>>];

/** What each node does wrong, by what is said of it; `FRAME` is what that calls the frame. */
const WRONGS: readonly Wrong[] = [
  ["beyond the end of FRAME", { fromEnd: true, at: 0 }],
  ["beyond the end of FRAME", { fromEnd: true, at: 0, toRead: true }],
  ["beyond the end of FRAME", { fromEnd: true, at: 0, atOnce: true }],
  ["beyond the end of FRAME", { fromEnd: true, at: 600 }],
  ["beyond the end of FRAME", { fromEnd: true, at: 0, givesBack: true }],
  ["beyond the end of FRAME", { fromEnd: true, at: 0, late: true }],
  ["before the beginning of FRAME", { at: -200 }],
  ["before the beginning of FRAME", { at: -128, toRead: true }],
  ["to FRAME by an address that is for reading; ask for one by plane_mut", { at: 0, toRead: true }],
  ["to FRAME by an address that is for reading; ask for one by plane_mut", { at: 0, toRead: true, atOnce: true }],
  ["to FRAME after it had handed that on", { at: 0, late: true }],
  ["to FRAME after it had handed that on", { at: 0, late: true, toRead: true }],
];

const ACQUIRED: Wrong = [
  'beyond the end of an audio frame of port "out"',
  { acquires: true, fromEnd: true, at: 0 },
];

for (const kind of ["audio", "video", "encoded", "packet", "data"] as const) {
  const wrongs: readonly Wrong[] = [
    ...WRONGS,
    [kind === "packet" ? "outside the parts of FRAME" : "before the beginning of FRAME", { at: -1 }],
    ...(kind === "audio" ? [ACQUIRED] : []),
  ];
  for (const isolate of kind === "audio" ? [undefined, "process"] as const : [undefined]) {
    const where = isolate === undefined ? "" : ", in processes of their own";
    rogue(`those that write where they must not are caught in development mode: ${kind}${where}`, async (registry) => {
      const { slotBytes, what, add, listen, expected } = KINDS[kind];
      const pools = { [kind]: { slotBytes } };
      await using runtime = new Runtime({ native: "require", registry, development: true, pools });
      const { push, end } = add(runtime);
      const errors: unknown[] = [];
      runtime.events.on("error", (event) => "error" in event && errors.push((event.error as Error).message));
      const addStage = (id: string, config: Wrong[1]) => {
        const lane = isolate === undefined ? "native" : id;
        runtime.addByType(`com.example.rogue-${kind}`, { ...config }, { id, lane, supervision: "disable", isolate });
        const heard = listen(runtime, `from-${id}`);
        runtime.connectByName(`source.${kind}`, `${id}.in`, { policy: "lossless" });
        runtime.connectByName(`${id}.out`, `from-${id}.${kind}`, { policy: "lossless" });
        return heard;
      };
      const listening = [
        addStage("right", { flips: kind !== "data" }),
        // Processes take a while to start.
        ...(isolate === undefined ? wrongs : wrongs.slice(0, 1)).map(([, config], k) => addStage(`wrong-${k}`, config)),
      ];
      await runtime.start();
      const hearing = listening.map((start) => start());
      for (let k = 1; k < 4; k++) await push(k);
      end();
      const summary = await runtime.finished;
      const [right] = await Promise.all(hearing);
      deepEqual(right, [1, 2, 3].map(expected));
      const wanted = wrongs.slice(0, listening.length - 1).map(([how], k) =>
        `Node "wrong-${k}" (com.example.rogue-${kind}) failed in its native stage: it wrote ` +
        how.replace("FRAME", `${what} of port "in"`)
      );
      deepEqual(errors.toSorted(), wanted.toSorted());
      for (const { id, state } of summary.nodes) {
        if (id.startsWith("wrong-")) equal(state, "disabled", id);
      }
      for (const pool of summary.pools) equal(pool.free, pool.slots, `pool ${pool.name} has all its slots again`);
    });
  }
}

function numbers(k: number): number[] {
  return Array.from({ length: 8 }, (_, at) => k * 10 + at);
}

function flipped([first, ...rest]: readonly number[]): number[] {
  return [first ^ 1, ...rest];
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): number[] {
  return [...new Uint8Array(buffer, byteOffset, byteLength)];
}

/** What to do once the graph runs, to see the frames that a sink gets. */
function seen<F>(sink: AsyncIterable<F>, see: (frame: F) => number[]): () => Promise<number[][]> {
  return () => Array.fromAsync(sink, see);
}
