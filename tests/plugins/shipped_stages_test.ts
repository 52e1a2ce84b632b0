/** The stages of the plugins that come with Sluice: known without a flag, and opened only where they are used. */
import { deepEqual, equal, match, rejects, throws } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { checkGraph } from "../../core/graph/load.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodePackage, nodes } from "../../sluice.gen.ts";
import { h264Encode, patternSource } from "../../stages.gen.ts";
import { readPrinted, sluice } from "../cli/command_line.ts";
import { noRustPlugin, PluginFolder } from "../fixtures/plugins/build.ts";

const obstacle = noRustPlugin("video") ?? noRustPlugin("codecs") ?? noRustPlugin("sensors");

function shipped(name: string, fn: () => Promise<void>): void {
  const title = `shipped stages: ${name}${obstacle === undefined ? "" : ` (left out: ${obstacle})`}`;
  Deno.test({ name: title, ignore: obstacle !== undefined, fn });
}

shipped("a graph opens the libraries of those that it has, when it starts and when it takes one in", async () => {
  // In a process of its own: the tests of others have libraries open in this one.
  const script = new URL("../fixtures/plugins/opening_run.ts", import.meta.url).pathname;
  const args = ["run", "-A", "--no-check", script];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, env: { SLUICE_LOG: "warn" } }).output();
  equal(readPrinted(stderr), "");
  deepEqual(JSON.parse(new TextDecoder().decode(stdout)), [[], ["video"], ["codecs", "video"]]);
});

shipped("a graph of typed handles runs, and tells the figures of its stages", async () => {
  await using runtime = new Runtime({ native: "require", mode: "offline" });
  const pattern = runtime.add(patternSource({ width: 64, height: 64, durationSeconds: 0.1, frameRate: 30 }));
  const sink = runtime.add(appSink.video());
  runtime.connect(pattern.outputs.video, sink.inputs.video);
  await runtime.start();
  let pictures = 0;
  for await (const picture of sink) pictures += Number(picture.width === 64);
  const { nodes: ran } = await runtime.finished;
  equal(pictures, 3);
  equal(ran.find(({ id }) => id === pattern.id)?.figures?.frames, 3);
});

shipped(
  "a plugin of the user's with ids like theirs is refused, and the shipped one itself is taken as it is",
  async () => {
    await using folder = await PluginFolder.make();
    const mine = await folder.addC("mine", { file: "tools.c" }, { flags: ['-DPREFIX="org.sluice.video"'] });
    await folder.addRust("sensors");
    const { packages, refused } = await loadPlugins([folder.path]);
    deepEqual(refused.map(({ code, message }) => [code, message]), [[
      "PluginRejected",
      `Cannot load the plugin in "${mine}": stage "org.sluice.video.invert": only stages that come with Sluice have ids like this; ` +
      "give it one of a domain of yours",
    ]]);
    const registry = new NodeRegistry([nodePackage, ...packages]);
    equal(registry.getMetadata("fft").package, "@sluice/sluice/stages");
  },
);

shipped("one keeps its id where a plugin of the user's was opened with that before", async () => {
  await using folder = await PluginFolder.make();
  const file = new URL("../fixtures/plugins/tools.c", import.meta.url);
  const text = (await Deno.readTextFile(file)).replaceAll('PREFIX ".crop"', '"org.sluice.video.pattern-source"');
  await folder.addC("mine", { text }, { flags: ['-DPREFIX="com.held"'] });
  const script = new URL("../fixtures/plugins/held_id_run.ts", import.meta.url).pathname;
  const args = ["run", "-A", "--no-check", script, folder.path];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, env: { SLUICE_LOG: "warn" } }).output();
  deepEqual([readPrinted(stderr), new TextDecoder().decode(stdout).trim()], ["", "3"]);
});

shipped("the command line knows them, and takes a flag for them as before", async () => {
  const line = "pattern-source width=64 height=64 durationSeconds=0.1 ! convert ! h264-encode";
  for (const flags of [[], ["--plugins", "crates/plugins/video"]]) {
    const args = ["run", "--mode", "offline", "-e", line, "--json", ...flags];
    const { code, stdout, stderr } = await sluice(args, { env: { SLUICE_LOG: "warn" } });
    deepEqual([code, stderr], [0, ""]);
    match(stdout, /"outcome":"completed"/);
  }
});

shipped("an encoder names the pixel format that it does not take, and the stage that converts it", async () => {
  await using runtime = new Runtime({ native: "require", mode: "offline" });
  const pattern = runtime.add(patternSource({ width: 64, height: 64, durationSeconds: 0.1 }));
  const encoder = runtime.add(h264Encode(), { id: "encoder" });
  throws(() => runtime.connect(pattern.outputs.video, encoder.inputs.video), {
    code: "TypeMismatch",
    message: /: the output gives pixelFormat rgba8, wanted i420 or nv12/,
  });
  // What hands on any format tells none.
  const overlay = runtime.add(nodes.overlay());
  runtime.connect(pattern.outputs.video, overlay.inputs.videoIn);
  runtime.connect(overlay.outputs.videoOut, encoder.inputs.video);
  await runtime.start();
  await rejects(runtime.finished, {
    nodeId: "encoder",
    message: /pixel format rgba8 is neither i420 nor nv12; put a "convert" before it$/,
  });
});

Deno.test("shipped stages: portable mode says which node needs the native library", async () => {
  await using runtime = new Runtime({ native: "off", mode: "offline" });
  runtime.add(nodes.patternSource({ durationSeconds: 1 }), { id: "pattern" });
  await rejects(runtime.start(), {
    code: "NativeUnavailable",
    message: /^Cannot start: "pattern" \(pattern-source\) is a native stage, and portable mode has/,
  });
  throws(() => runtime.add(nodes.patternSource({ width: 1 })), { code: "InvalidConfig" });
  const graph = { version: 1, mode: "offline", nodes: { pattern: { type: "pattern-source" } } };
  const { errors } = checkGraph(JSON.stringify(graph), "g.json", new NodeRegistry([nodePackage]));
  deepEqual(errors, []);
});
