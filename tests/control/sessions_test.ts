/** The sessions of pipelines as the control plane lists them, each with its graph. */
import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { serveControl } from "../../control.ts";
import { ControlClient } from "../../control/client/client.ts";
import { RPC_PROTOCOL } from "../../control/schemas/address.ts";
import { passing, testRegistry } from "../../core/pipeline/fixtures/node_types.ts";
import { Runtime } from "../../mod.ts";
import { PipelineRunner, SessionRouter, TransportData } from "../../pipelines.ts";

Deno.test("the control plane lists sessions by number, without their ids, and shows the graph of each", async () => {
  const transport = new PipelineRunner({ registry: testRegistry });
  await using router = new SessionRouter({ transport, graphs: { pass: passing("data") } });
  await using runtime = new Runtime();
  await using server = serveControl(runtime, { port: 0, sessions: router });
  const session = await (await router.authenticate({ transport: "test" })).stream("pass");
  await session.sendInput(new TransportData({ kind: "text", text: "a" }));
  const api = (path: string) => fetch(server.url + path).then((answer) => answer.text());
  const list = JSON.parse(await api("/api/sessions"));
  const [row] = list.sessions;
  deepEqual([row.number, row.caller, row.transport, row.graph, row.inputs, row.state, row.dropped], [
    1,
    "anonymous",
    "test",
    "pass",
    1,
    "running",
    0,
  ]);
  equal(JSON.stringify(list).includes(session.sessionId), false);
  match(await api("/metrics"), /^sluice_pipeline_sessions_open 1$/m);

  const url = `${server.url.replace("http", "ws")}/rpc`;
  const of = async (query: string) => {
    const client = new ControlClient({ url: url + query });
    const isOpen = new Promise<void>((resolve) => client.on("status", (status) => status === "open" && resolve()));
    client.watch({});
    await isOpen;
    return client;
  };
  const [main, own] = await Promise.all([of(""), of("?session=1")]);
  equal((await main.call("sessions.list", {})).sessions.length, 1);
  deepEqual((await main.call("graph.get", {})).nodes, []);
  const { nodes, title } = await own.call("graph.get", {});
  deepEqual([nodes.map(({ id }) => id).includes("pass"), title], [true, "pass, session 1"]);
  await session.close();
  notEqual((await own.call("graph.get", {})).state, "running");
  for (const client of [main, own]) client.close();
  equal(JSON.parse(await api("/api/sessions")).sessions.length, 0);
  const late = new WebSocket(`${url}?session=1`, [RPC_PROTOCOL]);
  await new Promise((resolve) => late.onerror = resolve);
});
