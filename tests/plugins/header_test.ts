/** The C header: it compiles without a warning, it is documented, and what is built with an older one still runs. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { compile, noCompilerOf, noPlugins, noRustPlugin, PluginFolder } from "../fixtures/plugins/build.ts";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";

const HEADERS = new URL("../../crates/abi/include/", import.meta.url).pathname;
const OLD_HEADERS = new URL("../fixtures/plugins/headers/1.0/", import.meta.url).pathname;
const LISTER = new URL("../fixtures/plugins/list_stages.c", import.meta.url).pathname;

function withCompiler(name: string, fn: (folder: PluginFolder) => Promise<void>, obstacle = noPlugins): void {
  const title = obstacle === undefined ? name : `${name} (left out: ${obstacle})`;
  Deno.test({
    name: `the header of plugins ${title}`,
    ignore: obstacle !== undefined,
    fn: async () => {
      await using folder = await PluginFolder.make();
      await fn(folder);
    },
  });
}

withCompiler("compiles as C11 without a warning, and by itself", async ({ path }) => {
  await Deno.writeTextFile(`${path}/a.c`, '#include "sluice_stage.h"\nint main(void) { return SLUICE_OK; }\n');
  const strict = ["-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Werror", `-I${HEADERS}`];
  await compile(["-std=c11", ...strict, `${path}/a.c`, "-o", `${path}/a`]);
  const { code } = await new Deno.Command(`${path}/a`).output();
  equal(code, 0);
});

withCompiler("compiles as C++11 without a warning", async ({ path }) => {
  await Deno.writeTextFile(`${path}/a.cc`, '#include "sluice_stage.h"\nint main() { return SLUICE_OK; }\n');
  const strict = ["-pedantic", "-Wall", "-Wextra", "-Werror", `-I${HEADERS}`];
  await compile(["-std=c++11", ...strict, `${path}/a.cc`, "-o", `${path}/a`], "c++");
}, noPlugins ?? noCompilerOf("c++"));

withCompiler("is enough for another host, in C", async (folder) => {
  const tools = await folder.addC("tools", { file: "tools.c" });
  await compile(["-std=gnu11", "-Wall", "-Werror", `-I${HEADERS}`, LISTER, "-ldl", "-o", `${folder.path}/list`]);
  const { code, stdout } = await new Deno.Command(`${folder.path}/list`, { args: [`${tools}/libtools.so`] }).output();
  equal(code, 0);
  deepEqual(new TextDecoder().decode(stdout).trim().split("\n").slice(0, 2), [
    "com.example.invert 1>1",
    "com.example.split 1>2",
  ]);
});

withCompiler("of 1.0 makes plugins that this host loads and runs", async (folder) => {
  const flags = ['-DPREFIX="com.older"'];
  await folder.addC("tools", { file: "tools.c" }, { headers: OLD_HEADERS, flags });
  const { packages, refused } = await loadPlugins([folder.path]);
  deepEqual(refused, []);
  await using runtime = new Runtime({ native: "require", mode: "offline", registry: new NodeRegistry(packages) });
  const source = runtime.add(appSource.audio({ sampleRateHz: 8_000, channels: 1 }), { id: "source" });
  runtime.addByType("com.older.invert", {}, { id: "stage" });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  runtime.connectByName("source.audio", "stage.audioIn");
  runtime.connectByName("stage.audioOut", "sink.audio");
  await runtime.start();
  const heard: number[] = [];
  const done = (async () => {
    for await (const block of sink) heard.push(block.channel(0)[0]);
  })();
  for (const value of [1, 2, 3]) await source.push({ channels: [Float32Array.of(value)] });
  source.end();
  await runtime.finished;
  await done;
  deepEqual(heard, [-1, -2, -3]);
});

withCompiler("and the crate for Rust go with a host whose table is shorter", async (folder) => {
  const rust = await folder.addRust();
  await compile(["-std=gnu11", "-Wall", "-Werror", `-I${HEADERS}`, LISTER, "-ldl", "-o", `${folder.path}/list`]);
  const args = [`${rust}/libsluice_plugin_example.so`];
  const { code, stdout } = await new Deno.Command(`${folder.path}/list`, { args }).output();
  equal(code, 0);
  equal(new TextDecoder().decode(stdout).split("\n")[0], "org.sluice.example.scale 1>1");
}, noRustPlugin());

Deno.test("each item of the header of plugins has a comment before it", async () => {
  const lines = (await Deno.readTextFile(`${HEADERS}sluice_stage.h`)).split("\n");
  const bare = lines.filter((line, k) =>
    /^(#define SLUICE_[A-Z0-9_]+ [(\d]|struct \w+ \{| {2}\S.*;$)/.test(line) && !/\*\/\s*$/.test(lines[k - 1] ?? "")
  );
  deepEqual(bare, []);
  ok(lines.filter((line) => /^ {2}\S.*;$/.test(line)).length > 90);
});
