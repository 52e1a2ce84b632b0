/** Holds `examples/custom-transport`, and so the guide that describes it, to the contract of transports. */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { Queue } from "../examples/custom-transport/queue.ts";
import { serveQueue } from "../examples/custom-transport/queue_server.ts";
import { QueueTransport } from "../examples/custom-transport/queue_transport.ts";
import { nodePackage, NodeRegistry } from "../mod.ts";
import { PipelineRunner, SessionRouter, TransportData } from "../pipelines.ts";
import { MockTransport } from "../testing.ts";

/** Both ends of a queue of its own, with a mock behind the server that answers each item with itself. */
function joined() {
  const name = crypto.randomUUID();
  const ends = new DisposableStack();
  const [served, called] = [ends.use(new Queue(name)), ends.use(new Queue(name))];
  const transport = new MockTransport((data) => [data]);
  const router = new SessionRouter({
    transport,
    graphs: { echo: "echo.json" },
    authenticate: ({ token }) => token === undefined ? undefined : `caller ${token}`,
  });
  serveQueue(served, router);
  return { transport, router, called, ends, client: new QueueTransport(called, "a") };
}

const text = (each: string) => new TransportData({ kind: "text", text: each }, { port: "words" });

Deno.test("a transport over a queue gives what the graph gives in this process", async () => {
  const runner = new PipelineRunner({ registry: new NodeRegistry([nodePackage]), runtime: { native: "off" } });
  const graph = {
    version: 1,
    nodes: { gain: { type: "gain", config: { gainDb: -6 } } },
    inputs: { voice: "gain.audioIn" },
    outputs: { voice: "gain.audioOut" },
  } as const;
  const name = crypto.randomUUID();
  using served = new Queue(name);
  using called = new Queue(name);
  serveQueue(served, new SessionRouter({ transport: runner, graphs: { graph }, authenticate: () => "anybody" }));
  const blocks = [1, 2, 3].map((level) =>
    new TransportData({ kind: "audio", sampleRateHz: 1000, channels: [new Float32Array(8).fill(level / 4)] })
  );
  const outputs = await new QueueTransport(called).execute("graph", blocks);
  equal(outputs.length, 3);
  deepEqual(outputs, await runner.execute(graph, blocks));
});

Deno.test("a session over a queue ends, closes, and tells why its graph failed", async () => {
  const { transport, router, client, ends } = joined();
  using _ = ends;
  const session = await client.stream("echo");
  await session.sendInput(text("one"));
  deepEqual((await session.recvOutput())?.payload, { kind: "text", text: "one" });
  await session.sendInput(new TransportData({ kind: "end" }));
  deepEqual([await session.recvOutput(), await session.recvOutput(), session.isActive], [undefined, undefined, false]);
  await using other = await client.stream("echo");
  const waiting = other.recvOutput();
  await other.sendInput(text("x"));
  await waiting;
  transport.sessions[1].fail(new TypeError("broken"));
  await rejects(other.recvOutput(), { message: /broken|it has failed/ });
  const third = await client.stream("echo");
  const last = third.recvOutput();
  await third.close();
  equal(await last, undefined);
  await session.close();
  equal(router.figures().open, 0);
});

Deno.test("a transport over a queue lets nobody in who is not to be, and finds out that the server is gone", async () => {
  const { called, client, ends } = joined();
  using _ = ends;
  await rejects(new QueueTransport(called).stream("echo"), { code: "AccessDenied" });
  await rejects(client.stream("nothing"), /nothing/);
  const session = await client.stream("echo");
  const waiting = session.recvOutput();
  const ask = (message: object) => called.request("pipelines", { ...message, token: "b" }, 1000);
  for (const type of ["receive", "send", "close"]) {
    equal((await ask({ type, sessionId: session.sessionId }))?.code, "SessionNotFound");
  }
  equal((await ask({ type: "send", sessionId: session.sessionId, token: "a", bytes: "x" }))?.type, "failed");
  await rejects(session.sendInput(new TransportData({ kind: "text", text: 1 as unknown as string })), {
    code: "InvalidMessage",
  });
  await session.close();
  equal(await waiting, undefined);
  using alone = new Queue(crypto.randomUUID());
  await rejects(new QueueTransport(alone, "a", 1).stream("echo"), {
    code: "Timeout",
    message: "Cannot reach the server: no answer has come within 1 ms",
  });
});

Deno.test("examples/custom-transport/main.ts calls a graph on another thread", async () => {
  const lines: string[] = [];
  const { log } = console;
  console.log = (line: string) => lines.push(line);
  try {
    await import("../examples/custom-transport/main.ts");
  } finally {
    console.log = log;
  }
  deepEqual(lines.slice(0, 2), ["1 comes back as 0.10", "0.5 comes back as 0.05"]);
  match(lines[2], /^AccessDenied: /);
});
