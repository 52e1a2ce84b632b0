/** Values that a graph takes from the environment leave the process by no way that the control plane has. */
import { equal, ok } from "node:assert/strict";
import { serveControl } from "../../control/server/server.ts";
import { nodes, Runtime } from "../../mod.ts";
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
