/** The limits of a server, each as small as it can be. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { connect } from "node:http2";
import { textItem, textOf, until } from "../fixtures/text_items.ts";
import { served } from "./fixtures/served.ts";
import { GrpcTransport } from "./grpc_transport.ts";

Deno.test("calls that are too large, too many or too late are refused with the limit, and the server goes on", async () => {
  await using at = await served({ limits: { requestItems: 2, messageBytes: 400, executes: 1, openMs: 100 } });
  const three = ["a", "b", "c"].map((each) => textItem(each));
  const { client } = at;
  equal((await client.execute("echo", three.slice(1))).length, 2);
  await rejects(client.execute("echo", three), { code: "LimitExceeded", key: "requestItems" });
  // Without details: the message is refused before it is one.
  await rejects(client.execute("echo", [textItem("x".repeat(400))]), { code: "LimitExceeded" });
  const stopper = new AbortController();
  const first = client.execute("echo", [textItem("", "never")], { signal: stopper.signal });
  await until(() => at.echo.open.length === 1);
  await rejects(client.execute("echo", [textItem("a")]), { code: "LimitExceeded", key: "executes" });
  stopper.abort();
  await rejects(first, { code: "Busy" });
  await until(() => at.echo.open.length === 0);
  equal(textOf((await client.execute("echo", [textItem("b")]))[0]), "b");

  const connection = connect(at.server.url);
  const head = { ":path": "/sluice.v1.PipelineService/ExecutePipeline", ":method": "POST" };
  const late = connection.request({ ...head, "content-type": "application/json" });
  const [status, error] = await new Promise<[unknown, string]>((resolve) => {
    let text = "";
    late.on("response", (headers) => late.once("end", () => resolve([headers[":status"], text])));
    late.setEncoding("utf8").on("data", (part) => text += part);
  });
  deepEqual([status, JSON.parse(error).code], [504, "deadline_exceeded"]);
  connection.destroy();
});

Deno.test("a connection more than are allowed is closed, and there is room again once one has ended", async () => {
  await using at = await served({ limits: { connections: 1 } });
  await using session = await at.client.stream("echo");
  await using other = new GrpcTransport(at.server.url);
  await rejects(other.stream("echo"), { code: "Busy" });
  await session.sendInput(textItem("a"));
  equal(textOf(await session.recvOutput()), "a");
  await at.client.close();
  await until(() => at.server.connections === 0);
  await (await other.stream("echo")).close();
});
