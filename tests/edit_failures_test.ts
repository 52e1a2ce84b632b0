/** Edits that fail in part, come late or are cut off: what is in effect then, and what the caller is told. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { GraphEdit } from "../core/live/graph_edit.ts";
import { tapLog } from "../core/log.ts";
import type { ProcessorContext } from "../core/processor.ts";
import type { ConfigObjectSchema } from "../core/descriptor/descriptor.ts";
import type { NodeHandle } from "../core/registry/handle.ts";
import type { NodeType } from "../core/registry/node_type.ts";
import { Runtime } from "../core/runtime.ts";
import { viewRuntime } from "../core/runtime_view.ts";
import { fixture, port } from "./fixtures/define.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { exposeGc } from "./fixtures/expose_gc.ts";
import { faulty } from "./fixtures/faulty.ts";
import { Hold } from "./fixtures/hold.ts";
import { checkingSink, collect, numberedSource, pass } from "./fixtures/numbered.ts";
import { type Script, source } from "./fixtures/scripted.ts";
import { talkative } from "./fixtures/talkative.ts";
import { flow } from "./fixtures/waiting.ts";

/** Room for what the edits add. */
const POOLS = { audio: { slots: 4_000, slotBytes: 64 } };

/** How long lanes may take to make ready, and to come to an edit, milliseconds: the machine may do much else. */
const LATE_MS = 4_000;

const audioIn = port({ name: "audioIn", direction: "input", kind: "audio" });

const config: ConfigObjectSchema = {
  type: "object",
  properties: { level: { type: "number", "x-live": true }, name: { type: "string", "x-live": true } },
  required: [],
  additionalProperties: false,
};

/** A sink that takes no level above 10, whose dynamic input takes no second element. */
class Picky {
  static last: Picky;
  audioIn!: { read(): unknown };
  level = 1;
  name = "";
  readonly told: string[] = [];

  constructor() {
    Picky.last = this;
  }

  process(): void {
    while (this.audioIn.read() !== undefined);
  }

  configChanged(key: string): void {
    this.told.push(`${key} ${this.level} ${this.name}`);
    if (this.level > 10) throw new RangeError("too loud");
  }

  portsChanged(): void {
    throw new RangeError("no more of them");
  }
}

/** Has no device to open. */
class Broken {
  setup(): void {
    throw new RangeError("no device");
  }

  process(): void {}
}

const picky: NodeType<{ level?: number; name?: string }, NodeHandle<Record<never, never>, Record<never, never>>> =
  fixture(() => new Picky(), {
    type: "picky",
    lane: "main",
    config,
    ports: [audioIn, port({ ...audioIn, name: "more", optional: true, dynamic: { max: 4, initial: 0 } })],
  });

/** source → middle → sink → found, and source → picky; it does not end by itself. */
function graph(native: "require" | "off"): Runtime {
  const runtime = new Runtime({ mode: "live", native, pools: POOLS });
  const source = runtime.add(numberedSource({ count: 1e9, perTick: 4, intervalMs: 2 }), { id: "source", lane: "far" });
  const middle = runtime.add(pass(), { id: "middle", lane: "far" });
  const sink = runtime.add(checkingSink(), { id: "sink", lane: "far" });
  const found = runtime.add(collect(), { id: "found", lane: "main" });
  runtime.connect(source.outputs.audio, middle.inputs.audioIn);
  runtime.connect(middle.outputs.audioOut, sink.inputs.audio);
  runtime.connect(sink.outputs.findings, found.inputs.data);
  runtime.add(picky({ level: 2 }), { id: "picky" });
  runtime.connectByName("source.audio", "picky.audioIn");
  return runtime;
}

eachDriver(
  "edit() says that it is in effect where a node refuses a value that is not all of it, and graph() has what the node has",
  async (native) => {
    await using runtime = graph(native);
    await runtime.start();
    await rejects(
      runtime.edit((edit) => {
        edit.connectByName("source.audio", `${edit.add(checkingSink(), { id: "second", lane: "far" }).id}.audio`);
        edit.reconfigure("picky", { name: "a", level: 11 });
      }),
      {
        code: "NodeFailed",
        nodeId: "picky",
        message:
          'The edit is in effect, but not all of it succeeded: Node "picky" (picky) failed in configChanged(): ' +
          "too loud",
      },
    );
    await flow(runtime, "second");
    deepEqual(runtime.graph().nodes.picky.config, { level: 2 });
    deepEqual([Picky.last.level, Picky.last.name], [2, ""]);
    equal(Picky.last.told.at(-1), "name 2 ", "it is told that it has its values again");
    await runtime.edit((edit) => edit.reconfigure("picky", { level: 3 }));
    deepEqual([Picky.last.level, runtime.graph().nodes.picky.config], [3, { level: 3 }]);
    const alone = runtime.edit((edit) => edit.reconfigure("picky", { name: "a", level: 11 }));
    await rejects(alone, { code: "NodeFailed", message: 'Node "picky" (picky) failed in configChanged(): too loud' });
    deepEqual(runtime.graph().nodes.picky.config, { level: 3 });
    await runtime.stop();
  },
);

