/** Live values of the stages for pictures: one that no picture can have is refused, and the graph goes on. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { tapLog } from "../../core/log.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import type { Runtime } from "../../core/runtime.ts";
import { addRow, media, type Row, runtimeOf } from "../fixtures/plugins/media.ts";
import { flow, until } from "../fixtures/waiting.ts";

const SOURCE: Row = { "pattern-source#source": { width: 320, height: 240, frameRate: 200 } };
const LIVE = { mode: "live", pools: { video: { slotBytes: 640 * 480 * 4 } } } as const;

/** Calls a function while a live graph runs; ends it afterwards, as it can only end if nothing has failed. */
async function running(registry: NodeRegistry, row: Row, fn: (runtime: Runtime) => Promise<void>): Promise<void> {
  await using runtime = runtimeOf(registry, LIVE);
  const last = addRow(registry, runtime, { ...SOURCE, ...row });
  const isEncoded = last.endsWith(".encoded");
  const sink = isEncoded
    ? runtime.add(appSink.encoded(), { id: "sink" })
    : runtime.add(appSink.video(), { id: "sink" });
  runtime.connectByName(last, isEncoded ? "sink.encoded" : "sink.video");
  await runtime.start();
  const read = (sink.readable as ReadableStream<unknown>).pipeTo(new WritableStream());
  await flow(runtime, "sink");
  await fn(runtime);
  await flow(runtime, "sink");
  await runtime.stop();
  await read;
}

media("video-scale refuses what its pictures have no part for, and goes on with what it had", async (registry) => {
  await running(registry, { "scale#scale": {} }, async (runtime) => {
    await rejects(runtime.setConfig("scale", "cropWidth", 1000), (error: Error & { code: string }) => {
      equal(error.code, "InvalidConfig");
      match(error.message, /a picture of 320 × 240 has no part of 1000 × 240 at 0, 0/);
      return true;
    });
    await rejects(runtime.setConfig("scale", "width", 16_385), /no slot takes a picture of 16385 × 12289 in rgba8/);
    await rejects(
      runtime.edit((edit) => edit.reconfigure("scale", { cropTop: 10, cropHeight: 231 })),
      /has no part of 320 × 231 at 0, 10/,
    );
    const { cropWidth, width, cropTop } = runtime.graph().nodes.scale.config ?? {};
    deepEqual([cropWidth, width, cropTop], [undefined, undefined, undefined]);
    // Either by itself would be refused.
    await runtime.setConfig("scale", "cropLeft", 300);
    await runtime.edit((edit) => edit.reconfigure("scale", { cropLeft: 0, cropWidth: 200 }));
    await runtime.edit((edit) => edit.reconfigure("scale", { cropLeft: 220, cropWidth: 100 }));
    equal(runtime.stats().nodes.find(({ id }) => id === "scale")?.figures?.misfits, 0);
  });
});

media(
  "video-scale makes pictures that its crop does not fit by the values before, and counts them",
  async (registry) => {
    const lines: string[] = [];
    const untap = tapLog(({ message }) => void lines.push(message));
    await running(registry, { "scale#size": {}, "scale#crop": {} }, async (runtime) => {
      await runtime.setConfig("crop", "cropWidth", 300);
      await flow(runtime, "sink");
      await runtime.setConfig("size", "width", 160);
      await flow(runtime, "sink");
      const figures = () => runtime.stats().nodes.find(({ id }) => id === "crop")!.figures!;
      await until(() => figures().misfits > 0);
      await runtime.setConfig("size", "width", 0);
      await flow(runtime, "sink");
      equal(runtime.graph().nodes.crop.config?.cropWidth, 300);
    });
    untap();
    deepEqual(lines.filter((line) => line.includes("has no part")), [
      "a picture of 160 × 120 has no part of 300 × 120 at 0, 0; such pictures are made by the values before",
    ]);
  },
);

const STAGES: readonly Row[] = [
  { "scale#node": {} },
  { "overlay#node": {} },
  { "frame-rate#node": {} },
  { "convert#node": { pixelFormat: "nv12" } },
  { "compositor#node": { width: 320, height: 240, frameRate: 200 } },
  { "jpeg-encode#node": {} },
  { "convert#before": {}, "h264-encode#node": { bitRate: 200_000 } },
];

