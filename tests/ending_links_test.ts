/** Links to nodes that end while the edit that makes them is under way: no source ends by them. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { type ProcessorContext, Runtime } from "../mod.ts";
import { viewRuntime } from "../core/runtime_view.ts";
import { nodes } from "../sluice.gen.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { ending, telling } from "./fixtures/ending.ts";
import { joint } from "./fixtures/numbered.ts";
import { counting, passing, sink, source } from "./fixtures/scripted.ts";
import { flow, inTime, until } from "./fixtures/waiting.ts";

const tone = () => nodes.toneSource({ blockSize: 64 });

/** When a node has ended, as the control isolate knows it. */
function whenEnded(runtime: Runtime, id: string): Promise<void> {
  return new Promise((resolve) => {
    runtime.events.on(`node:${id}`, (event) => {
      if (event.group === "node" && event.kind === "state" && event.state === "ended") resolve();
    });
  });
}

/** Asserts that node "tone" goes on, also where it writes to a node that has ended. */
async function assertGoesOn(runtime: Runtime, link?: string): Promise<void> {
  if (link !== undefined) {
    const written = () => runtime.stats().links.find(({ id }) => id === link)!.written;
    const before = written();
    await until(() => written() > before + 20);
    equal(runtime.stats().links.find(({ id }) => id === link)!.read, 0);
    await runtime.disconnect(link);
  }
  equal(runtime.stats().nodes.find(({ id }) => id === "tone")!.state, "running");
  const gain = await runtime.add(nodes.gain(), { id: "gain" });
  await runtime.connectByName("tone.audio", `${gain.id}.audioIn`);
  await flow(runtime, "gain", 3);
  assertSpent((await runtime.stop())!);
}

eachDriver("a node that ends while the edit is prepared is not linked", async (native) => {
  await using runtime = new Runtime({ native, endsWithSources: false });
  const [setUp, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let isOver = false;
  runtime.add(tone(), { id: "tone" });
  const brief = runtime.add(source({
    process(context: ProcessorContext) {
      if (isOver) context.finish();
      else context.waitUntilNs(context.nowNs() + 1e6);
    },
  }));
  const last = runtime.add(joint(), { id: "last", lane: "main" });
  runtime.connect(brief.outputs.audioOut, last.inputs.first);
  await runtime.start();
  const ended = whenEnded(runtime, "last");
  const editing = runtime.edit((edit) => {
    edit.add(sink({ ...passing(), setup: () => (setUp.resolve(), gate.promise) }), { id: "slow" });
    return edit.connectByName("tone.audio", "last.second");
  });
  editing.catch(() => {});
  await inTime(setUp.promise);
  isOver = true;
  await inTime(ended);
  gate.resolve();
  await rejects(editing, {
    code: "Busy",
    nodeId: "last",
    message:
      'Cannot link "tone.audio" to "last.second": node "last" has ended; remove it and add another, or start the ' +
      "graph anew",
  });
  deepEqual(runtime.stats().nodes.map(({ id, state }) => [id, state]).at(0), ["tone", "running"]);
  equal(runtime.stats().links.length, 1);
});

eachDriver("a source that ends while the edit is prepared ends the node that it is linked to", async (native) => {
  await using runtime = new Runtime({ native, endsWithSources: false });
  const [setUp, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let isOver = false;
  runtime.add(
    source({
      process(context: ProcessorContext) {
        if (isOver) context.finish();
        else context.waitUntilNs(context.nowNs() + 1e6);
      },
    }),
    { id: "brief" },
  );
  await runtime.start();
  const [briefEnded, lateEnded] = [whenEnded(runtime, "brief"), whenEnded(runtime, "late")];
  const editing = runtime.edit((edit) => {
    edit.add(sink({ ...passing(), setup: () => (setUp.resolve(), gate.promise) }), { id: "late" });
    return edit.connectByName("brief.audioOut", "late.audioIn");
  });
  await inTime(setUp.promise);
  isOver = true;
  await inTime(briefEnded);
  gate.resolve();
  await editing;
  await inTime(lateEnded);
  const summary = (await runtime.stop())!;
  deepEqual(summary.links.map(({ written, read }) => [written, read]), [[0, 0]]);
  assertSpent(summary);
});

for (const lane of ["near", "main"]) {
  eachDriver(
    `a source on lane "${lane}" goes on that is linked to a node whose flush() is under way`,
    async (native) => {
      await using runtime = new Runtime({ native, endsWithSources: false });
      const [flushing, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      runtime.add(tone(), { id: "tone", lane });
      const brief = runtime.add(source(counting(4)), { id: "brief" });
      const last = runtime.add(
        sink({ ...passing(), flush: () => (flushing.resolve(), gate.promise) }, undefined, { isAsync: true }),
        { id: "last" },
      );
      const first = await runtime.connect(brief.outputs.audioOut, last.inputs.audioIn);
      const ended = whenEnded(runtime, "last");
      await runtime.start();
      await inTime(flushing.promise);
      await runtime.disconnect(first);
      const link = await runtime.connectByName("tone.audio", "last.audioIn");
      gate.resolve();
      await inTime(ended);
      await assertGoesOn(runtime, link);
    },
  );

  eachDriver(
    `a source on lane "${lane}" goes on that is linked to a node which ends at that moment`,
    async (native) => {
      await using runtime = new Runtime({ native, endsWithSources: false });
      runtime.add(tone(), { id: "tone", lane });
      const feed = runtime.add(tone(), { id: "feed", lane: "near" });
      const last = runtime.add(ending(), { id: "last", lane: "near" });
      const fed = await runtime.connect(feed.outputs.audio, last.inputs.audioIn);
      await runtime.start();
      await flow(runtime, "last", 3);
      const editing = runtime.edit((edit) => {
        edit.add(telling(), { id: "telling", lane: "near" });
        return edit.connectByName("tone.audio", "last.side");
      });
      // The lanes are asked to prepare; what they say is not heard before the node has ended.
      const { index } = viewRuntime(runtime).links.find(({ id }) => id === fed)!;
      for (let turns = 0; turns < 100; turns++) await Promise.resolve();
      const { page } = viewRuntime(runtime).session!;
      const untilMs = performance.now() + 60_000;
      while (!page.isClosed(index) && performance.now() < untilMs);
      ok(page.isClosed(index), "the node has ended");
      // Where another lane has to prepare, too, the end may be heard before all are ready.
      const link = await editing.catch((error) => equal(error.code, "Busy"));
      if (lane === "near") ok(link !== undefined);
      await assertGoesOn(runtime, link ?? undefined);
    },
  );
}
