/** Stages that do what they should not: the node is named, and what can go on does. */
import { deepEqual, rejects } from "node:assert/strict";
import { tapLog } from "../../core/log.ts";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { noPlugins, PluginFolder } from "../fixtures/plugins/build.ts";

let loaded: Promise<NodeRegistry> | undefined;

async function load(): Promise<NodeRegistry> {
  await using folder = await PluginFolder.make();
  const { packages, refused } = await loadPlugins([await folder.addC("rogue", { file: "rogue.c" })]);
  deepEqual(refused, []);
  return new NodeRegistry(packages);
}

function rogue(name: string, fn: (registry: NodeRegistry) => Promise<void>): void {
  const title = noPlugins === undefined ? name : `${name} (left out: ${noPlugins})`;
  Deno.test({
    name: `rogue stages: ${title}`,
    ignore: noPlugins !== undefined,
    fn: async () => await fn(await (loaded ??= load())),
  });
}

rogue("one that does not return from create() is refused after setupTimeoutMs, by name", async (registry) => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/go-on`;
  const runtime = new Runtime({ native: "require", registry, setupTimeoutMs: 50 });
  runtime.addByType("com.example.rogue-wait", { path }, { id: "waits", lane: "native" });
  // The runtime gives the thread some time to end: it does once it is known what is said.
  const stopTap = tapLog(({ message }) => {
    if (message.startsWith('Lane "native" has not closed: a call of "waits"')) Deno.writeTextFileSync(path, "");
  });
  await rejects(runtime.start(), {
    code: "Timeout",
    message:
      'Node "waits" (com.example.rogue-wait) did not return from setup() within 50 ms, and keeps lane "native"; if it ' +
      'may take longer, raise "setupTimeoutMs" of the runtime',
  });
  stopTap();
  await runtime[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

rogue("an edit with one that does not return from create() is refused, by name", async (registry) => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/go-on`;
  const runtime = new Runtime({ native: "require", registry });
  runtime.addByType("com.example.rogue-wait", { path: folder }, { id: "here", lane: "native" });
  await runtime.start();
  const edit = runtime.edit((edit) => {
    edit.addByType("com.example.rogue-wait", { path }, { id: "waits", lane: "native" });
  }, { timeoutMs: 50 });
  await rejects(edit, {
    code: "Timeout",
    message:
      /^Cannot edit the graph: lane "native" was not ready within 50 ms: "waits" has not returned from setup\(\)$/,
  });
  await Deno.writeTextFile(path, "");
  await runtime.stop();
  await runtime[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});
