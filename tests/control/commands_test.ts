/** Graphs that clients build and change over `/rpc`. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { CommandLog } from "../../control/commands/command_log.ts";
import { ControlClient } from "../../control/client/client.ts";
import { serveControl } from "../../control.ts";
import { appSource, nodePackage, NodeRegistry, Runtime } from "../../mod.ts";
import { findPython } from "../../transports/fixtures/foreign_clients.ts";

async function serveEmpty() {
  const registry = new NodeRegistry([nodePackage]);
  const runtime = new Runtime({ mode: "live", registry, endsWithSources: false });
  await runtime.start();
  const server = serveControl(runtime, { port: 0 });
  const url = `${server.url.replace("http", "ws")}/rpc`;
  return {
    runtime,
    url,
    async [Symbol.asyncDispose]() {
      await server.close();
      await runtime[Symbol.asyncDispose]();
    },
  };
}

const python = await findPython("websockets");

async function buildByPython(): Promise<void> {
  await using served = await serveEmpty();
  const { runtime, url } = served;
  const script = fileURLToPath(new URL("./fixtures/build_demo.py", import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(python!, { args: [script, url] }).output();
  ok(success, new TextDecoder().decode(stderr));
  const told = JSON.parse(new TextDecoder().decode(stdout));
  deepEqual(told, { entries: 14 * 3, undo: "set tone.frequencyHz=880, remove spectrum" });
  const summary = (await runtime.stop())!;
  for (const { id, written, read, dropped, queued } of summary.links) {
    equal(written, read + Object.values(dropped).reduce((sum, each) => sum + each) + queued, id);
  }
  equal(summary.nodes.length, 6);
}

Deno.test({
  name: "a program in Python builds the demo's graph, changes it while it runs, and takes all back and forth",
  ignore: python === undefined,
  fn: buildByPython,
});

Deno.test("an image-sink comes to a running graph before its link, and writes what the link brings", async () => {
  const folder = await Deno.makeTempDir();
  const registry = new NodeRegistry([nodePackage]);
  await using runtime = new Runtime({ mode: "live", registry, endsWithSources: false });
  const source = runtime.add(appSource.video({ pixelFormat: "rgba8", width: 4, height: 4 }), { id: "pictures" });
  await runtime.start();
  using log = new CommandLog(runtime);
  await log.transact([{ op: "add", type: "image-sink", id: "files", config: { path: `${folder}/%d.png` } }], "test");
  await log.transact([{ op: "connect", from: "pictures.video", to: "files.video" }], "test");
  await source.push({ planes: [new Uint8Array(64)] });
  await runtime.stop();
  equal((await Array.fromAsync(Deno.readDir(folder))).length, 1);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("commands from outside name no files outside the folder, no programs and nothing of the environment", async () => {
  await using served = await serveEmpty();
  const client = new ControlClient({ url: served.url });
  await client.ready();
  const code = async (command: unknown) => {
    try {
      await client.call("graph.edit", { commands: [command as never] });
      return "";
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  for (const path of ["../out.wav", "/tmp/out.wav", "file:///tmp/out.wav", "out/../../out.wav", "-"]) {
    equal(await code({ op: "add", type: "wav-sink", config: { path } }), "AccessDenied", path);
  }
  equal(await code({ op: "add", type: "process", config: { command: "true" } }), "AccessDenied");
  equal(await code({ op: "add", type: "gain", config: { gainDb: "${env:HOME}" } }), "AccessDenied");
  equal(await code({ op: "add", type: "gain", colour: "red" }), "InvalidConfig");
  equal(await code({ op: "paint" }), "InvalidParams");
  deepEqual(Object.keys(served.runtime.graph().nodes), []);
  client.close();
});
