/** Graphs with native lanes that are changed while they run, in one transaction with the lanes of TypeScript. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { nativeNodes } from "../core/registry/fixtures/test_stages.ts";
import { Runtime } from "../core/runtime.ts";
import { nativeFault } from "./fixtures/native_fault.ts";
import { checkingSink, collect, collected, numberedSource, pass } from "./fixtures/numbered.ts";
import { type Script, sink } from "./fixtures/scripted.ts";
import { assertAccounted, assertSpent } from "./fixtures/accounted.ts";
import { flow, FRAMES_BETWEEN, until } from "./fixtures/waiting.ts";

const { nativeSource, nativePass, nativeGain, nativeSink } = nativeNodes;

/** Random edits of one run. */
const EDITS = Deno.env.get("SLUICE_DEEP") === "1" ? 60 : 12;

/** Moves of a stage in one run. */
const MOVES = Deno.env.get("SLUICE_DEEP") === "1" ? 50 : 16;

/** Lanes that come and go: more than there can be at a time. */
const ENDED_LANES = 68;

const ignore = Deno.env.get("SLUICE_NATIVE") === "off";

function native(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `native lanes, live: ${name}`, ignore, fn });
}

/** Room for what the edits add. */
const pools = { audio: { slots: 4_000, slotBytes: 64 } };

/** An endless chain over three lanes: source (native, "a") → middle (native, "b") → sink (main) → found. */
function chain(): Runtime {
  const runtime = new Runtime({ mode: "offline", native: "require", pools });
  const source = runtime.add(nativeSource({ blockSize: 8 }), { id: "source", lane: "a" });
  const middle = runtime.add(nativePass(), { id: "middle", lane: "b" });
  const target = runtime.add(checkingSink(), { id: "sink", lane: "main" });
  const found = runtime.add(collect(), { id: "found", lane: "main" });
  runtime.connect(source.outputs.audio, middle.inputs.audioIn);
  runtime.connect(middle.outputs.audioOut, target.inputs.audio);
  runtime.connect(target.outputs.findings, found.inputs.data);
  return runtime;
}

async function assertWhole(runtime: Runtime): Promise<void> {
  const summary = (await runtime.stop())!;
  assertSpent(summary);
  const [{ received, corrupt, disordered, missing }] = collected;
  deepEqual({ corrupt, disordered, missing }, { corrupt: 0, disordered: 0, missing: 0 });
  ok(received > FRAMES_BETWEEN);
}

native("edits leave links alone that they do not name", async () => {
  collected.length = 0;
  const runtime = chain();
  await runtime.start();
  // Ends of links that come and go: native to native (in a lane and between two), native to TypeScript and back.
  const lanes = ["a", "b", "c"];
  const policies = ["lossless", "roll-off", "latest", "drop-newest"] as const;
  for (let k = 0; k < EDITS; k++) {
    const id = `extra-${k % 4}`;
    await runtime.edit((edit) => {
      if (k >= 4) {
        edit.remove(id);
        edit.remove(`${id}-end`);
      }
      const policy = policies[k % 4];
      const first = k % 5 === 4
        ? edit.add(pass(), { id, lane: "far" })
        : edit.add(k % 2 === 0 ? nativePass() : nativeGain(), { id, lane: lanes[k % 3] });
      const last = edit.add(nativeSink({ checkSamples: false }), { id: `${id}-end`, lane: lanes[(k >> 1) % 3] });
      edit.connectByName(k % 2 === 0 ? "source.audio" : "middle.audioOut", `${first.id}.audioIn`, { policy });
      edit.connectByName(`${first.id}.audioOut`, `${last.id}.audio`);
      if (k % 7 === 0) edit.replace("middle", nativePass());
    });
    await flow(runtime, "sink");
    if (k % 3 === 0) await flow(runtime, `${id}-end`);
    if (k % 10 !== 0) continue;
    await runtime.pause();
    assertAccounted(runtime.stats());
    await runtime.resume();
  }
  await assertWhole(runtime);
});