eachDriver("edit() tells lanes of the pool of an edit that was refused before they heard of it", async (native) => {
  await using runtime = new Runtime({ mode: "live", native, pools: POOLS });
  const source = runtime.add(numberedSource({ count: 1e9, perTick: 4, intervalMs: 2 }), { id: "source", lane: "far" });
  runtime.connect(source.outputs.audio, runtime.add(pass(), { id: "middle", lane: "far" }).inputs.audioIn);
  await runtime.start();
  const addFindings = (edit: GraphEdit) => {
    edit.add(numberedSource({ count: 50, perTick: 4, intervalMs: 2 }), { id: "short", lane: "far" });
    edit.add(checkingSink(), { id: "sink", lane: "far" });
    edit.add(collect(), { id: "found" });
    edit.connectByName("short.audio", "sink.audio");
    edit.connectByName("sink.findings", "found.data");
  };
  const refused = runtime.edit((edit) => {
    addFindings(edit);
    edit.add(picky({ name: "${env:SLUICE_TEST_NOT_THERE}" }), { id: "picky" });
    edit.connectByName("source.audio", "picky.audioIn");
  });
  await rejects(refused, { code: "InvalidConfig" });
  await runtime.edit(addFindings);
  await flow(runtime, "found", 1);
  await runtime.stop();
});

eachDriver("edit() says that it is in effect where portsChanged() throws", async (native) => {
  await using runtime = graph(native);
  await runtime.start();
  await rejects(runtime.addInput("picky", "more"), {
    code: "NodeFailed",
    nodeId: "picky",
    message:
      'The edit is in effect, but not all of it succeeded: Node "picky" (picky) failed in portsChanged(): no more ' +
      "of them",
  });
  deepEqual(runtime.portInfo("picky").map(({ address }) => address), ["picky.audioIn", "picky.more_0"]);
  await runtime.stop();
});

eachDriver("setConfig() that is refused changes neither the graph nor the node, and names the node", async (native) => {
  await using runtime = graph(native);
  await runtime.start();
  await rejects(runtime.setConfig("picky", "level", 11), {
    code: "NodeFailed",
    nodeId: "picky",
    message: 'Node "picky" (picky) failed in configChanged(): too loud',
  });
  await rejects(runtime.setConfig("picky", "name", "${env:SLUICE_NOT_THERE}"), {
    code: "InvalidConfig",
    nodeId: "picky",
    key: "name",
  });
  deepEqual(runtime.graph().nodes.picky.config, { level: 2 });
  deepEqual([Picky.last.level, Picky.last.name], [2, ""]);
  await runtime.setConfig("picky", "level", 4);
  deepEqual([Picky.last.level, runtime.graph().nodes.picky.config], [4, { level: 4 }]);
  await runtime.stop();
});

eachDriver("edit() says that it is in effect where a lane comes to it late, and it takes place", async (native) => {
  using hold = new Hold();
  await using runtime = new Runtime({ mode: "live", native, pools: POOLS });
  let flows = false;
  const sending = source({
    process(this: Script, context: ProcessorContext) {
      context.waitUntilNs(context.nowNs() + 2e6);
      if (flows) this.audioOut!.write(this.audioOut!.tryAcquire({ sampleRateHz: 8_000, channels: 1, sampleCount: 2 })!);
    },
  });
  const from = runtime.add(sending, { id: "source" });
  const naps = runtime.add(faulty({ how: "naps once", every: 1, fuse: hold.path }), { id: "naps", lane: "near" });
  const sink = runtime.add(checkingSink(), { id: "sink", lane: "near" });
  const found = runtime.add(collect(), { id: "found", lane: "main" });
  runtime.connect(from.outputs.audioOut, naps.inputs.audioIn);
  const cut = await runtime.connect(naps.outputs.audioOut, sink.inputs.audio);
  runtime.connect(sink.outputs.findings, found.inputs.data);
  const napping = Promise.withResolvers<void>();
  runtime.events.on("node:naps", (event) => {
    if (event.group === "node" && event.kind === "custom") napping.resolve();
  });
  // The lane makes its new nodes ready, of which the last one says so, and then takes its nap until everybody else has.
  const endTap = tapLog(({ nodeId, message }) => flows ||= nodeId === "ears" && message === "setting up");
  using _tap = { [Symbol.dispose]: endTap };
  const waits = fixture<NodeHandle<Record<never, never>, Record<never, never>>>(() => ({
    setup: () => napping.promise,
    process() {},
  }), { type: "waits", lane: "main", ports: [{ ...audioIn, optional: true }] });
  await runtime.start();
  const edited = runtime.edit((edit) => {
    edit.add(waits(), { id: "waits" });
    edit.disconnect(cut);
    const middle = edit.add(pass(), { id: "middle", lane: "near" });
    edit.connect(naps.outputs.audioOut, middle.inputs.audioIn);
    edit.connect(middle.outputs.audioOut, sink.inputs.audio);
    const ears = edit.add(talkative(), { id: "ears", lane: "near" });
    edit.connect(from.outputs.audioOut, ears.inputs.audio);
  }, { timeoutMs: LATE_MS });
  await rejects(edited, {
    code: "Timeout",
    nodeId: "naps",
    message: `The edit is in effect, but lane "near" has not come to it within ${LATE_MS} ms: "naps" has not ` +
      "returned from process()",
  });
  ok("middle" in runtime.graph().nodes);
  await rejects(runtime.edit((edit) => edit.remove("waits")), {
    code: "Busy",
    message: 'Cannot edit the graph: lane "near" has not come to the edit before this one; a node\'s process() takes ' +
      "too long",
  });
  hold.release();
  await flow(runtime, "middle");
  await runtime.edit((edit) => edit.remove("waits"));
  await flow(runtime, "sink");
  assertSpent((await runtime.stop())!);
});

