/** Graphs that are changed while they run: what the edit does, what it leaves alone, and what a refused one leaves. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import { nodes } from "../sluice.gen.ts";
import { fixture, port } from "./fixtures/define.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { hanging } from "./fixtures/hanging.ts";
import { Hold } from "./fixtures/hold.ts";
import { checkingSink, collect, collected, numberedSource, pass } from "./fixtures/numbered.ts";
import { assertAccounted, assertSpent } from "./fixtures/accounted.ts";
import { flow, FRAMES_BETWEEN, until } from "./fixtures/waiting.ts";
import { rare } from "./fixtures/rare.ts";

/** Blocks that no test sees the end of. */
const ENDLESS = 1e9;

/** Edits that are made while a lane is held. */
const EDITS_BESIDE = 5;

/** Length of a block of 1,024 samples at 48 kHz, nanoseconds. */
const BLOCK_NS = 1_024 / 48_000 * 1e9;

/** Random edits of one run. */
const EDITS = 60;

const inAndOut = [
  port({ name: "audioIn", direction: "input", kind: "audio" }),
  port({ name: "audioOut", direction: "output", kind: "audio" }),
];

/**
 * A chain that does not end by itself: source → middle → sink → found; the source on a lane of its choice.
 *
 * @param intervalMs between two ticks of the source; 0 keeps the lanes busy
 */
function chain(native: "require" | "off", lane: string, intervalMs = 0.5): Runtime {
  const runtime = new Runtime({ mode: "live", native, pools: { audio: { slots: 4_000, slotBytes: 64 } } });
  const source = runtime.add(numberedSource({ count: ENDLESS, perTick: 8, intervalMs }), { id: "source", lane });
  const middle = runtime.add(pass(), { id: "middle", lane: "main" });
  const sink = runtime.add(checkingSink(), { id: "sink", lane: "main" });
  const found = runtime.add(collect(), { id: "found", lane: "main" });
  runtime.connect(source.outputs.audio, middle.inputs.audioIn, { policy: "lossless" });
  runtime.connect(middle.outputs.audioOut, sink.inputs.audio, { policy: "lossless" });
  runtime.connect(sink.outputs.findings, found.inputs.data);
  return runtime;
}

for (const lane of ["main", "far"]) {
  eachDriver(`edits leave links alone that they do not name (source on lane ${lane})`, async (native) => {
    collected.length = 0;
    const runtime = chain(native, lane);
    await runtime.start();
    for (let k = 0; k < EDITS; k++) {
      const id = `extra-${k % 3}`;
      await runtime.edit((edit) => {
        if (k >= 3) edit.remove(id);
        const added = edit.add(pass(), { id, lane: k % 2 === 0 ? "main" : "far" });
        edit.connectByName("source.audio", `${added.id}.audioIn`, { policy: k % 4 === 0 ? "lossless" : "roll-off" });
        if (k % 5 === 0) edit.replace("middle", pass());
      });
      await flow(runtime, "sink");
      if (k % 10 !== 0) continue;
      await runtime.pause();
      assertAccounted(runtime.stats());
      await runtime.resume();
    }
    const summary = (await runtime.stop())!;
    assertSpent(summary);
    const [{ received, corrupt, disordered, missing }] = collected;
    deepEqual({ corrupt, disordered, missing }, { corrupt: 0, disordered: 0, missing: 0 });
    ok(received >= EDITS * FRAMES_BETWEEN);
    equal(summary.nodes.length, 7);
  });
}

eachDriver("a refused edit changes nothing and tears down what it had set up", async (native) => {
  const calls: string[] = [];
  const broken = fixture(() => ({
    process() {},
    setup() {
      calls.push("setup");
      throw new Error("no device");
    },
    teardown() {
      calls.push("teardown");
    },
  }), { type: "broken", lane: "main", ports: [inAndOut[0]] });
  const runtime = chain(native, "main");
  await runtime.start();
  const before = runtime.stats().links.map((link) => link.id);
  await rejects(
    runtime.edit((edit) => {
      edit.disconnect(before[1]);
      edit.connectByName("middle.audioOut", "sink.audio");
      const added = edit.add(broken(), { id: "device" });
      edit.connectByName("source.audio", `${added.id}.audioIn`);
    }),
    { code: "NodeFailed", message: 'Node "device" (broken) failed in setup(): no device' },
  );
  deepEqual(calls, ["setup", "teardown"]);
  deepEqual(runtime.stats().links.map((link) => link.id), before);
  await flow(runtime, "sink");
  await rejects(runtime.edit((edit) => edit.connectByName("middle.audioOut", "middle.audioIn")), {
    code: "DestinationOccupied",
  });
  await rejects(runtime.edit((edit) => edit.remove("nobody")), { code: "NodeNotFound" });
  await flow(runtime, "sink");
  assertSpent((await runtime.stop())!);
});

