/** Calls and sessions over plain HTTP, as fetch and curl make them. */
import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { SluiceError } from "../../core/errors.ts";
import { TransportData } from "../../core/pipeline/transport_data.ts";
import { SessionRouter } from "../../core/pipeline/session_router.ts";
import { EchoPipelines } from "../fixtures/echo_pipelines.ts";
import { served } from "./fixtures/served.ts";
import { textItem, textJson, textOf, until } from "../fixtures/text_items.ts";
import { HTTP_LIMITS } from "./http_options.ts";
import { serveHttp } from "./server.ts";
import { WebSocketTransport } from "./web_socket_transport.ts";

const JSON_TYPE = { "content-type": "application/json" };

Deno.test("POST /v1/execute answers the outputs of its inputs, in JSON", async () => {
  await using at = served();
  const answer = await at.post("/v1/execute", { graph: "echo", inputs: [textJson("a"), textJson("b")] });
  equal(answer.status, 200);
  deepEqual(await answer.json(), {
    outputs: [{ sequence: 0, kind: "text", text: "a" }, { sequence: 1, kind: "text", text: "b" }],
  });
  deepEqual(at.echo.open, []);
});

Deno.test("WebSocketTransport.execute() gives samples back as they were", async () => {
  await using at = served();
  const transport = new WebSocketTransport(at.server.url);
  const channels = [Float32Array.of(0.1, -1, 1e-30), Float32Array.of(0, 0.5, -0.25)];
  const [output] = await transport.execute("echo", [textItem("x").withMetadata({ who: "me" })]);
  equal(textOf(output), "x");
  const [sound] = await transport.execute("echo", [
    new TransportData({ kind: "audio", sampleRateHz: 8_000, channels }),
  ]);
  deepEqual(sound.payload.kind === "audio" && sound.payload.channels, channels);
});

Deno.test("errors are JSON with code and fields, and their status follows from the code", async () => {
  await using at = served({ limits: { bodyBytes: 2_000, graphBytes: 200, requestItems: 3 } });
  const cases: [path: string, body: unknown, status: number, code: string, message: RegExp][] = [
    ["/v1/execute", { graph: "other" }, 400, "InvalidGraph", /no such graph; graphs: "echo"/],
    ["/v1/sessions", { graph: { version: 1 } }, 403, "AccessDenied", /that a client brings along/],
    ["/v1/execute", { graph: 3 }, 400, "InvalidMessage", /at "graph"/],
    ["/v1/execute", { graph: "echo", inputs: [{ kind: "sound" }] }, 400, "InvalidMessage", /Cannot read an item/],
    ["/v1/execute", { graph: "echo", input: [] }, 400, "InvalidMessage", /input/],
    ["/v1/execute", { graph: "echo", inputs: [{ ...textJson("a"), port: "none" }] }, 400, "PortNotFound", /"none"/],
    ["/v1/execute", { graph: "echo", inputs: [{ ...textJson("a"), port: "fail" }] }, 500, "NodeFailed", /"x" failed/],
    ["/v1/execute", { graph: "echo", inputs: Array(4).fill(textJson("a")) }, 413, "LimitExceeded", /4 items/],
    ["/v1/execute", { graph: "x".repeat(2_000) }, 413, "LimitExceeded", /at most 2000/],
    ["/v1/execute", { graph: { version: 1, nodes: { a: "x".repeat(300) } } }, 413, "LimitExceeded", /at most 200/],
    ["/v1/sessions/none/input", { inputs: [] }, 404, "SessionNotFound", /"none"/],
    ["/v1/other", {}, 404, "InvalidMessage", /there is no such call/],
  ];
  for (const [path, body, status, code, message] of cases) {
    const answer = await at.post(path, body);
    const { error } = await answer.json();
    equal(answer.status, status, JSON.stringify(error));
    equal(error.code, code);
    match(error.message, message);
  }
  const plain = await at.post("/v1/execute", {}, { "content-type": "text/plain" });
  equal(plain.status, 415);
  await plain.body?.cancel();
});