eachDriver("edit() names the node that it waits for in vain", async (native) => {
  await using runtime = graph(native);
  await runtime.start();
  const before = runtime.graph();
  await rejects(
    runtime.edit((edit) => {
      const { id } = edit.add(faulty({ how: "never returns from setup" }), { id: "device", lane: "far" });
      edit.connectByName("source.audio", `${id}.audioIn`);
    }, { timeoutMs: LATE_MS }),
    {
      code: "Timeout",
      nodeId: "device",
      message: `Cannot edit the graph: lane "far" was not ready within ${LATE_MS} ms: "device" has not returned from ` +
        "setup()",
    },
  );
  deepEqual(runtime.graph(), before);
  await flow(runtime, "sink");
  await runtime.stop();
});

eachDriver(
  "edit(), pause() and setConfig() say why they cannot be done: the start, the end, the time between",
  async (native) => {
    await using runtime = graph(native);
    const calls = {
      "edit the graph": () => runtime.edit((edit) => edit.remove("picky")),
      "pause": () => runtime.pause(),
      'configure "picky"': () => runtime.setConfig("picky", "level", 1),
    };
    const refused = async (why: string, ...names: (keyof typeof calls)[]) => {
      for (const name of names) await rejects(calls[name](), { code: "Busy", message: `Cannot ${name}: ${why}` });
    };
    const started = runtime.start();
    await refused("the graph is starting; wait for start()", "edit the graph", "pause", 'configure "picky"');
    await started;
    const stopped = runtime.stop();
    await refused("the graph is being stopped", "edit the graph", "pause");
    await stopped;
    await refused("the graph has ended; run it anew", "pause");
    // Until the next start the graph can be changed.
    await calls['configure "picky"']();
    deepEqual(runtime.graph().nodes.picky.config, { level: 1 });
    await calls["edit the graph"]();
    equal(runtime.graph().nodes.picky, undefined);
  },
);

eachDriver("edit() that the end cuts off says so, also while a lane is started for it", async (native) => {
  await using runtime = graph(native);
  await runtime.start();
  const refusal = {
    code: "Busy",
    message: "Cannot edit the graph: it ended before the edit came into effect",
  };
  const slow = rejects(
    runtime.edit((edit) => {
      const { id } = edit.add(faulty({ how: "never returns from setup" }), { id: "device", lane: "new" });
      edit.connectByName("source.audio", `${id}.audioIn`);
    }),
    refusal,
  );
  // The collector fails by itself: nothing drains.
  await runtime.stop();
  await slow;
});

eachDriver("edit() that is refused keeps nothing of the nodes that it was to bring in", async (native) => {
  const collect = exposeGc();
  await using runtime = graph(native);
  await runtime.start();
  const refused = await Promise.all(
    ["added", "picky"].map(async (id) => {
      const type = fixture(() => new Broken(), { type: "broken", lane: "main", ports: [audioIn] });
      const edited = runtime.edit((edit) => {
        if (id === "picky") return edit.replace(id, type());
        edit.add(type(), { id });
        edit.connectByName("source.audio", `${id}.audioIn`);
      });
      await rejects(edited, { code: "NodeFailed", message: `Node "${id}" (broken) failed in setup(): no device` });
      return new WeakRef(type);
    }),
  );
  await runtime.edit((edit) => edit.reconfigure("picky", { level: 3 }));
  for (let round = 0; round < 100 && refused.some((type) => type.deref() !== undefined); round++) {
    await new Promise((resolve) => setTimeout(resolve));
    collect();
  }
  deepEqual(refused.map((type) => type.deref()), [undefined, undefined]);
  // Nor of the numbers that they were given.
  const used = viewRuntime(runtime).nodes.map(({ index }) => index);
  await runtime.edit((edit) => {
    edit.connectByName("source.audio", `${edit.add(checkingSink(), { id: "later" }).id}.audio`);
  });
  const later = viewRuntime(runtime).nodes.find(({ id }) => id === "later")!;
  equal(later.index, Math.max(...used) + 1);
  await runtime.stop();
});