eachDriver("the event of an edit names the nodes that came, went or changed, and no others", async (native) => {
  const runtime = chain(native, "near");
  const told: (readonly [readonly string[], readonly string[]])[] = [];
  runtime.events.on("graph", (event) => {
    if (event.group === "graph") told.push([event.actions, event.nodes]);
  });
  await runtime.start();
  await runtime.edit((edit) => {
    edit.add(pass(), { id: "extra", lane: "near" });
    edit.connectByName("source.audio", "extra.audioIn", { policy: "latest" });
    edit.bypass("middle");
  });
  await runtime.edit((edit) => edit.move("extra", "main"));
  await runtime.edit((edit) => {
    edit.remove("extra");
    edit.replace("middle", pass());
  });
  await runtime.stop();
  deepEqual(told.map(([actions]) => actions), [["add", "connect", "bypass"], ["move"], ["remove", "replace"]]);
  deepEqual(told.map(([, nodes]) => [...nodes].sort()), [["extra", "middle"], ["extra"], ["extra", "middle"]]);
});

eachDriver("an edit waits for no lane that it does not concern", async (native) => {
  using hold = new Hold();
  const runtime = new Runtime({
    mode: "offline",
    native,
    stuckAfterMs: 300,
    // One for all: an edit that needs a pool of its own concerns every lane.
    pools: { audio: { slots: 4_000, slotBytes: 64 } },
  });
  const source = runtime.add(numberedSource({ count: ENDLESS, perTick: 8 }), { id: "source", lane: "near" });
  const held = runtime.add(hanging({ atFrame: 1, hold: hold.path }), { id: "held", lane: "far" });
  runtime.connect(source.outputs.audio, held.inputs.audio, { policy: "latest" });
  const stuck = new Promise<void>((resolve) => {
    runtime.events.on("node:held", ({ kind }) => void (kind === "stuck" && resolve()));
  });
  await runtime.start();
  await stuck;
  const holds = () => runtime.stats().nodes.find(({ id }) => id === "held")!.framesIn === 0;
  for (let k = 0; k < EDITS_BESIDE; k++) {
    await runtime.edit((edit) => {
      edit.add(pass(), { id: "extra", lane: "near" });
      edit.connectByName("source.audio", "extra.audioIn", { policy: "latest" });
    });
    await runtime.edit((edit) => edit.remove("extra"));
    ok(holds(), "lane far is held meanwhile");
  }
  hold.release();
  await until(() => !holds());
  assertSpent((await runtime.stop())!);
});

rare(eachDriver)("a refused edit is forgotten by busy lanes before the next one comes into effect", async (native) => {
  const slow = fixture(
    () => ({
      process() {},
      // The other lanes are ready by then.
      setup: () => new Promise((_, reject) => setTimeout(() => reject(new Error("no device")), 3)),
    }),
    { type: "broken", lane: "main", ports: [inAndOut[0]] },
  );
  collected.length = 0;
  const runtime = chain(native, "far", 0);
  await runtime.edit((edit) => {
    edit.add(pass(), { id: "here", lane: "far" });
    edit.connectByName("source.audio", "here.audioIn");
  });
  await runtime.start();
  const before = runtime.stats().links.map((link) => link.id);
  for (let k = 0; k < 40; k++) {
    const refused = runtime.edit((edit) => {
      edit.disconnect(before.at(-1)!);
      edit.connectByName("source.audio", "here.audioIn", { policy: "drop-newest" });
      edit.connectByName("source.audio", `${edit.add(slow(), { id: "device" }).id}.audioIn`);
    });
    // Lane "far" has no part in this one, nor time to be told of the other's end.
    const next = runtime.edit((edit) => void edit.add(numberedSource({ count: 1 }), { id: `one-${k}`, lane: "main" }));
    await rejects(refused, { code: "NodeFailed" });
    await next;
    deepEqual(runtime.stats().links.map((link) => link.id), before);
  }
  assertSpent((await runtime.stop())!);
  deepEqual([collected[0].missing, collected[0].corrupt], [0, 0]);
});