Deno.test("a session beyond how many there may be, and one of a server that stops, may be asked for again", async () => {
  const router = new SessionRouter({
    transport: new EchoPipelines(),
    graphs: { echo: "echo" },
    limits: { sessions: 1 },
  });
  await using server = serveHttp(router, { port: 0 });
  await (await router.authenticate({ transport: "test" })).stream("echo");
  const [execute, sessions] = ["/v1/execute", "/v1/sessions"].map((path) => () =>
    fetch(server.url + path, {
      method: "POST",
      body: '{"graph": "echo"}',
      headers: { "content-type": "application/json" },
    })
  );
  for (const status of [429, 503]) {
    for (const call of [execute, sessions]) {
      const answer = await call();
      await answer.body?.cancel();
      deepEqual([answer.status, answer.headers.get("retry-after")], [status, "1"]);
    }
    await router.drain(0);
  }
});

Deno.test("a call whose client goes away stops its graph", async () => {
  await using at = served();
  const leaving = new AbortController();
  const call = new WebSocketTransport(at.server.url).execute("echo", [textItem("a", "never")], {
    signal: leaving.signal,
  });
  const refused = rejects(call, { code: "Busy", message: /its signal has aborted/ });
  await until(() => at.echo.open.length === 1);
  leaving.abort();
  await refused;
  await until(() => at.echo.open.length === 0);
});

Deno.test("a body is refused once it is too large, though it does not say so", async () => {
  await using at = served({ limits: { bodyBytes: 100_000, bodyMs: 50 } });
  let sent = 0;
  const post = (pull: UnderlyingDefaultSource<Uint8Array>["pull"]) =>
    fetch(`${at.server.url}/v1/execute`, {
      method: "POST",
      body: new ReadableStream({ pull }, { highWaterMark: 0 }),
      headers: { "content-type": "application/json" },
    });
  const endless = await post((controller) => {
    sent += 65_536;
    controller.enqueue(new Uint8Array(65_536));
    return new Promise((resolve) => setTimeout(resolve));
  }).catch(() => undefined);
  if (endless !== undefined) equal(endless.status, 413);
  await endless?.body?.cancel();
  ok(sent < 20_000_000, `${sent}`);
  const slow = await post(() => new Promise(() => {}));
  equal(slow.status, 408);
  equal((await slow.json()).error.code, "Timeout");
  match(await (await fetch(`${at.server.url}/metrics`)).text(), /sluice_pipeline_http_body_bytes 0\n/);
});

Deno.test("a session takes input and gives events; a reader that comes back goes on behind its last event", async () => {
  await using at = served({ limits: { resumeEvents: 3 } });
  const { sessionId } = await (await at.post("/v1/sessions", { graph: "echo" })).json();
  const path = `/v1/sessions/${sessionId}`;
  const events = (last?: number) =>
    curl(at.server.url + path + "/output", ...(last === undefined ? [] : ["-H", `Last-Event-ID: ${last}`]));
  await using first = events();
  const give = async (...texts: string[]) => {
    const answer = await at.post(`${path}/input`, { inputs: texts.map(textJson) });
    deepEqual(await answer.json(), { taken: texts.length });
  };
  await give("a", "b");
  match(await first.read(/"b"/), /^retry: 1000\n\nid: 1\ndata: {.*"a"}\n\nid: 2\ndata: {.*"b"}\n\n$/);
  await first[Symbol.asyncDispose]();
  await using second = events(1);
  match(await second.read(/"b"/), /^retry: 1000\n\nid: 2\ndata: {.*"b"}\n\n$/);
  await give("c", "d", "e");
  await second.read(/"e"/);
  await using third = events(0);
  // The second one, which may be half open, ends with this.
  match(await third.read(/"e"/), /^retry: 1000\n\nid: 2\nevent: missed\ndata: {"items":2}\n\nid: 3\n.*\n\nid: 4\n/);
  await second.ended;
  const metrics = await (await fetch(`${at.server.url}/metrics`)).text();
  match(metrics, /sluice_pipeline_http_missed_total 2\n/);
  match(metrics, /sluice_pipeline_http_sessions 1\n/);
  const wrong = await fetch(`${at.server.url}${path}/output`, { headers: { "last-event-id": "9" } });
  equal(wrong.status, 400);
  match((await wrong.json()).error.message, /from 0 to 5, the last event/);
  await at.post(`${path}/input`, { inputs: [{ kind: "end" }] }).then((answer) => answer.body?.cancel());
  match(await third.read(/event: end/), /event: end\ndata: {}\n\n$/);
  await third.ended;
  const over = await fetch(`${at.server.url}${path}/output`, { headers: { "last-event-id": "5" } });
  equal(over.status, 204);
});