native("links between running nodes are disconnected and connected again, and nothing of them is lost", async () => {
  collected.length = 0;
  const runtime = chain();
  await runtime.start();
  const added = await runtime.edit((edit) => {
    const far = edit.add(nativeSink({ checkSamples: false }), { id: "far", lane: "c" });
    return edit.connectByName("source.audio", `${far.id}.audio`);
  });
  await flow(runtime, "far");
  let link: string = added;
  for (let k = 0; k < 20; k++) {
    link = await runtime.edit((edit) => {
      edit.disconnect(link);
      return edit.connectByName(k % 2 === 0 ? "middle.audioOut" : "source.audio", "far.audio", {
        policy: k % 3 === 0 ? "roll-off" : "lossless",
      });
    });
    equal(runtime.stats().links.filter(({ to }) => to === "far.audio").length, 1);
    await flow(runtime, "far");
  }
  await assertWhole(runtime);
});

native("a processor feeds a native stage that comes later, and a native source one that comes later", async () => {
  collected.length = 0;
  const runtime = new Runtime({ mode: "offline", native: "require", pools });
  const source = runtime.add(numberedSource({ count: 1e9, perTick: 8 }), { id: "source", lane: "worker" });
  const held = runtime.add(pass(), { id: "held", lane: "worker" });
  runtime.connect(source.outputs.audio, held.inputs.audioIn);
  await runtime.start();
  // There is no native lane yet.
  await runtime.edit((edit) => {
    const counts = edit.add(nativeSink(), { id: "counts" });
    edit.connect(source.outputs.audio, counts.inputs.audio, { policy: "lossless" });
  });
  await flow(runtime, "counts");
  await runtime.edit((edit) => {
    const other = edit.add(nativeSource({ blockSize: 8 }), { id: "other", lane: "second" });
    const target = edit.add(checkingSink(), { id: "sink", lane: "main" });
    const found = edit.add(collect(), { id: "found", lane: "main" });
    edit.connect(other.outputs.audio, target.inputs.audio, { policy: "lossless" });
    edit.connect(target.outputs.findings, found.inputs.data);
  });
  await flow(runtime, "sink");
  deepEqual(runtime.stats().lanes.map(({ name, kind }) => [name, kind]), [
    ["worker", "worker"],
    ["native", "native"],
    ["second", "native"],
    ["main", "main"],
  ]);
  const summary = (await runtime.stop())!;
  const { received, corrupt, disordered } = summary.nodes.find(({ id }) => id === "counts")!.figures!;
  deepEqual([corrupt, disordered], [0, 0]);
  ok(received >= FRAMES_BETWEEN);
  deepEqual([collected[0].missing, collected[0].corrupt], [0, 0]);
  for (const { name, slots, free } of summary.pools) equal(free, slots, `pool ${name}`);
});

native("a refused edit changes no lane, whichever refuses it", async () => {
  collected.length = 0;
  const runtime = chain();
  await runtime.start();
  const before = runtime.stats().links.map(({ id }) => id);
  const refused = (message: RegExp, config: Parameters<typeof nativeFault>[0]) =>
    rejects(
      runtime.edit((edit) => {
        edit.disconnect(before[0]);
        edit.replace("middle", nativeGain());
        edit.connectByName("source.audio", "middle.audioIn", { policy: "drop-newest" });
        const added = edit.add(nativeFault(config), { id: "bad", lane: "c" });
        edit.connectByName("source.audio", `${added.id}.audioIn`);
      }),
      (error: { code: string; message: string }) => {
        equal(error.code, "NodeFailed");
        match(error.message, message);
        return true;
      },
    );
  for (let k = 0; k < 5; k++) {
    await refused(/^Node "bad" \(native-fault\) failed in its native stage: it was told to refuse$/, { refuse: true });
    deepEqual(runtime.stats().links.map(({ id }) => id), before);
    equal(runtime.stats().nodes.find(({ id }) => id === "middle")!.type, "native-pass");
    await flow(runtime, "sink");
    // What the aborted edit has left behind would come into effect with this one.
    await runtime.edit((edit) =>
      void edit.add(nativeSource({ count: 1, blockSize: 8 }), { id: `idle-${k}`, lane: "c" })
    );
  }
  await assertWhole(runtime);
});

