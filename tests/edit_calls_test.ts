/** What `runtime.edit()` refuses of its caller: functions that wait, calls that come late, options that are none. */
import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import type { GraphEdit } from "../core/live/graph_edit.ts";
import { Runtime } from "../core/runtime.ts";
import type { EditOptions } from "../core/runtime_options.ts";
import { nodes } from "../sluice.gen.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { checkingSink, collect, numberedSource, pass } from "./fixtures/numbered.ts";
import { counting, filter, gathering, passing, sink, source } from "./fixtures/scripted.ts";

/** A graph that does not end by itself. */
function chain(native: "require" | "off"): Runtime {
  const runtime = new Runtime({ mode: "offline", native, pools: { audio: { slots: 4_000, slotBytes: 64 } } });
  const source = runtime.add(numberedSource({ count: 1e9, perTick: 8 }), { id: "source", lane: "far" });
  const middle = runtime.add(pass(), { id: "middle", lane: "main" });
  const sink = runtime.add(checkingSink(), { id: "sink", lane: "main" });
  const found = runtime.add(collect(), { id: "found", lane: "main" });
  runtime.connect(source.outputs.audio, middle.inputs.audioIn);
  runtime.connect(middle.outputs.audioOut, sink.inputs.audio);
  runtime.connect(sink.outputs.findings, found.inputs.data);
  return runtime;
}

async function flow(runtime: Runtime): Promise<void> {
  const read = () => runtime.stats().nodes.find(({ id }) => id === "sink")!.framesIn;
  const before = read();
  while (read() < before + 100) await new Promise((resolve) => setTimeout(resolve, 1));
}

Deno.test("edit() refuses a function that changes the graph by calls of the runtime too, and does none of the edit", async () => {
  await using runtime = chain("off");
  await rejects(
    runtime.edit((edit) => {
      edit.remove("middle");
      runtime.add(pass(), { id: "other" });
    }),
    {
      code: "InvalidGraph",
      message: "Cannot edit the graph: its function changed it by calls of the runtime, wanted calls of what the " +
        "function is given",
    },
  );
  const { nodes, links } = runtime.graph();
  deepEqual(Object.keys(nodes), ["source", "middle", "sink", "found", "other"]);
  equal(links?.length, 3);
});

for (const when of ["before the start", "while it runs"]) {
  eachDriver(`edit() refuses a function that waits, ${when}, and does none of it`, async (native) => {
    await using runtime = chain(native);
    if (when === "while it runs") await runtime.start();
    const before = runtime.graph();
    const late = Promise.withResolvers<unknown>();
    const refusal = {
      code: "InvalidGraph",
      message:
        "Cannot edit the graph: its function gave a promise, wanted one that does not wait; do what takes time " +
        "before runtime.edit()",
    };
    await rejects(
      runtime.edit(async (edit) => {
        edit.add(pass(), { id: "a" });
        await Promise.resolve();
        try {
          edit.add(pass(), { id: "b" });
        } catch (error) {
          late.resolve(error);
          throw error;
        }
      }),
      refusal,
    );
    equal((await late.promise as { code: string }).code, "Busy");
    await rejects(runtime.edit(() => Promise.reject(new Error("nobody hears it"))), refusal);
    deepEqual(runtime.graph(), before);
    if (when === "while it runs") await flow(runtime);
    await runtime.stop();
  });

  eachDriver(`edit() gives what is of no use once its function has returned, ${when}`, async (native) => {
    await using runtime = chain(native);
    if (when === "while it runs") await runtime.start();
    const before = runtime.graph();
    let kept!: GraphEdit;
    await runtime.edit((edit) => void (kept = edit));
    const calls: (() => unknown)[] = [
      () => kept.add(pass()),
      () => kept.addByType("gain"),
      () => kept.remove("middle"),
      () => kept.connectByName("source.audio", "middle.audioIn"),
      () => kept.disconnect("link0"),
      () => kept.replace("middle", pass()),
      () => kept.move("middle", "far"),
      () => kept.reconfigure("middle", {}),
      () => kept.bypass("middle"),
      () => kept.addInput("middle", "audioIn"),
      () => kept.removeInput("middle", "audioIn_0"),
      () => kept.addOutput("middle", "audioOut"),
      () => kept.removeOutput("middle", "audioOut_0"),
    ];
    for (const call of calls) {
      throws(call, {
        code: "Busy",
        message: "Cannot change the graph by an edit whose function has returned: call runtime.edit() again",
      }, String(call));
    }
    deepEqual(runtime.graph(), before);
    if (when === "while it runs") await flow(runtime);
    await runtime.stop();
  });
}

eachDriver("edit() does of several calls for one node what the last one says", async (native) => {
  const runtime = new Runtime({ mode: "live", native });
  const tone = runtime.add(nodes.toneSource(), { id: "tone" });
  const gain = runtime.add(nodes.gain({ gainDb: -1 }), { id: "gain", lane: "main" });
  const meter = runtime.add(nodes.levelMeter(), { id: "meter" });
  runtime.connect(tone.outputs.audio, gain.inputs.audioIn);
  runtime.connect(gain.outputs.audioOut, meter.inputs.audioIn);
  await runtime.start();
  const config = () => runtime.graph().nodes["gain"]?.config;
  await runtime.edit((edit) => {
    edit.reconfigure("gain", { gainDb: -2 });
    edit.replace("gain", nodes.gain({ gainDb: -3 }));
  });
  deepEqual(config(), { gainDb: -3 });
  await runtime.edit((edit) => {
    edit.reconfigure("gain", { gainDb: -4 });
    edit.remove("gain");
    edit.remove("meter");
  });
  equal(config(), undefined);
  await runtime.stop();
});

