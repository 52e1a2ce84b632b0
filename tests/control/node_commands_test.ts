/** `node.command` over a WebSocket, and the commands that `types.list` tells of. */
import { deepEqual, equal } from "node:assert/strict";
import { serveControl } from "../../control.ts";
import { NodeTypeInfo } from "../../control/schemas/graph.ts";
import { Runtime } from "../../core/runtime.ts";
import { eachDriver } from "../fixtures/each_driver.ts";
import { nodes } from "../fixtures/generated/sluice.gen.ts";
import { ask, openSocket } from "./served.ts";

type Answer = {
  readonly result?: { readonly answer: unknown };
  readonly error?: { readonly code: number; readonly message: string; readonly data: Record<string, unknown> };
};

eachDriver("node.command reaches a processor, whose type tells the schema of the arguments", async (native) => {
  await using runtime = new Runtime({ mode: "live", native });
  const from = runtime.add(nodes.numbers({ count: 1e9 }), { id: "from" });
  runtime.connect(from.outputs.audio, runtime.add(nodes.prompt(), { id: "node" }).inputs.audio);
  await runtime.start();
  await using server = serveControl(runtime, { port: 0 });
  const socket = await openSocket(server);
  const call = async (params: unknown) =>
    await ask(socket, JSON.stringify({ jsonrpc: "2.0", id: 1, method: "node.command", params })) as Answer;
  const { result } = await call({ node: "node", name: "add", args: { by: 2 } });
  equal((result!.answer as { total: number }).total, 2);
  deepEqual((await call({ node: "node", name: "keep", args: { ms: 0 } })).result, { answer: null });
  const refused = async (params: unknown) => {
    const { code, data } = (await call(params)).error!;
    return [code, data.code, data.nodeId, data.key ?? data.available];
  };
  deepEqual(await refused({ node: "node", name: "add", args: { by: 0 } }), [-32000, "InvalidConfig", "node", "by"]);
  const available = ["add", "add-later", "refuse", "answerOddly", "hang", "keep"];
  deepEqual(await refused({ node: "node", name: "none" }), [-32000, "InvalidConfig", "node", available]);
  deepEqual(await refused({ node: "node", name: "refuse" }), [-32000, "InvalidConfig", "node", undefined]);
  deepEqual(await refused({ node: "from", name: "add" }), [-32000, "InvalidConfig", "from", undefined]);
  socket.close();
  const types = NodeTypeInfo.array().parse(await (await fetch(`${server.url}/api/types`)).json());
  const { commands } = types.find(({ type }) => type === "prompt")!;
  deepEqual(commands!.add.args!.properties.by, {
    type: "integer",
    description: "How much.",
    minimum: 1,
    maximum: 100,
  });
  equal(commands!["add-later"].answer!.type, "array");
});