eachDriver(
  "a node that takes another one's place is given its state, and its links with the frames in them",
  async (native) => {
    const lives: string[] = [];
    const counter = (name: string) =>
      fixture(() => {
        let count = 0;
        const self = {
          audioIn: undefined as never as { read(): { ptsNs: number } | undefined },
          audioOut: undefined as never as { write(frame: unknown): void },
          process() {
            for (let frame = self.audioIn.read(); frame !== undefined; frame = self.audioIn.read()) {
              count++;
              self.audioOut.write(frame);
            }
          },
          snapshot: () => count,
          restore(state: unknown) {
            if (typeof state !== "number") throw new TypeError("not a count");
            count = state;
          },
          teardown: () => void lives.push(`${name}:${count}`),
        };
        return self;
      }, { type: name, lane: "main", ports: inAndOut });
    collected.length = 0;
    const runtime = chain(native, "far");
    await runtime.edit((edit) => void edit.replace("middle", counter("first")()));
    await runtime.start();
    await flow(runtime, "sink");
    await runtime.edit((edit) => void edit.replace("middle", counter("second")()));
    await flow(runtime, "sink");
    const summary = (await runtime.stop())!;
    const [{ received, missing, disordered }] = collected;
    deepEqual([missing, disordered], [0, 0]);
    equal(lives.length, 2);
    ok(lives[0].startsWith("first:"));
    equal(lives[1], `second:${received}`);
    equal(summary.nodes.find((node) => node.id === "middle")!.type, "second");
  },
);

eachDriver("replace() that starts anew does not ask the old node for its state", async (native) => {
  const restored: unknown[] = [];
  const node = (snapshot: () => unknown) =>
    fixture(() => {
      const self = {
        audioIn: undefined as never as { read(): { ptsNs: number } | undefined },
        audioOut: undefined as never as { write(frame: unknown): void },
        process() {
          for (let frame = self.audioIn.read(); frame !== undefined; frame = self.audioIn.read()) {
            self.audioOut.write(frame);
          }
        },
        snapshot,
        restore: (state: unknown) => void restored.push(state),
      };
      return self;
    }, { type: "passing", lane: "main", ports: inAndOut });
  const runtime = chain(native, "far");
  const broken = node(() => {
    throw new Error("no state, on purpose");
  });
  await runtime.edit((edit) => void edit.replace("middle", broken()));
  await runtime.start();
  const good = node(() => 7);
  await rejects(runtime.edit((edit) => void edit.replace("middle", good())), /snapshot\(\).*no state, on purpose/);
  await runtime.edit((edit) => void edit.replace("middle", good(), { startsAnew: true }));
  deepEqual(restored, []);
  await runtime.edit((edit) => {
    edit.replace("middle", good(), { startsAnew: true });
    edit.replace("middle", good());
  });
  deepEqual(restored, [7]);
  await runtime.stop();
});

eachDriver("a sink that is removed while it runs finalises its file", async (native) => {
  const path = await Deno.makeTempFile({ suffix: ".wav" });
  try {
    const runtime = new Runtime({ mode: "live", native });
    const tone = runtime.add(nodes.toneSource({ frequencyHz: 440, durationSeconds: 60 }));
    const level = runtime.add(nodes.levelMeter());
    runtime.connect(tone.outputs.audio, level.inputs.audioIn);
    await runtime.start();
    await runtime.edit((edit) => {
      const file = edit.add(nodes.wavSink({ path }), { id: "file" });
      edit.connect(tone.outputs.audio, file.inputs.audio);
    });
    await flow(runtime, "file", 10);
    await runtime.edit((edit) => edit.remove("file"));
    const bytes = await Deno.readFile(path);
    equal(new TextDecoder().decode(bytes.subarray(0, 4)), "RIFF");
    equal(new DataView(bytes.buffer).getUint32(4, true), bytes.length - 8);
    ok(bytes.length > 10_000);
    await flow(runtime, level.id, 5);
    await runtime.stop();
  } finally {
    await Deno.remove(path);
  }
});