Deno.test("of sessions that have ended, the last 64 are kept for readers that come back", async () => {
  await using at = served();
  for (let k = 0; k < 70; k++) {
    const { sessionId } = await (await at.post("/v1/sessions", { graph: "echo" })).json();
    const path = `/v1/sessions/${sessionId}`;
    await (await at.post(`${path}/input`, { inputs: [{ kind: "end" }] })).body?.cancel();
    match(await (await fetch(`${at.server.url}${path}/output`)).text(), /event: end/);
  }
  await (await at.post("/v1/sessions", { graph: "echo" })).body?.cancel();
  match(await (await fetch(`${at.server.url}/metrics`)).text(), /sluice_pipeline_http_sessions 65\n/);
});

Deno.test("without a reader, and with a slow one, no more is taken out of a session than it reads", async () => {
  await using at = served();
  const { sessionId } = await (await at.post("/v1/sessions", { graph: "echo" })).json();
  const path = `${at.server.url}/v1/sessions/${sessionId}`;
  const inputs = Array.from({ length: 5 }, (_, k) => textJson(`${k}`));
  const held = at.post(`/v1/sessions/${sessionId}/input`, { inputs });
  const [session] = at.echo.sessions;
  await until(() => session.held.length === 4);
  const second = await at.post(`/v1/sessions/${sessionId}/input`, { inputs });
  equal(second.status, 409);
  match((await second.json()).error.message, /another request is giving items/);
  equal(session.taken, 0);
  const deleted = await fetch(path, { method: "DELETE" });
  equal(deleted.status, 204);
  const answer = await held;
  equal(answer.status, 409);
  equal((await answer.json()).taken, 4);
  deepEqual(at.echo.open, []);
  const again = await fetch(path, { method: "DELETE" });
  equal(again.status, 404);
  await again.body?.cancel();
});

Deno.test("a token is wanted where the server has one, in the header or in a subprotocol", async () => {
  const token = "0123456789abcdef";
  await using at = served({ token });
  const without = await at.post("/v1/execute", { graph: "echo" });
  equal(without.status, 401);
  equal(without.headers.get("www-authenticate"), "Bearer");
  equal((await without.json()).error.code, "AccessDenied");
  equal((await fetch(`${at.server.url}/healthz`).then((answer) => answer.json())).status, "ok");
  const wrong = new WebSocketTransport(at.server.url, { token: `${token}x` });
  const refusal = { code: "AccessDenied", message: "Cannot answer: the token is wrong" };
  await rejects(wrong.execute("echo", []), refusal);
  await rejects(wrong.stream("echo"), refusal);
  const none = new WebSocketTransport(at.server.url).stream("echo");
  await rejects(none, { code: "AccessDenied", message: "Cannot answer: a token is wanted" });
  const transport = new WebSocketTransport(at.server.url, { token });
  deepEqual(await transport.execute("echo", []), []);
  await using session = await transport.stream("echo");
  await session.sendInput(textItem("in"));
  equal(textOf(await session.recvOutput()), "in");
});

Deno.test("the router's authentication turns callers away, and a caller sees its own sessions alone", async () => {
  const authenticate = ({ token }: { token?: string }) => token;
  await using at = served({ access: "router" }, { authenticate });
  const as = (token: string) => ({ authorization: `Bearer ${token}` });
  equal((await at.post("/v1/sessions", { graph: "echo" })).status, 401);
  const { sessionId } = await (await at.post("/v1/sessions", { graph: "echo" }, as("ann"))).json();
  const path = `/v1/sessions/${sessionId}/input`;
  equal((await at.post(path, { inputs: [] }, as("bob"))).status, 404);
  equal((await at.post(path, { inputs: [] }, as("ann"))).status, 200);
});