native("lanes that edits leave without stages end, and their places are used again", async () => {
  collected.length = 0;
  const runtime = chain();
  const closed: string[] = [];
  using _listening = runtime.events.on("lane:*", (event) => {
    if (event.group === "lane" && event.kind === "closed") closed.push(event.lane);
  });
  await runtime.start();
  const threads = countThreads();
  for (let k = 0; k < ENDED_LANES; k++) {
    const spec = k % 4 === 3 ? pass() : nativePass();
    await runtime.edit((edit) => {
      edit.add(spec, { id: "extra", lane: `extra-${k}` });
      edit.connectByName("source.audio", "extra.audioIn");
    }, { timeoutMs: 60_000 });
    if (k % 4 > 1) await flow(runtime, "extra");
    await runtime.edit((edit) => edit.remove("extra"), { timeoutMs: 60_000 });
  }
  await runtime.edit(() => {});
  deepEqual(runtime.stats().lanes.map(({ name }) => name), ["main", "a", "b"]);
  await until(() => closed.length === ENDED_LANES);
  // Those of workers take a while.
  await until(() => countThreads() < threads + ENDED_LANES / 4);
  await assertWhole(runtime);
});

native("a native stage that cannot have a live value is told so, and the rest of the edit is in effect", async () => {
  const peaks: number[] = [];
  await using runtime = new Runtime({ native: "require" });
  const source = runtime.add(nativeSource({ blockSize: 8, paced: true, sampleRateHz: 8_000 }), { id: "source" });
  const gain = runtime.add(nativeGain(), { id: "gain" });
  const target = runtime.add(
    sink({
      process(this: Script) {
        for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) peaks.push(frame.channel(0)[7]);
      },
    }),
    { id: "target", lane: "main" },
  );
  runtime.connect(source.outputs.audio, gain.inputs.audioIn);
  runtime.connect(gain.outputs.audioOut, target.inputs.audioIn);
  await runtime.start();
  await flow(runtime, "target", 5);
  ok(peaks.every((value) => value % 1 === 0), "samples are whole numbers until a gain is at work");
  await runtime.edit((edit) => edit.reconfigure("gain", { gainDb: -120 }));
  await until(() => Math.abs(peaks.at(-1)!) < 1);
  await rejects(runtime.edit((edit) => edit.reconfigure("gain", { gainDb: 99 })), { code: "InvalidConfig" });
  // Its block size is not live: the source is replaced, and goes on from the block that it had come to.
  const sent = runtime.stats().nodes[0].figures!.sent;
  await runtime.edit((edit) => edit.reconfigure("source", { blockSize: 16 }));
  await flow(runtime, "target", 5);
  ok(runtime.stats().nodes[0].figures!.sent > sent);
  await runtime.stop();
});

native("bypass() hands frames on past a native stage, and back", async () => {
  await using runtime = new Runtime({ mode: "offline", native: "require", pools });
  const source = runtime.add(nativeSource({ blockSize: 8 }), { lane: "a" });
  const gain = runtime.add(nativeGain({ gainDb: -6 }), { id: "gain", lane: "b" });
  const target = runtime.add(nativeSink(), { id: "target", lane: "c" });
  runtime.connect(source.outputs.audio, gain.inputs.audioIn);
  runtime.connect(gain.outputs.audioOut, target.inputs.audio);
  await runtime.start();
  const scaled = () => runtime.stats().nodes.find(({ id }) => id === "target")!.figures!.corrupt;
  await until(() => scaled() > FRAMES_BETWEEN);
  await runtime.edit((edit) => edit.bypass("gain"));
  // More than can be on the way.
  await flow(runtime, "target", 1_000);
  const before = scaled();
  await flow(runtime, "target", 1_000);
  equal(scaled(), before);
  await runtime.edit((edit) => edit.bypass("gain", false));
  await until(() => scaled() > before + FRAMES_BETWEEN);
  await runtime.stop();
});

