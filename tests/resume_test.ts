/** What `start({ resume: true })` carries over from one run to the next. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { Runtime } from "../mod.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { collect, collected, looseSink, numberedSource } from "./fixtures/numbered.ts";
import { counting, filter, passing, sink, source } from "./fixtures/scripted.ts";
import { flow } from "./fixtures/waiting.ts";

/** A graph whose source and sink on `lane` have states; the sink says at its end what it has found. */
function numbered(native: "require" | "off", lane: string): Runtime {
  const runtime = new Runtime({ native });
  const from = runtime.add(numberedSource({ count: 1e9, intervalMs: 1 }), { id: "from", lane });
  const to = runtime.add(looseSink(), { id: "to", lane });
  const found = runtime.add(collect(), { id: "found", lane: "main" });
  runtime.connect(from.outputs.audio, to.inputs.audio, { policy: "lossless" });
  runtime.connect(to.outputs.findings, found.inputs.data, { policy: "lossless" });
  return runtime;
}

/** Stops a graph. @returns what its sink has found */
async function findings(runtime: Runtime) {
  assertSpent((await runtime.stop())!);
  return collected.at(-1)!;
}

for (const lane of ["main", "near"]) {
  eachDriver(`nodes on lane "${lane}" go on from their states, and only where that is asked for`, async (native) => {
    await using runtime = numbered(native, lane);
    await runtime.start();
    await flow(runtime, "to", 3);
    const first = await findings(runtime);
    equal(first.last, first.received - 1);

    await runtime.start({ resume: true });
    await flow(runtime, "to", 3);
    await runtime.restart({ resume: true });
    await flow(runtime, "to", 3);
    const third = await findings(runtime);
    const { received, missing, disordered, corrupt, last } = third;
    deepEqual({ missing, disordered, corrupt }, { missing: 0, disordered: 0, corrupt: 0 });
    equal(last, received - 1);
    ok(received >= first.received + 6);
    equal(runtime.summary()!.nodes.find(({ id }) => id === "to")!.framesIn < received, true, "figures begin at 0");

    await runtime.start();
    await flow(runtime, "to", 3);
    const anew = await findings(runtime);
    equal(anew.last, anew.received - 1);
    ok(anew.received < received);
  });
}

eachDriver("states go where nodes go between two runs, and not to another node of the same id", async (native) => {
  await using runtime = numbered(native, "near");
  await runtime.start();
  await flow(runtime, "to", 3);
  const first = await findings(runtime);

  await runtime.move("from", "main");
  await runtime.move("to", "far");
  await runtime.configure("from", { intervalMs: 2 });
  await runtime.start({ resume: true });
  await flow(runtime, "to", 3);
  const second = await findings(runtime);
  equal(second.last, second.received - 1);
  ok(second.received >= first.received + 3);

  await runtime.remove("to");
  const to = runtime.add(looseSink(), { id: "to", lane: "far" });
  runtime.connectByName("from.audio", "to.audio", { policy: "lossless" });
  runtime.connectByName("to.findings", "found.data", { policy: "lossless" });
  await runtime.start({ resume: true });
  await flow(runtime, to.id, 3);
  const third = await findings(runtime);
  equal(third.missing, second.last + 1, "the source went on, and this sink has not seen what was before");
  equal(third.last, second.last + third.received);

  let { disordered } = third;
  for (const lane of ["main", "near"]) {
    await runtime.replace("from", numberedSource({ count: 1e9, intervalMs: 1 }), { startsAnew: true, lane });
    await runtime.start({ resume: true });
    await flow(runtime, to.id, 3);
    const found = await findings(runtime);
    ok(found.disordered >= disordered + 3, "the source began with number 0 again");
    disordered = found.disordered;
  }
});