Deno.test("beyond loopback a call without a token is refused before the router is asked, which lets everybody in", async () => {
  let asked = 0;
  const authenticate = () => `${++asked}`;
  await using at = served({ access: "router", hostname: "0.0.0.0" }, { authenticate });
  const url = new URL("/v1/execute", at.server.url);
  url.hostname = "127.0.0.1";
  const execute = (headers: Record<string, string>) =>
    fetch(url, { method: "POST", body: JSON.stringify({ graph: "echo" }), headers: { ...JSON_TYPE, ...headers } });
  const refused = await execute({});
  equal(refused.status, 401);
  await refused.body?.cancel();
  equal(asked, 0);
  const taken = await execute({ authorization: "Bearer anything" });
  equal(taken.status, 200);
  await taken.body?.cancel();
});

Deno.test("pages of other origins may call the server if they are listed", async () => {
  await using at = served({ origins: ["https://app.example"] });
  const call = (origin: string, method = "GET") =>
    fetch(`${at.server.url}/v1/graphs`, {
      method,
      headers: { origin, "access-control-request-method": "GET" },
    });
  const listed = await call("https://app.example");
  equal(listed.headers.get("access-control-allow-origin"), "https://app.example");
  deepEqual(await listed.json(), { graphs: ["echo"] });
  const preflight = await call("https://app.example", "OPTIONS");
  equal(preflight.status, 204);
  match(preflight.headers.get("access-control-allow-headers") ?? "", /authorization/);
  const other = await call("https://evil.example");
  equal(other.status, 403);
  equal(other.headers.get("access-control-allow-origin"), null);
  await other.body?.cancel();
});

Deno.test("serveHttp() refuses options that would open it, or change nothing", () => {
  const cases: [options: object, message: RegExp][] = [
    [{ prot: 1 }, /there is no option "prot"/],
    [{ token: "short" }, /wanted for "token" 16 or more/],
    [{ access: "router", token: "0123456789abcdef" }, /leaves tokens to the router/],
    [{ access: "router", hostname: "0.0.0.0" }, /whose router lets everybody in.*give the router "authenticate"/],
    [{ origins: ["https://app.example/path"] }, /an origin without a path/],
    [{ limits: { bodyBytes: 0 } }, /"limits.bodyBytes" is 0/],
  ];
  for (const [options, message] of cases) {
    throws(() => served(options), (error) => error instanceof SluiceError && message.test(error.message));
  }
});

Deno.test("/openapi.json describes every call by the schemas that check it", async () => {
  await using at = served();
  const { paths } = await (await fetch(`${at.server.url}/openapi.json`)).json();
  deepEqual(Object.keys(paths), [
    "/v1/graphs",
    "/v1/execute",
    "/v1/sessions",
    "/v1/sessions/{id}",
    "/v1/sessions/{id}/input",
    "/v1/sessions/{id}/output",
    "/v1/stream",
  ]);
  const { schema } = paths["/v1/execute"].post.requestBody.content["application/json"];
  deepEqual(schema.required, ["graph"]);
});

Deno.test("docs/transports/http.md names every call, limit and message", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/transports/http.md", import.meta.url));
  const calls = ["/v1/graphs", "/v1/execute", "/v1/sessions/ID/input", "/v1/sessions/ID/output", "/v1/stream"];
  const messages = ["graph", "ready", "taken", "refused", "failed", "end", "beat"].map((type) => `"type": "${type}"`);
  const missing = [...calls, ...messages, ...Object.keys(HTTP_LIMITS)].filter((each) => !page.includes(each));
  deepEqual(missing, []);
});

/** curl that follows events. */
function curl(url: string, ...args: string[]) {
  const child = new Deno.Command("curl", { args: ["-sN", ...args, url], stdout: "piped", stderr: "null" }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    /** What has come, once it has this. */
    async read(wanted: RegExp): Promise<string> {
      while (!wanted.test(text) || !text.endsWith("\n\n")) {
        const { done, value } = await reader.read();
        if (done) throw new Error(`ended with ${text}`);
        text += value;
      }
      return text;
    },
    ended: child.status,
    async [Symbol.asyncDispose]() {
      await reader.cancel();
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await child.status;
    },
  };
}
