/** What a stage says of its devices, and of when it presents what. */
import { deepEqual, equal } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import { listDevices } from "../../core/registry/devices.ts";
import { Runtime } from "../../core/runtime.ts";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { noPlugins, PluginFolder } from "../fixtures/plugins/build.ts";
import { patternSource } from "../../stages.gen.ts";
import { toneSource } from "../../sluice.gen.ts";
import { until } from "../fixtures/waiting.ts";

let folder: PluginFolder | undefined;
let loaded: Promise<NodeRegistry> | undefined;

async function load(): Promise<NodeRegistry> {
  folder = await PluginFolder.make();
  await folder.addC("heard", { file: "heard.c" });
  const { packages, refused } = await loadPlugins([folder.path]);
  deepEqual(refused, []);
  return new NodeRegistry(packages);
}

Deno.test.afterAll(async () => await folder?.[Symbol.asyncDispose]());

function c(name: string, fn: (registry: NodeRegistry) => Promise<void>): void {
  Deno.test({ name, ignore: noPlugins !== undefined, fn: async () => await fn(await (loaded ??= load())) });
}

c("listDevices() gives what a stage lists, and nothing for one that has no devices", (registry) => {
  deepEqual(listDevices(registry.get("com.example.heard")), [
    { name: "ear:0", label: "Left ear", isDefault: true, formats: ["48 kHz"] },
  ]);
  equal(listDevices(patternSource), undefined);
  equal(listDevices(toneSource), undefined);
  return Promise.resolve();
});

for (const isolate of ["process", false] as const) {
  c(`a stage on one lane knows when one on another presents its sound, isolate: ${isolate}`, async (registry) => {
    await using runtime = new Runtime({ native: "require", mode: "offline", registry });
    const source = runtime.add(appSource.audio({ sampleRateHz: 1_000, channels: 1 }), { id: "source" });
    runtime.addByType("com.example.heard", {}, { id: "speaker", lane: "sound", isolate });
    runtime.addByType("com.example.heard", { says: false }, { id: "display", lane: "pictures", isolate });
    const sink = runtime.add(appSink.audio(), { id: "sink" });
    runtime.connectByName("source.audio", "speaker.audioIn");
    runtime.connectByName("speaker.audioOut", "display.audioIn");
    runtime.connectByName("display.audioOut", "sink.audio");
    const told: unknown[] = [];
    runtime.events.on("node:display", (event) => {
      if (event.group === "node" && event.kind === "custom") told.push([event.name, event.data]);
    });
    await runtime.start();
    await source.push({ channels: [new Float32Array(10)] });
    source.end();
    for await (const block of sink) equal(block.channel(0).length, 10);
    await runtime.finished;
    await until(() => told.length > 0);
    deepEqual(told, [["heard", [0, 1e6]]]);
  });
}
