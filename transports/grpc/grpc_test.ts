/** Calls and sessions over gRPC by the client of the contract. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { Code } from "@connectrpc/connect";
import { SluiceError } from "../../core/errors.ts";
import { GraphPolicy } from "../../core/pipeline/graph_policy.ts";
import { PipelineRunner } from "../../core/pipeline/pipeline_runner.ts";
import { TransportData, type TransportPayload } from "../../core/pipeline/transport_data.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { nodePackage } from "../../sluice.gen.ts";
import { HELD_ITEMS } from "../fixtures/echo_pipelines.ts";
import { textItem, textOf, until } from "../fixtures/text_items.ts";
import { served } from "./fixtures/served.ts";
import { GrpcTransport } from "./grpc_transport.ts";
import { toStatus } from "./statuses.ts";
import { serveGrpc } from "./server.ts";

Deno.test("GrpcTransport.execute() gives every kind of payload back as it was", async () => {
  await using at = await served();
  const payloads: TransportPayload[] = [
    { kind: "audio", sampleRateHz: 8000, channels: [Float32Array.of(0.5, -1), Float32Array.of(0, 1)], ptsNs: 7 },
    { kind: "video", pixelFormat: "rgba8", width: 1, height: 1, planes: [Uint8Array.of(1, 2, 3, 4)] },
    { kind: "encoded", codec: "opus", bytes: Uint8Array.of(9), keyframe: true },
    { kind: "packet", columns: { x: Float64Array.of(1, 2) } },
    { kind: "data", value: { a: [new Map([[1, 2n]])] } },
    { kind: "text", text: "å" },
  ];
  const items = payloads.map((each) => new TransportData(each, { port: "in", metadata: { lang: "sv" } }));
  const outputs: TransportData[] = [];
  // The echo of a single call holds four items at most.
  for (const each of items) outputs.push(...await at.client.execute("echo", [each]));
  deepEqual(outputs, items.map((each) => each.withSequence(0)));
  await until(() => at.router.figures().open === 0);
});

Deno.test("GrpcTransport.stream() gives outputs in order, and the end", async () => {
  await using at = await served();
  const session = await at.client.stream("echo");
  match(session.sessionId, /^[0-9a-f-]{36}$/);
  equal(session.sessionId, at.router.sessions()[0].sessionId);
  await session.sendInput(textItem("a"));
  await session.sendInput(textItem("b"));
  await session.sendInput(new TransportData({ kind: "end" }));
  const outputs: (string | undefined)[] = [];
  for await (const each of session) outputs.push(textOf(each));
  deepEqual(outputs, ["a", "b"]);
  equal(session.isActive, false);
  await rejects(session.sendInput(textItem("c")), { code: "Busy", message: /the session has ended/ });
  await until(() => at.echo.open.length === 0);
});

Deno.test("what a server refuses comes with its code and fields, and that no server is there", async () => {
  const at = await served();
  await rejects(at.client.stream("other"), { code: "InvalidGraph", message: /no such graph/, available: ["echo"] });
  await rejects(at.client.execute("other", []), { code: "InvalidGraph", available: ["echo"] });
  await rejects(at.client.stream({ version: 1, nodes: {} }), { code: "AccessDenied", message: /brings along/ });
  await at[Symbol.asyncDispose]();
  await using client = new GrpcTransport(at.server.url);
  await rejects(client.stream("echo"), { code: "Busy", message: /Cannot go on with the call: .*ECONNREFUSED/ });
  await rejects(client.execute("echo", []), { code: "Busy" });
});

Deno.test("a graph that a client brings along over gRPC runs if the policy names its nodes", async () => {
  const registry = new NodeRegistry([nodePackage]);
  const { admit } = new GraphPolicy({ registry, nodes: ["gain", "wav-source"] });
  await using at = await served({}, { transport: new PipelineRunner({ registry }), graphs: {}, admit });
  const nodes = { quieter: { type: "gain", config: { gainDb: -6 } } };
  const graph = { version: 1, nodes, inputs: { in: "quieter.audioIn" }, outputs: { out: "quieter.audioOut" } } as const;
  const block = new TransportData({ kind: "audio", sampleRateHz: 8000, channels: [Float32Array.of(1)] });
  const [{ payload }] = await at.client.execute(graph, [block]);
  ok(payload.kind === "audio" && Math.abs(payload.channels[0][0] - 0.501) < 0.001);
  const file = { type: "wav-source", config: { path: "../a.wav" } };
  const refused = { code: "AccessDenied", nodeId: "file", key: "path" };
  await rejects(at.client.stream({ version: 1, nodes: { file } }), refused);
  await rejects(at.client.execute({ version: 1, nodes: { file } }, []), refused);
  equal(toStatus(new SluiceError("AccessDenied", "")).code, Code.PermissionDenied);
});

Deno.test("an input that is refused is told at the next call, and the session goes on; a failure ends it", async () => {
  await using at = await served();
  const session = await at.client.stream("echo");
  await session.sendInput(textItem("a", "none"));
  await session.sendInput(textItem("b"));
  equal(textOf(await session.recvOutput()), "b");
  await rejects(session.sendInput(textItem("lost")), { code: "PortNotFound", message: /"none"/ });
  await session.sendInput(textItem("c"));
  equal(textOf(await session.recvOutput()), "c");
  await session.sendInput(textItem("", "fail"));
  await rejects(session.recvOutput(), { code: "NodeFailed", message: /"x" failed/ });
  equal(session.isActive, false);
  await until(() => at.echo.open.length === 0);
});

Deno.test("an input that is refused last is told at the end", async () => {
  await using at = await served();
  const session = await at.client.stream("echo");
  await session.sendInput(textItem("a"));
  await session.sendInput(textItem("b", "none"));
  await session.sendInput(new TransportData({ kind: "end" }));
  equal(textOf(await session.recvOutput()), "a");
  await rejects(session.recvOutput(), { code: "PortNotFound", message: /"none"/ });
  equal(await session.recvOutput(), undefined);
});

Deno.test("a session that is full makes its client wait, and one that is not read holds little", async () => {
  await using at = await served();
  const session = await at.client.stream("echo");
  const [echo] = at.echo.sessions;
  const item = new TransportData({ kind: "bytes", bytes: new Uint8Array(100_000) });
  let sent = 0;
  const all = (async () => {
    for (; sent < 100; sent++) await session.sendInput(item);
  })();
  let last = -1;
  // Until nothing moves: the windows of HTTP/2 are full then.
  while (sent < 100 && (echo.held.length < HELD_ITEMS || last !== sent)) {
    last = sent;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  ok(sent < 30, `${sent} items of 100 kB were sent`);
  for (let k = 0; k < 100; k++) equal((await session.recvOutput())?.sequence, k);
  await all;
  await session.close();
  await until(() => at.echo.open.length === 0);
});

Deno.test("closing a session, a call that is aborted and closing the client end the sessions on the server", async () => {
  await using at = await served();
  const first = await at.client.stream("echo");
  await first.close();
  await until(() => at.echo.open.length === 0);
  equal(await first.recvOutput(), undefined);
  const stopper = new AbortController();
  const call = at.client.execute("echo", [textItem("", "never")], { signal: stopper.signal });
  await until(() => at.echo.open.length === 1);
  stopper.abort();
  await rejects(call, { code: "Busy", message: /its signal has aborted/ });
  await until(() => at.echo.open.length === 0);
  const late = at.client.execute("echo", [textItem("", "never")], { signal: AbortSignal.timeout(20) });
  await rejects(late, { code: "Timeout", message: /its time is over/ });
  const second = await at.client.stream("echo");
  await at.client.close();
  await rejects(second.recvOutput(), { code: "Busy" });
  await until(() => at.echo.open.length === 0 && at.server.connections === 0);
});

Deno.test("closing the server ends its sessions, and says so", async () => {
  await using at = await served();
  const session = await at.client.stream("echo");
  const reading = rejects(session.recvOutput(), { code: "Busy", message: /the server ends/ });
  await at.server.close();
  await reading;
  deepEqual(at.echo.open, []);
  equal(at.server.connections, 0);
});

Deno.test("the router's limits are RESOURCE_EXHAUSTED, and a session that is idle ends with an error", async () => {
  let fire = () => {};
  let nowMs = 0;
  const clock = { nowMs: () => nowMs, after: (_: number, callback: () => void) => (fire = callback, () => {}) };
  await using at = await served({}, { limits: { sessions: 1, idleMs: 1_000 }, clock });
  const session = await at.client.stream("echo");
  await rejects(at.client.stream("echo"), (error: { code: string; cause?: unknown }) => {
    equal(error.code, "LimitExceeded");
    return true;
  });
  nowMs = 1_001;
  fire();
  await rejects(session.recvOutput(), { code: "Busy", message: /it was idle for 1000 ms/ });
});

Deno.test("a token is wanted where one is given, and off loopback; the router may check it instead", async () => {
  const token = "a_token_of_16_chars";
  await using at = await served({ token }, {}, { token });
  equal(textOf((await at.client.execute("echo", [textItem("a")]))[0]), "a");
  const wrong = { token: "another_token_of_it" };
  for (const [options, message] of [[{}, /a token is wanted/], [wrong, /the token is wrong/]] as const) {
    await using stranger = new GrpcTransport(at.server.url, options);
    await rejects(stranger.execute("echo", []), { code: "AccessDenied", key: "token", message });
    await rejects(stranger.stream("echo"), { code: "AccessDenied" });
  }
  const authenticate = ({ token, transport }: { token?: string; transport: string }) =>
    transport === "grpc" && token === "alice" ? "alice" : undefined;
  await using open = await served({ hostname: "0.0.0.0", access: "router" }, { authenticate }, { token: "alice" });
  equal(textOf((await open.client.execute("echo", [textItem("b")]))[0]), "b");
  await using nobody = new GrpcTransport(open.server.url);
  await rejects(nobody.execute("echo", []), { code: "AccessDenied" });
  await using everywhere = await serveGrpc(open.router, { hostname: "0.0.0.0", port: 0 });
  match(everywhere.token ?? "", /^[0-9a-f]{64}$/);
});

Deno.test("beyond loopback a call without a token is refused before the router is asked, which lets everybody in", async () => {
  let asked = 0;
  await using at = await served({ access: "router", hostname: "0.0.0.0" }, { authenticate: () => `${++asked}` });
  const url = at.server.url.replace("0.0.0.0", "127.0.0.1");
  await using stranger = new GrpcTransport(url);
  await rejects(stranger.execute("echo", []), { code: "AccessDenied", message: /a token is wanted/ });
  equal(asked, 0);
  await using known = new GrpcTransport(url, { token: "anything-at-all-1" });
  await known.execute("echo", []);
  equal(asked, 1);
});

Deno.test("a server that does not answer is given up", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using client = new GrpcTransport(`grpc://127.0.0.1:${listener.addr.port}`, { openMs: 30 });
  const accepted = listener.accept();
  await rejects(client.stream("echo"), { code: "Timeout", message: /has not answered for 30 ms/ });
  (await accepted).close();
  await using other = new GrpcTransport(`grpc://127.0.0.1:${listener.addr.port}`, { silenceMs: 40 });
  const next = listener.accept();
  await rejects(other.execute("echo", []), { code: "Timeout", message: /the server has not answered for 0\.04 s/ });
  (await next).close();
});

Deno.test("a server that speaks no gRPC is told as such", async () => {
  await using site = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("", { status: 404 }),
  );
  await using client = new GrpcTransport(`grpc://127.0.0.1:${site.addr.port}`);
  await rejects(client.execute("echo", []), { code: "Busy", message: /has answered HTTP 404: it may not speak gRPC/ });
});

Deno.test("options that are none are refused", async () => {
  await using at = await served();
  for (
    const [options, message] of [
      [{ prot: 1 }, /there is no option "prot" \(did you mean "port"/],
      [{ port: -1 }, /"port" is -1/],
      [{ access: "router", hostname: "0.0.0.0" }, /whose router lets everybody in.*give the router "authenticate"/],
      [{ token: "short" }, /16 or more letters/],
      [{ limits: { openMs: 0 } }, /"limits\.openMs" is 0/],
    ] as const
  ) await rejects(serveGrpc(at.router, options as object), { code: "InvalidConfig", message });
});
