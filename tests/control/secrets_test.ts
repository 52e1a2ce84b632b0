/** Values that a graph takes from the environment leave the process by no way that the control plane has. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { serveControl } from "../../control/server/server.ts";
import { nodePackage, NodeRegistry, nodes, Runtime } from "../../mod.ts";
import { ask, openSocket } from "./served.ts";

const VARIABLE = "SLUICE_TEST_TAKE";

Deno.test("no path and no call tells a value of the environment, also when a node fails because of it", async () => {
  const folder = await Deno.makeTempDir();
  const secret = `${folder}/no-such-folder/hidden.wav`;
  Deno.env.set(VARIABLE, secret);
  try {
    await using runtime = new Runtime({ mode: "live", native: "off" });
    const tone = runtime.add(nodes.toneSource(), { id: "tone" });
    const take = runtime.add(nodes.wavSink({ path: `\${env:${VARIABLE}}` }), { id: "take", lane: "disk" });
    runtime.connect(tone.outputs.audio, take.inputs.audio);
    await using server = serveControl(runtime, { port: 0 });
    const failure = await runtime.start().then(() => undefined, (error: Error) => error);
    ok(failure !== undefined, "there is no such folder");
    const told: string[] = [];
    for (const path of ["types", "graph", "nodes", "nodes/take", "links", "stats", "events", "logs"]) {
      told.push(await (await fetch(`${server.url}/api/${path}`)).text());
    }
    told.push(await (await fetch(`${server.url}/metrics`)).text());
    const socket = await openSocket(server);
    const calls = [
      '{"jsonrpc":"2.0","id":1,"method":"graph.get"}',
      '{"jsonrpc":"2.0","id":2,"method":"node.describe","params":{"node":"take"}}',
      '{"jsonrpc":"2.0","id":3,"method":"events.subscribe"}',
      '{"jsonrpc":"2.0","id":4,"method":"logs.subscribe"}',
      `{"jsonrpc":"2.0","id":5,"method":"node.setConfig","params":{"node":"take","key":"path","value":"\${env:${VARIABLE}}"}}`,
    ];
    for (const call of calls) told.push(JSON.stringify(await ask(socket, call)));
    socket.close();
    equal(told.filter((text) => text.includes("hidden.wav")).join("\n"), "");
    ok(told[3].includes(`\${env:${VARIABLE}}`), told[3]);
    ok(told[1].includes(`\${env:${VARIABLE}}`), "the error names the reference");
  } finally {
    Deno.env.delete(VARIABLE);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("no call puts a reference to the environment into the graph", async () => {
  await using runtime = new Runtime({ mode: "live", registry: new NodeRegistry([nodePackage]) });
  runtime.addByType("http-source", { url: "http://127.0.0.1:1/" }, { id: "told" });
  runtime.addByType("gain", {}, { id: "gain" });
  await using server = serveControl(runtime, { port: 0 });
  const before = runtime.graph();
  const url = "http://127.0.0.1:1/?${env:HOME}";
  const set = { commands: [{ op: "set", node: "told", values: { url } }] };
  const document = { ...before, links: [], nodes: { told: { type: "http-source", config: { url } } } };
  const calls: readonly (readonly [string, object])[] = [
    ["graph.edit", { commands: [{ op: "add", type: "wav-sink", config: { path: "${env:HOME}" } }] }],
    ["graph.edit", { commands: [{ op: "replace", node: "gain", type: "http-source", config: { url } }] }],
    ["graph.edit", set],
    ["graph.plan", set],
    ["node.setConfig", { node: "told", key: "url", value: url }],
    ["graph.apply", { document }],
  ];
  const socket = await openSocket(server);
  for (const [id, [method, params]] of calls.entries()) {
    const answer = JSON.stringify(await ask(socket, JSON.stringify({ jsonrpc: "2.0", id, method, params })));
    match(answer, /"error":.*environment/, method);
  }
  socket.close();
  deepEqual(runtime.graph(), before);
});
