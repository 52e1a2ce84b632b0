/** The plugin of docs/plugins.md: it is built as the page says, and runs. */
import { deepEqual, equal } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { noPlugins, PluginFolder } from "../fixtures/plugins/build.ts";

const page = await Deno.readTextFile(new URL("../../docs/plugins.md", import.meta.url));

/** The block of the page that a comment before it names. */
function block(name: string): string {
  const found = new RegExp(`<!-- plugin: ${name} -->\\n\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(page);
  return found![1];
}

Deno.test("docs/plugins.md has the stage in Rust that the tests of its crate build", async () => {
  const source = await Deno.readTextFile(new URL("../../crates/stage/src/lib.rs", import.meta.url));
  const [, tested] = /^\/\/! ```\n([\s\S]*?)^\/\/! ```$/m.exec(source)!;
  equal(block("pass.rs"), tested.replace(/^\/\/! ?/gm, ""));
});

Deno.test({
  name: `docs/plugins.md has a plugin in C that builds and runs${noPlugins ? ` (left out: ${noPlugins})` : ""}`,
  ignore: noPlugins !== undefined,
  fn: async () => {
    await using folder = await PluginFolder.make();
    const text = block("invert.c") + block("peaks.c");
    await folder.addC("invert", { text }, { manifest: block("plugin.toml") });
    const { packages, plugins, refused } = await loadPlugins([folder.path]);
    deepEqual(refused, []);
    equal(plugins[0].manifest.licence, "MIT");
    await using runtime = new Runtime({ native: "require", mode: "offline", registry: new NodeRegistry(packages) });
    const source = runtime.add(appSource.audio({ sampleRateHz: 8_000, channels: 1 }), { id: "source" });
    runtime.addByType("com.example.guide-invert", { amount: 2 }, { id: "stage" });
    const sink = runtime.add(appSink.audio(), { id: "sink" });
    runtime.connectByName("source.audio", "stage.audioIn");
    runtime.connectByName("stage.audioOut", "sink.audio");
    await runtime.start();
    const heard = (async () => {
      const values: number[] = [];
      for await (const block of sink) values.push(...block.channel(0));
      return values;
    })();
    await source.push({ channels: [Float32Array.of(1, -3)] });
    source.end();
    await runtime.finished;
    deepEqual(await heard, [-2, 6]);
  },
});