for (const row of STAGES) {
  const [key] = Object.keys(row).filter((key) => key.endsWith("#node"));
  media(`${key.split("#")[0]}: no live value within its schema ends the run`, async (registry) => {
    const { properties } = registry.get(key.split("#")[0]).descriptor.config;
    await running(registry, row, async (runtime) => {
      for (const [name, property] of Object.entries(properties)) {
        // Inputs of the compositor that have no link are like the one that has.
        if (/_[1-7]$/.test(name)) continue;
        if (property["x-live"] !== true) {
          await rejects(runtime.setConfig("node", name, property.default), { code: "InvalidConfig" });
          continue;
        }
        const { minimum, maximum } = property;
        if (maximum !== undefined) await rejects(runtime.setConfig("node", name, maximum + 1), /wanted/);
        const step = property.multipleOf ?? 1;
        const values = property.enum ?? [minimum, maximum, (minimum ?? 0) + step, "x".repeat(900), "nowhere.png"];
        for (const value of values) {
          if (value === undefined || (typeof value === "number") !== (property.type !== "string")) continue;
          await runtime.setConfig("node", name, value).catch(({ code }) => equal(code, "InvalidConfig"));
          await flow(runtime, "sink", 3);
        }
        if (property.default !== undefined) await runtime.setConfig("node", name, property.default);
      }
      ok(runtime.stats().nodes.every(({ errors }) => errors === 0));
    });
  });
}

media(
  "h264-encode leaves out pictures of sizes that H.264 cannot have once a live graph has begun",
  async (registry) => {
    await running(
      registry,
      { "scale#scale": {}, "convert#i420": {}, "h264-encode#encode": {} },
      async (runtime) => {
        await runtime.setConfig("scale", "width", 321);
        await flow(runtime, "encode");
        await runtime.setConfig("scale", "width", 160);
        await flow(runtime, "sink");
        const { leftOut, keyFrames } = runtime.stats().nodes.find(({ id }) => id === "encode")!.figures!;
        ok(leftOut > 0 && keyFrames > 1);
      },
    );
  },
);

media("a stage in a process of its own refuses what its pictures cannot have, too", async (registry) => {
  await using runtime = runtimeOf(registry, LIVE);
  const last = addRow(registry, runtime, SOURCE);
  runtime.addByType("scale", {}, { id: "scale", isolate: "process" });
  runtime.connectByName(last, "scale.videoIn");
  await runtime.start();
  await flow(runtime, "scale", 3);
  await rejects(runtime.setConfig("scale", "cropWidth", 1000), /a picture of 320 × 240 has no part of 1000 × 240/);
  await rejects(runtime.setConfig("scale", "width", 16_385), /no slot takes a picture of 16385 × 12289/);
  await runtime.setConfig("scale", "width", 160);
  await flow(runtime, "scale", 3);
  await runtime.stop();
});

media("jpeg-encode leaves out what no slot takes once a live graph has begun, and goes on", async (registry) => {
  await using runtime = runtimeOf(registry, { mode: "live", pools: { encoded: { slotBytes: 40_000 } } });
  const row: Row = {
    "pattern-source#source": { width: 320, height: 240, frameRate: 200, pattern: "zone-plate" },
    "jpeg-encode#encode": { quality: 10 },
  };
  const sink = runtime.add(appSink.encoded(), { id: "sink" });
  runtime.connectByName(addRow(registry, runtime, row), "sink.encoded");
  const lines: string[] = [];
  const untap = tapLog(({ message }) => void lines.push(message));
  await runtime.start();
  const gaps: boolean[] = [];
  const read = (async () => {
    for await (const { discontinuity } of sink) gaps.push(discontinuity);
  })();
  await flow(runtime, "sink", 3);
  const figures = () => runtime.stats().nodes.find(({ id }) => id === "encode")!.figures!;
  await runtime.setConfig("encode", "quality", 100);
  await until(() => figures().leftOut > 3);
  const before = figures().frames;
  await runtime.setConfig("encode", "quality", 10);
  await until(() => figures().frames > before + 3);
  await runtime.stop();
  await read;
  untap();
  ok(gaps.includes(true));
  equal(lines.filter((line) => line.includes("such ones are left out of the stream")).length, 1, lines.join("\n"));
});
