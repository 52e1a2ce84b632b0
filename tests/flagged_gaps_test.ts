/** Whatever an edit does to the frames that a node reads: where some are missing, the next one says so. */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { GraphEdit } from "../core/live/graph_edit.ts";
import { nativeNodes } from "../core/registry/fixtures/test_stages.ts";
import type { NodeSpec } from "../core/registry/node_type.ts";
import { Runtime } from "../core/runtime.ts";
import type { Supervision } from "../core/graph/supervision.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { faulty } from "./fixtures/faulty.ts";
import { collect, collected, delay, loosePass, looseSink, numberedSource } from "./fixtures/numbered.ts";
import { filter, type Script } from "./fixtures/scripted.ts";
import { staying } from "./fixtures/staying.ts";
import { flow, FRAMES_BETWEEN, until } from "./fixtures/waiting.ts";

/** Frames that a delaying node holds. */
const HELD = 5;

const LOSSLESS = { policy: "lossless", capacity: 64 } as const;

/** On a busy machine a lane is long in starting. */
const PATIENT = { timeoutMs: 60_000 };

const LINKS = [["source.audio", "middle.audioIn"], ["middle.audioOut", "sink.audio"]] as const;

/** What a node on main has read: numbers, each with whether the frame said that some are missing before it. */
type Seen = (readonly [number: number, flagged: boolean])[];

/** Hands every frame on, and notes what it reads. */
function watching(seen: Seen): Script & Record<string, unknown> {
  return {
    process(this: Script) {
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
        const [low, high] = frame.channel(0);
        seen.push([low + high * 65_536, frame.discontinuity]);
        this.audioOut!.write(frame);
      }
    },
  };
}

/** source → middle → sink, by lossless links. */
function chain(
  native: "require" | "off",
  middle: NodeSpec,
  lanes: readonly [string, string, string],
  supervision?: Supervision,
): Runtime {
  const runtime = new Runtime({ native, mode: "live", pools: { audio: { slots: 1_000, slotBytes: 64 } } });
  runtime.add(numberedSource({ count: 1e9, intervalMs: 0.2 }), { id: "source", lane: lanes[0] });
  runtime.add(middle, { id: "middle", lane: lanes[1], ...(supervision && { supervision }) });
  const sink = runtime.add(looseSink(), { id: "sink", lane: lanes[2] });
  const found = runtime.add(collect(), { id: "found", lane: "main" });
  for (const [from, to] of LINKS) runtime.connectByName(from, to, LOSSLESS);
  runtime.connect(sink.outputs.findings, found.inputs.data);
  return runtime;
}

/** Stops, and looks at what the sink found. @param gaps that it must have come upon at least */
async function assertFlagged(runtime: Runtime, gaps: number): Promise<void> {
  await runtime.stop();
  const [{ unflagged, missing, corrupt }] = collected;
  deepEqual([unflagged, corrupt], [0, 0]);
  ok(missing >= gaps, `${missing} are missing`);
}

/** Cuts each link, and makes it anew once the source has gone on. @param also what the second edit does too */
async function cutAndJoin(runtime: Runtime, also: (edit: GraphEdit) => void = () => {}): Promise<void> {
  for (const [from, to] of LINKS) {
    await flow(runtime, "sink");
    const [link] = runtime.portInfo(to.split(".")[0]).find(({ address }) => address === to)!.links;
    await runtime.edit((edit) => edit.disconnect(link));
    const written = () => runtime.stats().nodes.find(({ id }) => id === "source")!.framesOut;
    const before = written();
    await until(() => written() > before + FRAMES_BETWEEN);
    await runtime.edit((edit) => {
      edit.connectByName(from, to, LOSSLESS);
      also(edit);
    }, PATIENT);
  }
  await flow(runtime, "sink");
}

for (const lanes of [["main", "main", "main"], ["a", "b", "c"], ["a", "a", "main"]] as const) {
  eachDriver(`a link that is cut and made anew flags the gap (lanes ${lanes.join(", ")})`, async (native) => {
    collected.length = 0;
    const runtime = chain(native, loosePass(), lanes);
    await runtime.start();
    await cutAndJoin(runtime);
    await cutAndJoin(runtime, (edit) => void edit.replace("sink", looseSink()));
    await cutAndJoin(runtime, (edit) => edit.move("sink", "elsewhere"));
    await assertFlagged(runtime, 3 * FRAMES_BETWEEN);
  });
}

Deno.test({
  name: "native: a link to or from a native stage that is made anew flags the gap",
  ignore: Deno.env.get("SLUICE_NATIVE") === "off",
  fn: async () => {
    collected.length = 0;
    const runtime = chain("require", nativeNodes.nativePass(), ["main", "stage", "main"]);
    await runtime.start();
    await flow(runtime, "sink");
    for (const [from, to] of [...LINKS, ...LINKS]) {
      const [link] = runtime.portInfo(to.split(".")[0]).find(({ address }) => address === to)!.links;
      await runtime.edit((edit) => {
        edit.disconnect(link);
        edit.connectByName(from, to, LOSSLESS);
      });
      await flow(runtime, "sink");
    }
    await runtime.stop();
    const [{ unflagged, missing, falselyFlagged }] = collected;
    equal(unflagged, 0);
    // Each of the four is told, whether or not frames were on the way just then.
    ok(missing + falselyFlagged >= 4);
  },
});

/** What makes a node give away its place, or be passed by: it and what it holds go. */
const GOES: readonly [string, (runtime: Runtime, held: number) => Promise<unknown>][] = [
  ["replaced", (runtime, held) => runtime.edit((edit) => void edit.replace("middle", delay({ held })), PATIENT)],
  ["bypassed", (runtime) => runtime.edit((edit) => edit.bypass("middle"))],
  ["moved", (runtime) => runtime.edit((edit) => edit.move("middle", "elsewhere"), PATIENT)],
  ["restarted", (runtime) => runtime.restartNode("middle")],
];

