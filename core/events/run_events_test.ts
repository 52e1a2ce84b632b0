import { deepEqual, equal, ok } from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { numberedSource } from "../../tests/fixtures/numbered.ts";
import type { LinkEvent } from "./event.ts";
import { Runtime } from "../runtime.ts";
import { counting, gathering, sink, source } from "../../tests/fixtures/scripted.ts";

Deno.test("publishEdit() tells links that an edit makes and removes, then the edit", async () => {
  await using runtime = new Runtime({ mode: "offline" });
  const from = runtime.add(source(counting(1e9)), { id: "from" });
  const to = runtime.add(sink(gathering([])), { id: "to" });
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
  const told: unknown[] = [];
  runtime.events.on("*", (event) => {
    if (event.group === "graph") told.push(event.kind);
    else if (event.group === "link" && (event.kind === "connected" || event.kind === "removed")) {
      told.push([event.linkId, event.kind, event.from, event.to]);
    }
  });
  await runtime.start();
  await runtime.edit((edit) => {
    edit.add(sink(gathering([])), { id: "other" });
    edit.connectByName("from.audioOut", "other.audioIn");
  });
  await runtime.edit((edit) => edit.remove("other"));
  await runtime.stop();
  deepEqual(told, [
    ["link1", "connected", "from.audioOut", "other.audioIn"],
    "edited",
    ["link1", "removed", "from.audioOut", "other.audioIn"],
    "edited",
  ]);
});

Deno.test("publishEdit() names the nodes whose live values an edit changes, and no others", async () => {
  await using runtime = new Runtime({ mode: "live" });
  const tone = runtime.add(nodes.toneSource(), { id: "tone" });
  const gain = runtime.add(nodes.gain(), { id: "gain", lane: "main" });
  runtime.connect(tone.outputs.audio, gain.inputs.audioIn);
  const told: unknown[] = [];
  runtime.events.on("graph", (event) => event.kind === "edited" && told.push([event.actions, event.nodes]));
  await runtime.start();
  await runtime.edit((edit) => edit.reconfigure("gain", { gainDb: -3 }));
  await runtime.stop();
  deepEqual(told, [[["reconfigure"], ["gain"]]]);
});

for (const lane of ["main", "other"]) {
  Deno.test(`publishClosed() tells what a removed link had counted and what was lost with it, from lane ${lane}`, async () => {
    await using runtime = new Runtime({ mode: "live" });
    const from = runtime.add(numberedSource({ count: 1e9, perTick: 1 }), { id: "from", lane });
    const to = runtime.add(sink({ process() {} }), { id: "to" });
    const id = runtime.connect(from.outputs.audio, to.inputs.audioIn, { policy: "drop-newest", capacity: 4 });
    const closed = Promise.withResolvers<LinkEvent & { kind: "closed" }>();
    runtime.events.on(`link:${id}`, (event) => {
      if (event.group === "link" && event.kind === "closed") closed.resolve(event);
    });
    await runtime.start();
    while (runtime.stats().links[0].dropped.full === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await runtime.edit((edit) => edit.remove("to"));
    const { written, read, dropped, from: start, to: end } = await closed.promise;
    deepEqual([start, end, read], ["from.audio", "to.audioIn", 0]);
    ok(dropped.unlinked >= 4, `${dropped.unlinked}`);
    equal(written, dropped.full + dropped.skipped + dropped.unlinked + dropped.laneLost);
    await runtime.stop();
  });
}
