/** setup() and teardown() of every instance are called once each, whatever becomes of its node, and in order. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import type { Supervision } from "../core/graph/supervision.ts";
import { counting, gathering, type Script, sink, source } from "./fixtures/scripted.ts";
import { fixture, port } from "./fixtures/define.ts";
import type { AudioFrame } from "../core/frames/audio_frame.ts";
import type { Processor } from "../core/processor.ts";
import type { NodeHandle } from "../core/registry/handle.ts";
import { until } from "./fixtures/waiting.ts";

const SOON: Supervision = { restart: { limit: 100, backoffMs: 1, maxBackoffMs: 1 } };
/** Time until a restart, in which a busy machine still gets an edit in. */
const BACKOFF_MS = 2_000;
const LATE: Supervision = { restart: { backoffMs: 60_000, maxBackoffMs: 60_000 } };

/** What happened to each instance, in the order of their making. */
type Lives = string[][];

/** A filter whose instances note their calls, and throw at blocks whose number `fails` names. */
function mortal(lives: Lives, fails: (block: number) => boolean) {
  type Handle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;
  return fixture<Handle, Record<never, never>>(() => {
    const calls: string[] = [];
    lives.push(calls);
    return {
      setup: () => void calls.push("setup"),
      process(this: Script) {
        for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
          const block = frame.channel(0)[0];
          if (fails(block)) throw new Error(`block ${block}, on purpose`);
          this.audioOut!.write(frame);
        }
      },
      flush: () => void calls.push("flush"),
      teardown: () => void calls.push("teardown"),
    } as unknown as Processor;
  }, {
    type: "mortal",
    lane: "main",
    ports: [
      port({ name: "audioIn", direction: "input", kind: "audio" }),
      port({ name: "audioOut", direction: "output", kind: "audio" }),
    ],
  })();
}

function chain(lives: Lives, supervision: Supervision, fails: (block: number) => boolean, count = 100) {
  const got: number[] = [];
  const runtime = new Runtime({ mode: "offline", stopTimeoutMs: 60_000 });
  const from = runtime.add(source(counting(count)), { id: "from" });
  const mid = runtime.add(mortal(lives, fails), { id: "mid", supervision });
  const to = runtime.add(sink(gathering(got)), { id: "to" });
  runtime.connect(from.outputs.audioOut, mid.inputs.audioIn);
  runtime.connect(mid.outputs.audioOut, to.inputs.audioIn);
  return { runtime, got };
}

function stateOf(runtime: Runtime): string {
  return runtime.stats().nodes.find(({ id }) => id === "mid")!.state;
}

const FAILED = ["setup", "teardown"];
const ENDED = ["setup", "flush", "teardown"];

Deno.test("restart tears each failed instance down before the next is set up; only the last is flushed", async () => {
  const lives: Lives = [];
  const { runtime, got } = chain(lives, SOON, (block) => block % 30 === 29);
  await runtime.start();
  const { outcome } = await runtime.finished;
  equal(outcome, "completed");
  deepEqual(lives, [FAILED, FAILED, FAILED, ENDED]);
  deepEqual(got, Array.from({ length: 100 }, (_, k) => k).filter((k) => k % 30 !== 29));
});

Deno.test("disable tears the failed instance down once, and the end of stream comes after its last frame", async () => {
  const lives: Lives = [];
  const { runtime, got } = chain(lives, "disable", (block) => block === 10);
  await runtime.start();
  await runtime.finished;
  deepEqual(lives, [FAILED]);
  deepEqual(got, Array.from({ length: 10 }, (_, k) => k));
});

Deno.test("stop() disables a node that waits for its restart, so that the graph drains", async () => {
  const lives: Lives = [];
  const { runtime } = chain(lives, LATE, (block) => block === 10, 1e9);
  await runtime.start();
  await until(() => stateOf(runtime) === "restarting");
  const { outcome, nodes } = (await runtime.stop())!;
  deepEqual([outcome, nodes.find(({ id }) => id === "mid")!.state], ["stopped", "disabled"]);
  deepEqual(lives, [FAILED]);
});

Deno.test("replace() brings a node back that waits for its restart", async () => {
  const lives: Lives = [];
  const next: Lives = [];
  const { runtime, got } = chain(lives, LATE, (block) => block === 10);
  await runtime.start();
  await until(() => stateOf(runtime) === "restarting");
  await runtime.edit((edit) => edit.replace("mid", mortal(next, () => false)));
  const { nodes } = await runtime.finished;
  deepEqual([lives, next], [[FAILED], [ENDED]]);
  equal(nodes.find(({ id }) => id === "mid")!.state, "ended");
  ok(got.includes(99));
});

Deno.test("remove() takes a node out that waits for its restart, and nothing restarts it", async () => {
  const lives: Lives = [];
  const { runtime } = chain(lives, { restart: { backoffMs: BACKOFF_MS } }, (block) => block === 10, 1e9);
  await runtime.start();
  await until(() => stateOf(runtime) === "restarting");
  await runtime.edit((edit) => {
    edit.remove("mid");
    edit.connectByName("from.audioOut", "to.audioIn");
  });
  const read = () => runtime.stats().nodes.find(({ id }) => id === "to")!.framesIn;
  const before = read();
  await new Promise((resolve) => setTimeout(resolve, BACKOFF_MS + 100));
  await until(() => read() > before + 1_000);
  await runtime.stop();
  deepEqual(lives.map((calls) => calls.filter((call) => call !== "flush")), [FAILED]);
});

Deno.test("a failure that ends the run tears every node down once", async () => {
  const lives: Lives = [];
  const { runtime } = chain(lives, { restart: { limit: 2, backoffMs: 1 } }, (block) => block >= 10, 1e9);
  await runtime.start();
  await runtime.finished.catch(() => {});
  deepEqual(lives, [FAILED, FAILED, FAILED]);
});

Deno.test("a node that fails while the graph is paused or resumed is restarted once the graph goes on", async () => {
  const lives: Lives = [];
  const { runtime } = chain(lives, SOON, (block) => block % 50 === 49, 10_000);
  await runtime.start();
  for (let k = 0; k < 5 && stateOf(runtime) !== "ended"; k++) {
    await runtime.pause().catch(() => {});
    await runtime.resume();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await runtime.stop();
  for (const calls of lives) {
    equal(calls.filter((call) => call === "setup").length, 1);
    equal(calls.filter((call) => call === "teardown").length, 1);
    equal(calls.at(-1), "teardown");
  }
});
