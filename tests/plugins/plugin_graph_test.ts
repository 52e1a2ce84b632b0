/** Plugins in C and in Rust between TypeScript nodes. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import { loadPlugins, type Plugins } from "../../core/plugins/load_plugins.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { noPlugins, noRustPlugin, PluginFolder } from "../fixtures/plugins/build.ts";

let made: Promise<[folder: PluginFolder, plugins: Plugins]> | undefined;

/** The plugins of all tests of this file: a library is loaded once in a process. */
async function plugins(): Promise<Plugins> {
  made ??= (async () => {
    const folder = await PluginFolder.make();
    await folder.addC("tools", { file: "tools.c" });
    if (noRustPlugin() === undefined) await folder.addRust();
    return [folder, await loadPlugins([folder.path])];
  })();
  return (await made)[1];
}

function withPlugins(name: string, fn: (registry: NodeRegistry) => Promise<void>, obstacle = noPlugins): void {
  const title = obstacle === undefined ? name : `${name} (left out: ${obstacle})`;
  Deno.test({
    name: `plugins: ${title}`,
    ignore: obstacle !== undefined,
    fn: async () => {
      const { packages, refused } = await plugins();
      deepEqual(refused, []);
      await fn(new NodeRegistry(packages));
    },
  });
}

globalThis.addEventListener("unload", () => {
  void made?.then(([folder]) => Deno.removeSync(folder.path, { recursive: true }));
});

withPlugins("their stages are node types with ports, configuration and docs", (registry) => {
  const { inputs, outputs, config, lane, mode } = registry.getMetadata("com.example.records");
  deepEqual(inputs, []);
  deepEqual(outputs.map(({ name, kind, doc }) => [name, kind, doc]), [["packet", "packet", "The records."]]);
  deepEqual(Object.keys(config.properties), ["count", "mostRecords", "unit"]);
  deepEqual([lane, mode], ["native", "loop"]);
  const crop = registry.getMetadata("com.example.crop");
  deepEqual(crop.inputs[0].accepts, { pixelFormat: ["rgba8", "bgra8"] });
  const invert = registry.getMetadata("com.example.invert");
  equal(invert.description, "Turns the phase of audio.");
  equal(invert.package, "tools");
  return Promise.resolve();
});

for (const mode of ["offline", "live"] as const) {
  withPlugins(`a stage in C runs between TypeScript nodes, ${mode}`, async (registry) => {
    await using runtime = new Runtime({ native: "require", mode, registry });
    const source = runtime.add(appSource.audio({ sampleRateHz: 8_000, channels: 2 }));
    const invert = runtime.addByType("com.example.invert", {}, { id: "invert" });
    const sink = runtime.add(appSink.audio());
    runtime.connectByName("app-source.audio", "invert.audioIn", { policy: "lossless" });
    runtime.connectByName("invert.audioOut", "app-sink.audio", { policy: "lossless" });
    await runtime.start();
    const heard = (async () => {
      const blocks: number[][] = [];
      for await (const block of sink) blocks.push([...block.channel(0), ...block.channel(1)]);
      return blocks;
    })();
    for (let k = 0; k < 20; k++) {
      await source.push({ channels: [Float32Array.of(k, 1), Float32Array.of(2, -k)] });
    }
    source.end();
    const { nodes, pools } = await runtime.finished;
    const blocks = await heard;
    equal(blocks.length, 20);
    deepEqual(blocks[7], [-7, -1, -2, 7]);
    equal(invert.id, "invert");
    deepEqual(nodes.find(({ id }) => id === "invert")?.figures, { blocks: 20 });
    for (const pool of pools) equal(pool.free, pool.slots);
    ok(nodes.every(({ state }) => state === "ended"));
  });
}