/** A source, and a sink that hands over what `snapshot` gives, and does with it what `restore` does. */
function scripted(native: "require" | "off", snapshot: () => unknown, restore?: (state: unknown) => unknown) {
  const runtime = new Runtime({ native, mode: "offline" });
  const from = runtime.add(source(counting(4)), { id: "from" });
  const to = runtime.add(
    sink({ ...passing(), snapshot, ...(restore && { restore: (state) => restore(state) as void }) }),
    {
      id: "to",
    },
  );
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn, { policy: "lossless" });
  const run = async (resume: boolean) => {
    await runtime.start({ resume });
    await runtime.finished;
  };
  return { runtime, run };
}

eachDriver("a start is refused whose restore() throws, and the states are there for another one", async (native) => {
  let broken = true;
  const restored: unknown[] = [];
  const { runtime, run } = scripted(native, () => new Map([["takes", 3]]), (state) => {
    if (broken) throw new Error("no room, on purpose");
    restored.push(state);
  });
  await using _ = runtime;
  await run(false);
  for (let k = 0; k < 2; k++) {
    await rejects(runtime.start({ resume: true }), {
      code: "NodeFailed",
      nodeId: "to",
      message: 'Node "to" (scripted-sink) failed in restore(): no room, on purpose',
    });
  }
  broken = false;
  await run(true);
  deepEqual(restored, [new Map([["takes", 3]])]);
});

eachDriver(
  "a snapshot() that fails at the end ends no run, and refuses a start that is to go on from it",
  async (native) => {
    for (
      const [snapshot, message] of [
        [() => {
          throw new Error("no paper, on purpose");
        }, 'Node "to" (scripted-sink) failed in snapshot(): no paper, on purpose'],
        [() => Promise.resolve(1), /^Cannot carry over the state of node "to" .* its snapshot\(\) gave a promise/],
        [() => () => {}, /^Cannot move node "to" \(scripted-sink\) to another run: .* cannot be sent there: /],
      ] as const
    ) {
      const { runtime, run } = scripted(native, snapshot, () => {});
      await using _ = runtime;
      await run(false);
      await rejects(runtime.start({ resume: true }), { code: "NodeFailed", nodeId: "to", message });
      await run(false);
    }
  },
);

eachDriver("a state's views go on with the bytes that they show, not with all of their buffer", async (native) => {
  const restored: Float64Array[] = [];
  const all = new Float64Array(1 << 20).fill(5);
  const { runtime, run } = scripted(native, () => all.subarray(8, 10), (state) => restored.push(state as Float64Array));
  await using _ = runtime;
  await run(false);
  await run(true);
  deepEqual(restored, [Float64Array.of(5, 5)]);
  equal(restored[0].buffer.byteLength, 16);
});

eachDriver("a node without restore(), and one that had failed, begin anew", async (native) => {
  let taken = 0;
  const { runtime, run } = scripted(native, () => taken++);
  await using _ = runtime;
  await run(true);
  await run(true);
  equal(taken, 2);

  await using failing = new Runtime({ native });
  let restored = 0;
  let fails = true;
  const from = failing.add(source(counting(1e9)), { id: "from" });
  const via = failing.add(
    filter({
      ...passing(() => {
        if (fails) throw new Error("once, on purpose");
      }),
      snapshot: () => 1,
      restore: () => void restored++,
    }),
    { id: "via" },
  );
  failing.connect(from.outputs.audioOut, via.inputs.audioIn);
  await failing.start();
  await rejects(failing.finished, { code: "NodeFailed", nodeId: "via" });
  fails = false;
  await failing.start({ resume: true });
  await flow(failing, "via", 3);
  await failing.stop();
  equal(restored, 0);
  await failing.start({ resume: true });
  await flow(failing, "via", 3);
  await failing.stop();
  equal(restored, 1);
});

eachDriver("start() takes no other option, and no other value", async (native) => {
  await using runtime = numbered(native, "main");
  await rejects(runtime.start({ resmue: true } as object), {
    code: "InvalidConfig",
    message: 'Cannot start: there is no option "resmue" (did you mean "resume"?); options: "resume"',
  });
  await rejects(runtime.start({ resume: 1 as never }), {
    code: "InvalidConfig",
    message: 'Cannot start: "resume" is a number, wanted true or false',
  });
});