eachDriver(
  "replace() takes the state over unless the last call for the node says that it starts anew",
  async (native) => {
    const runtime = new Runtime({ mode: "live", native });
    const from = runtime.add(source(counting(1e9)), { id: "from" });
    const restored: unknown[] = [];
    const keeping = () =>
      filter({ ...passing(), snapshot: () => "state", restore: (state) => void restored.push(state) });
    const middle = runtime.add(keeping(), { id: "middle" });
    const to = runtime.add(sink(gathering([])), { id: "to" });
    runtime.connect(from.outputs.audioOut, middle.inputs.audioIn);
    runtime.connect(middle.outputs.audioOut, to.inputs.audioIn);
    await runtime.start();
    await runtime.edit((edit) => {
      edit.replace("middle", keeping());
      edit.replace("middle", keeping(), { startsAnew: true });
    });
    deepEqual(restored, []);
    await runtime.edit((edit) => {
      edit.replace("middle", keeping(), { startsAnew: true });
      edit.replace("middle", keeping());
    });
    deepEqual(restored, ["state"]);
    await runtime.stop();
  },
);

eachDriver("edit() seals what it gave also where its function throws", async (native) => {
  await using runtime = chain(native);
  let kept!: GraphEdit;
  await rejects(
    runtime.edit((edit) => {
      kept = edit;
      throw new Error("changed my mind");
    }),
    { message: "changed my mind" },
  );
  throws(() => kept.remove("middle"), { code: "Busy" });
});

Deno.test("edit() refuses times that no timer can count, and options that do not exist", async () => {
  await using runtime = chain("off");
  const bad: [unknown, string][] = [
    [{ timeoutMs: -1 }, '"timeoutMs" is -1, wanted milliseconds from 0 to 2147483647'],
    [{ timeoutMs: NaN }, '"timeoutMs" is NaN, wanted milliseconds from 0 to 2147483647'],
    [{ timeoutMs: "x" }, '"timeoutMs" is "x", wanted milliseconds from 0 to 2147483647'],
    [{ timeoutMs: 2 ** 31 }, '"timeoutMs" is 2147483648, wanted milliseconds from 0 to 2147483647'],
    [{ trialMs: Infinity }, '"trialMs" is Infinity, wanted milliseconds from 0 to 2147483647'],
    [
      { timoutMs: 1 },
      'there is no option "timoutMs" (did you mean "timeoutMs"?); options: "timeoutMs", "trialMs" and "by"',
    ],
    [5, "its options are a number, wanted an object"],
  ];
  const before = runtime.graph();
  for (const [options, message] of bad) {
    await rejects(runtime.edit((edit) => edit.remove("found"), options as EditOptions), {
      code: "InvalidConfig",
      message: `Cannot edit the graph: ${message}`,
    });
  }
  deepEqual(runtime.graph(), before);
});

Deno.test("edit() refuses ids that are none, with a code", async () => {
  await using runtime = chain("off");
  const none = null as unknown as string;
  const long = "x".repeat(100_000);
  await rejects(runtime.edit(undefined as unknown as () => void), {
    code: "InvalidConfig",
    message: "Cannot edit the graph: found undefined, wanted a function that is given what collects the edit",
  });
  const wrong: [(edit: GraphEdit) => unknown, string][] = [
    [(edit) => edit.remove(none), "NodeNotFound"],
    [(edit) => edit.bypass(5 as unknown as string), "NodeNotFound"],
    [(edit) => edit.bypass("middle", "no" as unknown as boolean), "InvalidConfig"],
    [(edit) => edit.disconnect(none), "LinkNotFound"],
    [(edit) => edit.move("middle", none), "InvalidGraph"],
    [(edit) => edit.connectByName(none, none), "InvalidGraph"],
    [(edit) => edit.addInput("middle", none), "InvalidConfig"],
    [(edit) => edit.replace("middle", pass(), none as unknown as object), "InvalidConfig"],
    [(edit) => edit.remove(long), "NodeNotFound"],
    [(edit) => edit.disconnect(long), "LinkNotFound"],
    [(edit) => edit.connectByName(long, "middle.audioIn"), "InvalidGraph"],
    [(edit) => edit.connectByName(`source.${"y".repeat(60)}`, "middle.audioIn"), "PortNotFound"],
    [(edit) => edit.removeInput("middle", long), "PortNotFound"],
    [(edit) => edit.add(pass(), { id: long }), "InvalidGraph"],
    [(edit) => edit.move("middle", long), "InvalidGraph"],
  ];
  for (const [change, code] of wrong) {
    await rejects(runtime.edit(change), (error: { code?: string; message: string }) => {
      equal(error.code, code, String(change));
      ok(error.message.length < 400, error.message.slice(0, 500));
      return true;
    });
  }
});

eachDriver("a call of an edit that is refused changes nothing, and those after it do what they say", async (native) => {
  await using runtime = chain(native);
  await runtime.start();
  const before = runtime.graph();
  const told: string[] = [];
  runtime.events.on("graph", (event) => {
    if (event.group === "graph") told.push(...event.nodes);
  });
  await runtime.edit((edit) => {
    throws(() => edit.replace("middle", collect()), { code: "PortNotFound" });
    throws(() => edit.replace("middle", collect(), { lane: "far" }), { code: "InvalidGraph" });
  });
  deepEqual(runtime.graph(), before);
  deepEqual(told, []);
  await flow(runtime);
  await runtime.stop();
});
