/** Edits after which other links than before close a loop. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import type { ProcessorContext } from "../core/processor.ts";
import { Runtime } from "../core/runtime.ts";
import type { Supervision } from "../core/graph/supervision.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { joint } from "./fixtures/joints.ts";
import { leaving } from "./fixtures/leaving.ts";
import { filter, passing, type Script, SHAPE, sink, source } from "./fixtures/scripted.ts";
import { until } from "./fixtures/waiting.ts";

/** Frames that are to come out of a loop before anything else is done. */
const FRAMES = 20;

const SOON: Supervision = { restart: { backoffMs: 1 } };

/** Sends a frame every two milliseconds until `ends`. */
function sender(ends: () => boolean) {
  return source({
    process(this: Script, context: ProcessorContext) {
      context.waitUntilNs(context.nowNs() + 2e6);
      this.audioOut!.write(this.audioOut!.tryAcquire(SHAPE)!);
      if (ends()) context.finish();
    },
  });
}

/** A loop of "a", "delay" and "b", out of which "sink" reads; nothing feeds it. */
class Loop {
  readonly runtime: Runtime;
  readonly a;
  readonly b;
  #heard = 0;
  #ends = false;

  constructor(native: "require" | "off", lanes: { a: string; b: string }) {
    const runtime = this.runtime = new Runtime({ mode: "live", native });
    this.a = runtime.add(joint({ passesBack: false }), { id: "a", lane: lanes.a, supervision: SOON });
    this.b = runtime.add(joint({ passesBack: true }), { id: "b", lane: lanes.b, supervision: SOON });
    const delay = runtime.add(filter(passing(), { type: "delay", delays: true }), { id: "delay" });
    const end = runtime.add(sink(passing(() => this.#heard++)), { id: "sink" });
    runtime.connect(this.a.outputs.audioOut, delay.inputs.audioIn);
    runtime.connect(delay.outputs.audioOut, this.b.inputs.back);
    runtime.connect(this.b.outputs.audioOut, this.a.inputs.back);
    runtime.connect(this.b.outputs.audioOut, end.inputs.audioIn);
  }

  /** Adds a source that sends until the test has the loop end. */
  addFirst() {
    return this.runtime.add(sender(() => this.#ends), { id: "first" });
  }

  /** Feeds both joints and starts. @param secondEnds whether what feeds "b" ends, too */
  async startFed(secondEnds: boolean) {
    const { runtime } = this;
    const first = this.addFirst();
    const second = runtime.add(sender(() => secondEnds && this.#ends), { id: "second" });
    runtime.connect(first.outputs.audioOut, this.a.inputs.audioIn);
    runtime.connect(second.outputs.audioOut, this.b.inputs.audioIn);
    await runtime.start();
    await this.more();
    return first;
  }

  /** Waits for frames that come out. */
  async more(): Promise<void> {
    const before = this.#heard;
    await until(() => this.#heard > before + FRAMES);
  }

  /** The sources end, and with them the loop. @param failed nodes that have */
  async assertEnds(failed: readonly string[] = []): Promise<void> {
    this.#ends = true;
    let isOver = false;
    this.runtime.finished.finally(() => isOver = true).catch(() => {});
    await until(() => isOver);
    const summary = await this.runtime.finished;
    equal(summary.outcome, "completed");
    deepEqual(summary.nodes.filter(({ errors }) => errors > 0).map(({ id }) => id), failed);
    assertSpent(summary);
  }
}

for (const lanes of [{ a: "main", b: "main" }, { a: "near", b: "far" }]) {
  const where = `with its ends on ${lanes.a} and ${lanes.b}`;

  eachDriver(`a loop that loses one of the nodes which feed it ends with the other, ${where}`, async (native) => {
    const loop = new Loop(native, lanes);
    await loop.startFed(false);
    await loop.runtime.edit((edit) => edit.remove("second"));
    await loop.more();
    await loop.assertEnds();
  });

  eachDriver(`a loop that nothing fed ends with the node that an edit joins to it, ${where}`, async (native) => {
    const loop = new Loop(native, lanes);
    const { runtime } = loop;
    const aside = runtime.add(sink(passing()), { id: "aside" });
    const first = loop.addFirst();
    runtime.connect(first.outputs.audioOut, aside.inputs.audioIn);
    await runtime.start();
    await runtime.edit((edit) => void edit.connect(first.outputs.audioOut, loop.a.inputs.audioIn));
    await loop.more();
    await loop.assertEnds();
  });

  eachDriver(`a node that moves takes along whether its links close a loop, ${where}`, async (native) => {
    const loop = new Loop(native, lanes);
    await loop.startFed(false);
    await loop.runtime.edit((edit) => {
      edit.remove("second");
      edit.move("b", "other");
    });
    await loop.runtime.edit((edit) => void edit.move("a", "other"));
    await loop.more();
    await loop.assertEnds();
  });

  eachDriver(`an edit that is refused leaves the links that close a loop, ${where}`, async (native) => {
    const loop = new Loop(native, lanes);
    const first = await loop.startFed(true);
    const bad = filter({
      setup() {
        throw new Error("on purpose");
      },
    });
    const change = loop.runtime.edit((edit) => {
      edit.remove("second");
      edit.connect(first.outputs.audioOut, edit.add(bad, { id: "bad" }).inputs.audioIn);
    });
    await rejects(change, { code: "NodeFailed", nodeId: "bad" });
    await loop.assertEnds();
  });
}

eachDriver("a thread that replaces another one is told which links have come to close a loop", async (native) => {
  const loop = new Loop(native, { a: "near", b: "far" });
  const first = await loop.startFed(false);
  const { runtime } = loop;
  let isReplaced = false;
  using _listening = runtime.events.on("lane:near", ({ kind }) => void (isReplaced ||= kind === "replaced"));
  await runtime.edit((edit) => edit.remove("second"));
  await runtime.edit((edit) => {
    const exit = edit.add(leaving({ how: "exits in a tick" }), { id: "exit", lane: "near", supervision: "disable" });
    edit.connect(first.outputs.audioOut, exit.inputs.audioIn);
  });
  await until(() => isReplaced);
  await loop.more();
  await loop.assertEnds(["a", "exit"]);
});

for (const when of ["before the start", "while it runs"]) {
  eachDriver(`replace() refuses to take the delay out of a loop, ${when}, and has changed nothing`, async (native) => {
    const loop = new Loop(native, { a: "main", b: "main" });
    const { runtime } = loop;
    runtime.connect(loop.addFirst().outputs.audioOut, loop.a.inputs.audioIn);
    if (when === "while it runs") await runtime.start();
    const refusal = {
      code: "CycleWithoutDelay",
      message: 'Cannot replace node "delay" (delay) by a passing: it leaves a loop with no delay in it: ' +
        '"b" -> "a" -> "delay" -> "b"; put a node that delays on it, or take one of its links out',
    };
    await rejects(runtime.edit((edit) => edit.replace("delay", filter(passing(), { type: "passing" }))), refusal);
    await runtime.edit((edit) => edit.replace("delay", filter(passing(), { type: "other-delay", delays: true })));
    if (when === "before the start") await runtime.start();
    await loop.more();
    await loop.assertEnds();
  });
}