for (const lanes of [["main", "main", "main"], ["a", "b", "c"]] as const) {
  for (const [how, change] of GOES) {
    const where = `${how} (lanes ${lanes.join(", ")})`;
    eachDriver(`what a node without flush() kept that is ${where} is missing, which is flagged`, async (native) => {
      collected.length = 0;
      const runtime = chain(native, delay({ held: HELD }), lanes);
      await runtime.start();
      await flow(runtime, "sink");
      await change(runtime, HELD);
      await flow(runtime, "sink");
      await assertFlagged(runtime, HELD);
    });

    eachDriver(`nothing is missing or flagged behind a node that kept nothing and is ${where}`, async (native) => {
      collected.length = 0;
      const runtime = chain(native, delay({ held: 0 }), lanes);
      await runtime.start();
      await flow(runtime, "sink");
      await change(runtime, 0);
      await flow(runtime, "sink");
      await runtime.stop();
      const [{ missing, unflagged, falselyFlagged }] = collected;
      deepEqual({ missing, unflagged, falselyFlagged }, { missing: 0, unflagged: 0, falselyFlagged: 0 });
    });
  }
}

for (const lanes of [["main", "main", "main"], ["a", "b", "c"]] as const) {
  for (const [how, change] of GOES.filter(([how]) => how === "replaced" || how === "moved")) {
    const where = `${how} (lanes ${lanes.join(", ")})`;
    eachDriver(
      `what a node kept beside the state that it gives along is missing when it is ${where}`,
      async (native) => {
        collected.length = 0;
        const runtime = chain(native, delay({ held: HELD, carries: true }), lanes);
        await runtime.start();
        await flow(runtime, "sink");
        await change(runtime, HELD);
        await flow(runtime, "sink");
        await assertFlagged(runtime, HELD);
      },
    );
  }
}

/** Hands copies of frames on, some late, and gives along a state; on main. @param flushed is told by `flush()` */
function holdingBack(flushed: () => void): NodeSpec {
  const kept: Float32Array[] = [];
  return filter({
    process(this: Script) {
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
        kept.push(frame.channel(0).slice());
        if (kept.length <= HELD) continue;
        const { sampleRateHz, channels, sampleCount } = frame;
        const copy = this.audioOut!.tryAcquire({ sampleRateHz, channels, sampleCount })!;
        copy.channel(0).set(kept.shift()!);
        this.audioOut!.write(copy);
      }
    },
    snapshot: () => kept.length,
    flush: flushed,
  });
}

/** What takes over a state, and what does not. */
const SUCCESSORS = [
  ["one without restore()", loosePass(), {}],
  ["one that starts anew", staying({ where: "nothing", hold: "" }), { startsAnew: true }],
] as const;

for (const lane of ["main", "near"]) {
  for (const [what, spec, options] of SUCCESSORS) {
    eachDriver(
      `a node whose state goes to nobody is flushed, and what it held is flagged: behind ${what} (lane ${lane})`,
      async (native) => {
        collected.length = 0;
        let flushes = 0;
        const runtime = chain(native, holdingBack(() => void flushes++), ["main", "main", "main"]);
        await runtime.start();
        await flow(runtime, "sink");
        await runtime.edit((edit) => void edit.replace("middle", spec, { lane, ...options }), PATIENT);
        await flow(runtime, "sink");
        await assertFlagged(runtime, HELD);
        equal(flushes, 1);
      },
    );
  }

  eachDriver(`a node whose state goes to another one is not flushed (lane ${lane})`, async (native) => {
    collected.length = 0;
    let flushes = 0;
    const runtime = chain(native, holdingBack(() => void flushes++), ["main", "main", "main"]);
    await runtime.start();
    await flow(runtime, "sink");
    const next = staying({ where: "nothing", hold: "" });
    await runtime.edit((edit) => void edit.replace("middle", next, { lane }), PATIENT);
    await flow(runtime, "sink");
    await runtime.stop();
    equal(flushes, 0);
  });
}

for (const lane of ["near", "main"]) {
  eachDriver(
    `what a failed node had read is missing, which is flagged behind the next one (lane ${lane})`,
    async (native) => {
      collected.length = 0;
      const runtime = chain(native, faulty({ how: "throws", every: 150 }), ["main", "near", "main"], {
        // No restart comes before the edit.
        restart: { backoffMs: 600_000, maxBackoffMs: 600_000 },
      });
      await runtime.start();
      await until(() => runtime.stats().nodes.find(({ id }) => id === "middle")!.state === "restarting");
      await runtime.edit((edit) => void edit.replace("middle", loosePass(), { lane }), PATIENT);
      await flow(runtime, "sink");
      await assertFlagged(runtime, 1);
    },
  );
}

eachDriver("a node that was bypassed is told of the gap by the first frame that it reads again", async (native) => {
  collected.length = 0;
  const seen: Seen = [];
  const runtime = chain(native, filter(watching(seen)), ["main", "main", "main"]);
  await runtime.start();
  await flow(runtime, "sink");
  await runtime.edit((edit) => edit.bypass("middle"));
  await flow(runtime, "sink");
  await runtime.edit((edit) => edit.bypass("middle", false));
  await flow(runtime, "sink");
  await assertFlagged(runtime, 0);
  const gaps = seen.filter(([number], k) => k > 0 && number !== seen[k - 1][0] + 1);
  deepEqual(gaps.map(([, flagged]) => flagged), [true]);
});
