/** Edits after which other links than before close a loop. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { ProcessorContext } from "../core/processor.ts";
import { Runtime } from "../core/runtime.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { joint } from "./fixtures/joints.ts";
import { filter, type Script, sink, source } from "./fixtures/scripted.ts";

const SHAPE = { sampleRateHz: 48_000, channels: 1, sampleCount: 1 };

/** How long frames are waited for, milliseconds: the machine may do much else. */
const PATIENCE_MS = 60_000;

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

function passing(count: () => void = () => {}): Script & Record<string, unknown> {
  return {
    process(this: Script) {
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
        count();
        this.audioOut?.write(frame);
      }
    },
  };
}

/** A loop of "a", "delay" and "b", out of which "sink" reads; nothing feeds it. */
function loop(native: "require" | "off", lanes: { a: string; b: string }, heard: () => void) {
  const runtime = new Runtime({ mode: "live", native });
  const a = runtime.add(joint({ passesBack: false }), { id: "a", lane: lanes.a });
  const b = runtime.add(joint({ passesBack: true }), { id: "b", lane: lanes.b });
  const delay = runtime.add(filter(passing(), { type: "delay", delays: true }), { id: "delay" });
  const end = runtime.add(sink(passing(heard)), { id: "sink" });
  runtime.connect(a.outputs.audioOut, delay.inputs.audioIn);
  runtime.connect(delay.outputs.audioOut, b.inputs.back);
  runtime.connect(b.outputs.audioOut, a.inputs.back);
  runtime.connect(b.outputs.audioOut, end.inputs.audioIn);
  return { runtime, a, b };
}

async function until(holds: () => boolean): Promise<void> {
  for (const untilMs = performance.now() + PATIENCE_MS; !holds();) {
    ok(performance.now() < untilMs, "no more frames come");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

for (const lanes of [{ a: "main", b: "main" }, { a: "near", b: "far" }]) {
  const where = `with its ends on ${lanes.a} and ${lanes.b}`;

  eachDriver(`a loop that loses one of the nodes which feed it ends with the other, ${where}`, async (native) => {
    let heard = 0;
    let ends = false;
    const { runtime, a, b } = loop(native, lanes, () => heard++);
    const first = runtime.add(sender(() => ends), { id: "first" });
    const second = runtime.add(sender(() => false), { id: "second" });
    runtime.connect(first.outputs.audioOut, a.inputs.audioIn);
    runtime.connect(second.outputs.audioOut, b.inputs.audioIn);
    await runtime.start();
    await until(() => heard > 20);
    await runtime.edit((edit) => edit.remove("second"));
    const before = heard;
    await until(() => heard > before + 20);
    ends = true;
    const summary = await runtime.finished;
    equal(summary.outcome, "completed");
    assertSpent(summary);
  });

  eachDriver(`a loop that nothing fed ends with the node that an edit joins to it, ${where}`, async (native) => {
    let heard = 0;
    let ends = false;
    const { runtime, a } = loop(native, lanes, () => heard++);
    const aside = runtime.add(sink(passing()), { id: "aside" });
    const first = runtime.add(sender(() => ends), { id: "first" });
    runtime.connect(first.outputs.audioOut, aside.inputs.audioIn);
    await runtime.start();
    await runtime.edit((edit) => void edit.connect(first.outputs.audioOut, a.inputs.audioIn));
    await until(() => heard > 20);
    ends = true;
    const summary = await runtime.finished;
    equal(summary.outcome, "completed");
    assertSpent(summary);
  });

  eachDriver(`a node that moves takes along whether its links close a loop, ${where}`, async (native) => {
    let heard = 0;
    let ends = false;
    const { runtime, a, b } = loop(native, lanes, () => heard++);
    const first = runtime.add(sender(() => ends), { id: "first" });
    const second = runtime.add(sender(() => false), { id: "second" });
    runtime.connect(first.outputs.audioOut, a.inputs.audioIn);
    runtime.connect(second.outputs.audioOut, b.inputs.audioIn);
    await runtime.start();
    await until(() => heard > 20);
    await runtime.edit((edit) => {
      edit.remove("second");
      edit.move("b", "other");
    });
    await runtime.edit((edit) => void edit.move("a", "other"));
    const before = heard;
    await until(() => heard > before + 20);
    ends = true;
    const summary = await runtime.finished;
    equal(summary.outcome, "completed");
    assertSpent(summary);
  });

  eachDriver(`an edit that is refused leaves the links that close a loop, ${where}`, async (native) => {
    let heard = 0;
    let ends = false;
    const { runtime, a, b } = loop(native, lanes, () => heard++);
    const first = runtime.add(sender(() => ends), { id: "first" });
    const second = runtime.add(sender(() => ends), { id: "second" });
    runtime.connect(first.outputs.audioOut, a.inputs.audioIn);
    runtime.connect(second.outputs.audioOut, b.inputs.audioIn);
    await runtime.start();
    await until(() => heard > 20);
    const bad = filter({
      setup() {
        throw new Error("on purpose");
      },
    });
    const change = runtime.edit((edit) => {
      edit.remove("second");
      edit.connect(first.outputs.audioOut, edit.add(bad, { id: "bad" }).inputs.audioIn);
    });
    await rejects(change, { code: "NodeFailed", nodeId: "bad" });
    ends = true;
    const summary = await runtime.finished;
    equal(summary.outcome, "completed");
    deepEqual(summary.nodes.filter(({ errors }) => errors > 0), []);
    assertSpent(summary);
  });
}

for (const when of ["before the start", "while it runs"]) {
  eachDriver(`replace() refuses to take the delay out of a loop, ${when}, and has changed nothing`, async (native) => {
    let heard = 0;
    let ends = false;
    const { runtime, a } = loop(native, { a: "main", b: "main" }, () => heard++);
    const first = runtime.add(sender(() => ends), { id: "first" });
    runtime.connect(first.outputs.audioOut, a.inputs.audioIn);
    if (when === "while it runs") await runtime.start();
    const refusal = {
      code: "CycleWithoutDelay",
      message: 'Cannot replace node "delay" (delay) by a passing: it leaves a loop with no delay in it: ' +
        '"b" -> "a" -> "delay" -> "b"; put a node that delays on it',
    };
    await rejects(runtime.edit((edit) => edit.replace("delay", filter(passing(), { type: "passing" }))), refusal);
    await runtime.edit((edit) => edit.replace("delay", filter(passing(), { type: "other-delay", delays: true })));
    if (when === "before the start") await runtime.start();
    await until(() => heard > 20);
    ends = true;
    const summary = await runtime.finished;
    equal(summary.outcome, "completed");
    assertSpent(summary);
  });
}
