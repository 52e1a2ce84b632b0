/** Nodes that are about to leave their lane: what they give and lend for that, and what keeps them where they are. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import type { DataFrame } from "../core/frames/data_frame.ts";
import type { StreamInput, StreamOutput } from "../core/ports/stream.ts";
import type { ProcessorContext } from "../core/processor.ts";
import type { NodeHandle } from "../core/registry/handle.ts";
import { Runtime } from "../core/runtime.ts";
import { dataListener } from "./fixtures/data_listener.ts";
import { fixture, port } from "./fixtures/define.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { faulty } from "./fixtures/faulty.ts";
import { checkingSink, numberedSource } from "./fixtures/numbered.ts";
import { filter, passing, type Script } from "./fixtures/scripted.ts";
import { flow, until } from "./fixtures/waiting.ts";

type None = Record<never, never>;

/** Values, by reference; the first one cannot be sent to another lane. */
const VALUES = [() => 1, 2, 3];

const sending = fixture<NodeHandle<None, { out: DataFrame }>>(() => {
  const left = [...VALUES];
  return {
    process(this: { out: StreamOutput<DataFrame> }, context: ProcessorContext) {
      if (left.length === 0) context.waitUntilNs(context.nowNs() + 1e6);
      else this.out.write(this.out.tryAcquire({ value: left.shift() })!);
    },
  } as never;
}, { type: "sending", mode: "loop", lane: "main", ports: [port({ name: "out", direction: "output", kind: "data" })] });

/** Reads nothing before `isOpen`. */
function listening(got: unknown[], isOpen: () => boolean) {
  return fixture<NodeHandle<{ data: DataFrame }, None>>(() => ({
    process(this: { data: StreamInput<DataFrame> }) {
      if (!isOpen()) return;
      for (let frame = this.data.read(); frame !== undefined; frame = this.data.read()) got.push(frame.value);
    },
  } as never), {
    type: "listening",
    lane: "main",
    ports: [port({ name: "data", direction: "input", kind: "data" })],
  })();
}

eachDriver("a node stays where it is, with what waits for it, where that cannot be sent along", async (native) => {
  const got: unknown[] = [];
  let isOpen = false;
  const runtime = new Runtime({ mode: "live", native });
  const from = runtime.add(sending(), { id: "from" });
  const to = runtime.add(listening(got, () => isOpen), { id: "to" });
  runtime.connect(from.outputs.out, to.inputs.data, { policy: "lossless", capacity: 8 });
  await runtime.start();
  await until(() => runtime.stats().links[0].queued === VALUES.length);
  await rejects(runtime.edit((edit) => void edit.replace("to", dataListener(), { lane: "near", startsAnew: true })), {
    code: "NodeFailed",
    nodeId: "to",
    message:
      'Node "to" (listening) failed in being given another lane: Cannot send a value to another lane: "value" is a ' +
      "function; leave it out or send its data, or put both nodes on one lane",
  });
  isOpen = true;
  await until(() => got.length === VALUES.length);
  deepEqual(got, VALUES);
  await runtime.stop();
});

eachDriver("a node that has ended is not moved", async (native) => {
  const runtime = new Runtime({ mode: "live", native });
  const source = runtime.add(numberedSource({ count: 5 }), { id: "source", lane: "near" });
  const sink = runtime.add(filter(passing()), { id: "sink" });
  runtime.connect(source.outputs.audio, sink.inputs.audioIn);
  const other = runtime.add(numberedSource({ count: 1e9, intervalMs: 1 }), { id: "other", lane: "near" });
  runtime.connect(other.outputs.audio, runtime.add(filter(passing()), { id: "end" }).inputs.audioIn);
  await runtime.start();
  const sourceOf = () => runtime.stats().nodes.find(({ id }) => id === "source")!;
  await until(() => sourceOf().state === "ended");
  await rejects(runtime.edit((edit) => edit.move("source", "main")), {
    code: "Busy",
    nodeId: "source",
    message: 'Cannot move node "source" to another lane: it has ended',
  });
  deepEqual([sourceOf().state, sourceOf().lane], ["ended", "near"]);
  await runtime.stop();
});

/** Notes what it is given to go on from. */
function heir(given: unknown[]) {
  return filter({ ...passing(), restore: (state: unknown) => void given.push(state) });
}

for (const how of ["throws", "none"] as const) {
  eachDriver(
    how === "throws"
      ? "a node that has failed gives no state along to another lane"
      : "a node gives its state along to another lane",
    async (native) => {
      const given: unknown[] = [];
      const runtime = new Runtime({ mode: "live", native });
      const source = runtime.add(numberedSource({ count: 1e9, intervalMs: 1 }), { id: "source" });
      const middle = runtime.add(faulty({ how, every: 5 }), {
        id: "middle",
        lane: "near",
        // No restart comes before the edit.
        supervision: { restart: { backoffMs: 600_000, maxBackoffMs: 600_000 } },
      });
      const sink = runtime.add(checkingSink(), { id: "sink" });
      runtime.connect(source.outputs.audio, middle.inputs.audioIn);
      runtime.connect(middle.outputs.audioOut, sink.inputs.audio);
      await runtime.start();
      const middleOf = () => runtime.stats().nodes.find(({ id }) => id === "middle")!;
      await until(() => how === "throws" ? middleOf().state === "restarting" : middleOf().framesOut >= 4);
      await runtime.edit((edit) => void edit.replace("middle", heir(given), { lane: "main" }));
      await flow(runtime, "sink", 20);
      equal(given.length, how === "throws" ? 0 : 1);
      await runtime.stop();
    },
  );
}

eachDriver("a node on a paused graph is not tried on its new lane", async (native) => {
  const runtime = new Runtime({ mode: "live", native });
  const source = runtime.add(numberedSource({ count: 1e9, intervalMs: 1 }), { id: "source" });
  const middle = runtime.add(filter({ process(this: Script) {} }), { id: "middle", supervision: "disable" });
  const sink = runtime.add(checkingSink(), { id: "sink" });
  runtime.connect(source.outputs.audio, middle.inputs.audioIn);
  runtime.connect(middle.outputs.audioOut, sink.inputs.audio);
  await runtime.start();
  await until(() => runtime.stats().links[0].queued > 0);
  await runtime.pause();
  await runtime.edit((edit) => {
    edit.replace("middle", faulty({ how: "throws", every: 1 }), { lane: "near", startsAnew: true });
  });
  const middleOf = () => runtime.stats().nodes.find(({ id }) => id === "middle")!;
  deepEqual([middleOf().lane, middleOf().ticks, middleOf().errors], ["near", 0, 0]);
  await runtime.resume();
  await until(() => middleOf().state === "disabled");
  await runtime.stop();
});
