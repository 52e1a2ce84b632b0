import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import { nodePackage } from "../../sluice.gen.ts";
import type { Command } from "../schemas/commands.ts";
import { CommandLog } from "./command_log.ts";
import { lockedNodes } from "./recording_lock.ts";

async function record(folder: string) {
  const runtime = new Runtime({ mode: "live", registry: new NodeRegistry([nodePackage]), endsWithSources: false });
  runtime.addByType("tone-source", {}, { id: "tone" });
  runtime.addByType("gain", {}, { id: "gain" });
  runtime.addByType("wav-sink", { path: `${folder}/out.wav` }, { id: "file" });
  runtime.addByType("level-meter", {}, { id: "meter" });
  runtime.connectByName("tone.audio", "gain.audioIn");
  runtime.connectByName("gain.audioOut", "file.audio");
  runtime.connectByName("tone.audio", "meter.audioIn");
  await runtime.start();
  return runtime;
}

Deno.test("while a node records, commands that would break its file are refused with the reason", async () => {
  const folder = await Deno.makeTempDir();
  await using runtime = await record(folder);
  const log = new CommandLog(runtime);
  deepEqual([...lockedNodes(viewRuntime(runtime)).keys()].sort(), ["file", "gain", "tone"]);
  const locked: readonly Command[] = [
    { op: "remove", node: "file" },
    { op: "remove", node: "tone" },
    { op: "replace", node: "gain", type: "limiter" },
    { op: "rename", node: "gain", to: "volume" },
    { op: "move", node: "gain", lane: "other" },
    { op: "disconnect", to: "file.audio" },
    { op: "connect", from: "tone.audio", to: "gain.audioIn" },
    { op: "set", node: "file", values: { path: "other.wav" } },
  ];
  for (const command of locked) {
    await rejects(log.transact([command], "test"), { code: "Busy" }, command.op);
    equal(log.plan({ commands: [command] }).refused?.code, "Busy", command.op);
  }
  await rejects(
    log.transact([locked[1]], "test"),
    /"file" records what comes from "tone"; pause or stop the graph first/,
  );
  for (const action of ["restart", "disable"]) {
    for (const node of ["tone", "file"]) {
      throws(() => log.lock.assertNodeFree(action, node), { code: "Busy", message: /pause or stop the graph first/ });
    }
    log.lock.assertNodeFree(action, "meter");
  }
  await log.transact([{ op: "set", node: "gain", values: { gainDb: -3 } }, { op: "remove", node: "meter" }], "test");
  await log.undo("test");
  await runtime.pause();
  await log.transact([{ op: "remove", node: "file" }], "test");
  await runtime.resume();
  ok((await Deno.stat(`${folder}/out.wav`)).size > 44);
  equal(lockedNodes(viewRuntime(runtime)).size, 0);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a recording locks a chain of any length", () => {
  const type = (outputs: unknown[]) => ({
    descriptor: { outputs, config: { properties: { path: { "x-reaches": "path" } } } },
  });
  const ids = Array.from({ length: 20_000 }, (_, k) => `n${k}`);
  const nodes = ids.map((id, k) => ({ id, type: type(k === ids.length - 1 ? [] : [1]) }));
  const links = ids.slice(1).map((toNode, k) => ({ fromNode: ids[k], toNode }));
  const session = { state: "running", nodeStates: new Map(ids.map((id) => [id, "running"])) };
  equal(lockedNodes({ nodes, links, session } as never).size, ids.length);
});

Deno.test("a log with a lock refuses every change but that of a place", async () => {
  await using runtime = new Runtime({ registry: new NodeRegistry([nodePackage]) });
  runtime.addByType("gain");
  const log = new CommandLog(runtime, true);
  await rejects(log.transact([{ op: "set", node: "gain", values: { gainDb: 1 } }], "test"), /served with --lock/);
  await rejects(log.set("gain", "gainDb", 1, "test"), /served with --lock/);
  throws(() => log.lock.assertNodeFree("restart", "gain"), /served with --lock/);
  throws(() => log.lock.assertUnlocked(), /served with --lock/);
  await log.transact([{ op: "place", node: "gain", position: { x: 10, y: 20 } }], "test");
  deepEqual(runtime.graph().nodes.gain.position, { x: 10, y: 20 });
  await log.undo("test");
  equal(runtime.graph().nodes.gain.position, undefined);
});

Deno.test("a log with a lock refuses a live value of a running graph", async () => {
  await using runtime = new Runtime({
    mode: "live",
    registry: new NodeRegistry([nodePackage]),
    endsWithSources: false,
  });
  runtime.addByType("gain");
  await runtime.start();
  using log = new CommandLog(runtime, true);
  const before = runtime.graph();
  await rejects(log.set("gain", "gainDb", -3, "test"), /served with --lock/);
  deepEqual(runtime.graph(), before);
  deepEqual(log.entries, []);
});

Deno.test("a recorder without a link, or that has ended, locks nothing", () => {
  const type = (outputs: unknown[]) => ({
    descriptor: { outputs, config: { properties: { path: { "x-reaches": "path" } } } },
  });
  const nodes = [{ id: "tone", type: type([1]) }, { id: "file", type: type([]) }];
  const links = [{ fromNode: "tone", toNode: "file" }];
  const locked = (links: unknown[], state: string) => {
    const session = { state: "running", nodeStates: new Map([["tone", "running"], ["file", state]]) };
    return [...lockedNodes({ nodes, links, session } as never).keys()].sort();
  };
  deepEqual(locked(links, "running"), ["file", "tone"]);
  deepEqual(locked([], "running"), []);
  deepEqual(locked(links, "ended"), []);
});
