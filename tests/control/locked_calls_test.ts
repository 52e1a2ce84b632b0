/** Calls that a recording, or a server with a lock, does not allow. */
import { deepEqual, equal, match } from "node:assert/strict";
import { ControlClient } from "../../control/client/client.ts";
import { type ControlOptions, serveControl } from "../../control.ts";
import { nodePackage, NodeRegistry, Runtime } from "../../mod.ts";

/** Serves a tone with a recorder and a meter beside it, and returns what calls are refused with. */
async function serveRecording(options: ControlOptions = {}) {
  const folder = await Deno.makeTempDir();
  const runtime = new Runtime({ mode: "live", registry: new NodeRegistry([nodePackage]), endsWithSources: false });
  runtime.addByType("tone-source", {}, { id: "tone" });
  runtime.addByType("wav-sink", { path: `${folder}/out.wav` }, { id: "file" });
  runtime.addByType("loudness", {}, { id: "meter" });
  runtime.connectByName("tone.audio", "file.audio");
  runtime.connectByName("tone.audio", "meter.audioIn");
  await runtime.start();
  const server = serveControl(runtime, { port: 0, ...options });
  const client = new ControlClient({ url: `${server.url.replace("http", "ws")}/rpc` });
  await client.ready();
  return {
    runtime,
    /** Returns the code and the message of a refusal, and "" for a call that is carried out. */
    refusal: (method: string, params: object): Promise<string> =>
      client.call(method as "graph.edit", params as never).then(
        () => "",
        ({ code, message }: { code: string; message: string }) => `${code}: ${message}`,
      ),
    async [Symbol.asyncDispose]() {
      client.close();
      await server.close();
      await runtime[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

Deno.test("/rpc neither restarts nor disables what a recording needs, and does both to what it does not", async () => {
  await using served = await serveRecording();
  const { refusal, runtime } = served;
  for (const node of ["tone", "file"]) {
    for (const action of ["restart", "disable"]) {
      match(await refusal(`node.${action}`, { node }), new RegExp(`^Busy: Cannot ${action} "${node}": "file" records`));
    }
    match(await refusal("node.setConfig", { node: "file", key: "path", value: "other.wav" }), /^Busy: /);
  }
  const states = runtime.stats().nodes.map(({ id, state, restarts }) => [id, state, restarts]);
  deepEqual(states, [["tone", "running", 0], ["file", "running", 0], ["meter", "running", 0]]);
  equal(await refusal("node.restart", { node: "meter" }), "");
  equal(await refusal("node.disable", { node: "meter" }), "");
});

Deno.test("a server with a lock refuses every method that changes the graph or commands a node", async () => {
  await using served = await serveRecording({ lock: true });
  const { refusal, runtime } = served;
  const before = runtime.graph();
  const empty = { version: 1, nodes: {} };
  const calls: readonly (readonly [string, object])[] = [
    ["graph.edit", { commands: [{ op: "add", type: "gain" }] }],
    ["graph.edit", { commands: [{ op: "command", node: "meter", name: "reset" }] }],
    ["graph.apply", { document: empty }],
    ["node.setConfig", { node: "tone", key: "amplitude", value: 0.1 }],
    ["node.bypass", { node: "meter", on: true }],
    ["node.command", { node: "meter", name: "reset" }],
    ["node.restart", { node: "meter" }],
    ["node.disable", { node: "meter" }],
  ];
  for (const [method, params] of calls) {
    match(await refusal(method, params), /^Busy: Cannot change the graph: it is served with --lock$/, method);
  }
  deepEqual(runtime.graph(), before);
});