native("pause() holds native sources, and their clock stands still meanwhile", async () => {
  await using runtime = new Runtime({ mode: "live", native: "require" });
  const source = runtime.add(nativeSource({ blockSize: 480, paced: true }), { id: "source", lane: "a" });
  const target = runtime.add(nativeSink(), { id: "target", lane: "b" });
  runtime.connect(source.outputs.audio, target.inputs.audio);
  await runtime.start();
  await flow(runtime, "target", 3);
  await runtime.pause();
  const held = runtime.stats();
  assertAccounted(held);
  // Longer than a graph may stand still that is not paused.
  await new Promise((resolve) => setTimeout(resolve, 1_700));
  // An edit of a paused graph is in effect when it returns.
  await runtime.edit((edit) => {
    const second = edit.add(nativeSink(), { id: "second", lane: "b" });
    edit.connect(source.outputs.audio, second.inputs.audio);
  });
  await runtime.edit((edit) => edit.remove("second"));
  deepEqual(runtime.stats().links.map((link) => link.written), held.links.map((link) => link.written));
  await runtime.resume();
  await flow(runtime, "target", 3);
  // In this order: a block may be sent meanwhile.
  const { links } = runtime.stats();
  const { elapsedNs } = runtime.stats();
  // 10 ms a block; one was sent at once.
  ok(links[0].written <= elapsedNs / 1e7 + 1, "the source does not catch up");
  await runtime.stop();
});

native(
  "a stage moves to other lanes and back, and so do the nodes that links join to it: nothing is lost",
  async () => {
    collected.length = 0;
    const runtime = chain();
    await runtime.start();
    for (let k = 0; k < MOVES; k++) {
      await runtime.edit((edit) => edit.move("middle", k % 2 === 0 ? "c" : "b"));
      if (k % 3 === 0) await runtime.edit((edit) => edit.move("sink", k % 2 === 0 ? "near" : "main"));
      if (k % 5 === 0) await runtime.edit((edit) => edit.move("source", k % 2 === 0 ? "d" : "a"));
      if (k % 8 === 0) await flow(runtime, "sink");
    }
    await flow(runtime, "sink");
    const { links } = runtime.stats();
    ok(links.every(({ dropped }) => dropped.unlinked === 0 && dropped.laneLost === 0 && dropped.full === 0));
    await assertWhole(runtime);
  },
);

native("a stage is not taken away from another one on its lane, nor to one, and both go on", async () => {
  collected.length = 0;
  const runtime = chain();
  await runtime.start();
  await rejects(runtime.edit((edit) => edit.move("middle", "a")), {
    code: "Busy",
    nodeId: "middle",
    message:
      'Cannot move node "middle" (native-pass) to another lane while the graph runs: a link joins it to "source" ' +
      'on native lane "a", which it comes to; stop the graph first, put a node of TypeScript between them, or remove it ' +
      "and add it on the other lane in one edit, where it begins anew",
  });
  await runtime.edit((edit) => {
    const second = edit.add(nativeSink(), { id: "second", lane: "a" });
    edit.connectByName("source.audio", `${second.id}.audio`);
  });
  await rejects(runtime.edit((edit) => edit.move("source", "c")), {
    code: "Busy",
    nodeId: "source",
    message: /: a link joins it to "second" on native lane "a", which it leaves; stop the graph first, /,
  });
  await flow(runtime, "sink");
  deepEqual(runtime.stats().nodes.map(({ id, lane }) => [id, lane]).slice(0, 3), [
    ["source", "a"],
    ["middle", "b"],
    ["sink", "main"],
  ]);
  await assertWhole(runtime);
});

native("a stage begins anew on another lane by an edit that removes and adds it", async () => {
  collected.length = 0;
  const runtime = chain();
  await runtime.start();
  await flow(runtime, "sink");
  await runtime.edit((edit) => {
    edit.remove("middle");
    edit.add(nativePass(), { id: "middle", lane: "c" });
    edit.connectByName("source.audio", "middle.audioIn");
    edit.connectByName("middle.audioOut", "sink.audio");
  });
  await flow(runtime, "sink");
  equal(runtime.stats().nodes.find(({ id }) => id === "middle")?.lane, "c");
  assertSpent((await runtime.stop())!);
});

/** Threads of this process, as Linux tells them; nothing elsewhere. */
function countThreads(): number {
  return Deno.build.os === "linux" ? [...Deno.readDirSync("/proc/self/task")].length : 0;
}