eachDriver("addInput() and removeInput() change a dynamic port of a running node", async (native) => {
  const runtime = new Runtime({ mode: "live", native });
  runtime.add(nodes.toneSource({ frequencyHz: 440, durationSeconds: 60 }), { id: "tone" });
  const room = runtime.add(nodes.dynamicMixer(), { id: "room", ports: ["audioIn_0"] });
  const level = runtime.add(nodes.levelMeter());
  runtime.connectByName("tone.audio", "room.audioIn_0");
  runtime.connect(room.outputs.audioOut, level.inputs.audioIn);
  await runtime.start();
  await flow(runtime, "room", 5);
  const name = await runtime.addInput("room", "audioIn");
  equal(name, "audioIn_1");
  await runtime.edit((edit) => {
    const second = edit.add(nodes.toneSource({ frequencyHz: 880, durationSeconds: 60 }), { id: "second" });
    edit.connectByName(`${second.id}.audio`, `room.${name}`);
  });
  await until(() => runtime.stats().links.find((link) => link.to === "room.audioIn_1")!.read > 5);
  await runtime.removeInput("room", name);
  deepEqual(runtime.portInfo("room").map((each) => each.address), ["room.audioIn_0", "room.audioOut"]);
  equal(runtime.stats().links.some((link) => link.to === "room.audioIn_1"), false);
  await flow(runtime, level.id, 5);
  await rejects(runtime.removeInput("room", "audioIn_7"), { code: "PortNotFound" });
  await runtime.stop();
});

eachDriver("bypass() hands frames on without process(), and back", async (native) => {
  let ticks = 0;
  const counts = fixture(() => {
    const self = {
      audioIn: undefined as never as { read(): unknown },
      audioOut: undefined as never as { write(frame: unknown): void },
      process() {
        ticks++;
        for (let frame = self.audioIn.read(); frame !== undefined; frame = self.audioIn.read()) {
          self.audioOut.write(frame);
        }
      },
    };
    return self;
  }, { type: "counts", lane: "main", ports: inAndOut });
  collected.length = 0;
  const runtime = chain(native, "main");
  await runtime.edit((edit) => void edit.replace("middle", counts()));
  await runtime.start();
  await flow(runtime, "sink");
  await runtime.edit((edit) => edit.bypass("middle"));
  const before = ticks;
  await flow(runtime, "sink");
  equal(ticks, before);
  await runtime.edit((edit) => edit.bypass("middle", false));
  await flow(runtime, "sink");
  ok(ticks > before);
  await runtime.stop();
  deepEqual([collected[0].missing, collected[0].corrupt], [0, 0]);
});

rare(eachDriver)(
  "pause() that resume() overtakes settles, and the next one waits for lanes of its own",
  async (native) => {
    const runtime = chain(native, "far");
    await runtime.start();
    await flow(runtime, "sink", 3);
    const told: string[] = [];
    runtime.events.on("runtime", ({ kind }) => void told.push(kind));
    for (let k = 0; k < 5; k++) {
      const overtaken = runtime.pause();
      await Promise.all([overtaken, runtime.resume()]);
      equal(runtime.paused, false);
      const first = runtime.pause();
      const resumed = runtime.resume();
      await Promise.all([first, resumed, runtime.pause()]);
      equal(runtime.paused, true);
      const held = runtime.stats();
      assertAccounted(held);
      await new Promise((resolve) => setTimeout(resolve, 20));
      deepEqual(runtime.stats().links.map((link) => link.written), held.links.map((link) => link.written));
      await runtime.resume();
      await flow(runtime, "sink", 1);
    }
    await until(() => told.filter((kind) => kind === "resumed").length === 15);
    equal(told.filter((kind) => kind === "paused").length, 5, "overtaken pauses are not told");
    await runtime.stop();
  },
);

eachDriver("pause() holds every node, and the clock of sources stands still meanwhile", async (native) => {
  const runtime = new Runtime({ mode: "live", native });
  const tone = runtime.add(nodes.toneSource({ blockSize: 1_024, sampleRateHz: 48_000 }), { id: "tone" });
  const level = runtime.add(nodes.levelMeter(), { id: "level", lane: "main" });
  runtime.connect(tone.outputs.audio, level.inputs.audioIn);
  await runtime.start();
  await flow(runtime, "level", 3);
  await runtime.pause();
  const held = runtime.stats();
  assertAccounted(held);
  // Longer than a graph may stand still that is not paused.
  await new Promise((resolve) => setTimeout(resolve, 1_700));
  deepEqual(runtime.stats().links.map((link) => link.written), held.links.map((link) => link.written));
  equal(runtime.stats().elapsedNs, held.elapsedNs);
  await runtime.resume();
  await flow(runtime, "level", 3);
  const { links } = runtime.stats();
  // Looked at after the count, which goes on.
  const { elapsedNs } = runtime.stats();
  ok(links[0].written <= elapsedNs / BLOCK_NS + 1, "the source does not catch up");
  await runtime.stop();
  await rejects(runtime.pause(), { code: "Busy" });
});
