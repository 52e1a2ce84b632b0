/** Connect and gRPC-Web on the port of gRPC, with what gRPC has: limits, tokens and certificates. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { connect } from "node:http2";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Code, type ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-node";
import { pem, pemPath } from "../fixtures/pem.ts";
import { until } from "../fixtures/text_items.ts";
import { served } from "./fixtures/served.ts";
import {
  ErrorSchema,
  ExecutePipelineRequestSchema,
  ExecutePipelineResponseSchema,
  PipelineService,
} from "./pipeline.gen.ts";

const EXECUTE = "/sluice.v1.PipelineService/ExecutePipeline";
const INPUT = { payload: { case: "text" as const, value: "å" } };
const REQUEST = { graph: { graph: { case: "name" as const, value: "echo" } }, inputs: [INPUT] };
const JSON_REQUEST = JSON.stringify({ graph: { name: "echo" }, inputs: [{ text: "å" }] });
const TOKEN = "a_token_of_16_chars";
const PAGE = "https://app.example";
const tls = { cert: pem("server.pem"), key: pem("server.key") };

Deno.test("curl calls by Connect, in JSON and in protobuf, and is told what is refused", async () => {
  await using at = await served({ token: TOKEN, origins: [PAGE], limits: { messageBytes: 1_000 } }, {}, {
    token: TOKEN,
  });
  const call = (body: string | Uint8Array, type: string, ...more: string[]) =>
    curl(at.server.url + EXECUTE, body, "--http2-prior-knowledge", "-H", `Content-Type: application/${type}`, ...more);
  const bearer = ["-H", `Authorization: Bearer ${TOKEN}`];
  const { status, headers, body } = await call(JSON_REQUEST, "json", ...bearer, "-H", `Origin: ${PAGE}`);
  equal(status, 200);
  deepEqual(JSON.parse(text(body)), { outputs: [{ sequence: "0", text: "å" }] });
  equal(headers["access-control-allow-origin"], PAGE);
  match(headers["access-control-expose-headers"], /grpc-status/i);
  const binary = toBinary(ExecutePipelineRequestSchema, create(ExecutePipelineRequestSchema, REQUEST));
  const answer = await call(binary, "proto", ...bearer);
  deepEqual(fromBinary(ExecutePipelineResponseSchema, answer.body).outputs[0].payload, INPUT.payload);

  const refused = await Promise.all([
    call(JSON_REQUEST, "json"),
    call(JSON_REQUEST, "json", ...bearer, "-H", "Origin: https://other.example"),
    call(JSON.stringify({ graph: { name: "x".repeat(1_000) } }), "json", ...bearer),
    call('{"graph": {"name": "other"}}', "json", ...bearer),
    call('{"graph": ', "json", ...bearer),
  ]);
  deepEqual(refused.map(({ status, body }) => [status, JSON.parse(text(body)).code]), [
    [401, "unauthenticated"],
    [403, "permission_denied"],
    [429, "resource_exhausted"],
    [400, "invalid_argument"],
    [400, "invalid_argument"],
  ]);
  equal(refused[1].headers["access-control-allow-origin"], undefined);
  const preflight = await curl(
    at.server.url + EXECUTE,
    "",
    ...[
      "--http2-prior-knowledge",
      "-X",
      "OPTIONS",
      "-H",
      `Origin: ${PAGE}`,
      "-H",
      "Access-Control-Request-Method: POST",
    ],
  );
  equal(preflight.status, 204);
  match(preflight.headers["access-control-allow-headers"], /Connect-Protocol-Version.*X-Grpc-Web.*authorization/i);
});

Deno.test("a client of gRPC-Web executes and streams, and reads codes and fields of errors", async () => {
  await using at = await served();
  const transport = createGrpcWebTransport({ baseUrl: at.server.url, httpVersion: "2" });
  const client = createClient(PipelineService, transport);
  const { outputs } = await client.executePipeline(REQUEST);
  deepEqual(outputs[0].payload, INPUT.payload);
  const requests = [
    { message: { case: "graph", value: REQUEST.graph } },
    { message: { case: "item", value: INPUT } },
  ] as const;
  const responses = client.streamPipeline(async function* () {
    yield* requests;
  }());
  deepEqual((await Array.fromAsync(responses)).map(({ message }) => message.case), ["ready", "item"]);
  await rejects(client.executePipeline({ graph: { graph: { case: "name", value: "other" } } }), (error) => {
    equal((error as ConnectError).code, Code.InvalidArgument);
    match((error as ConnectError).findDetails(ErrorSchema)[0].fields, /"available":\["echo"\]/);
    return true;
  });
  const stopper = new AbortController();
  const never = { ...REQUEST, inputs: [{ ...INPUT, port: "never" }] };
  const call = client.executePipeline(never, { signal: stopper.signal });
  await until(() => at.echo.open.length === 1);
  stopper.abort();
  await rejects(call);
  await until(() => at.echo.open.length === 0);
});

Deno.test("with TLS a client of HTTP/1.1 calls by Connect, over a connection for each call that is closed if none comes", async () => {
  await using at = await served({ tls, limits: { openMs: 200, connections: 2 } }, {}, { tls: { ca: pem("ca.pem") } });
  const trusting = ["--http1.1", "--cacert", pemPath("ca.pem"), "-H", "Content-Type: application/json"];
  const { status, body, headers } = await curl(at.server.url + EXECUTE, JSON_REQUEST, ...trusting);
  deepEqual([status, JSON.parse(text(body)).outputs.length, headers.connection], [200, 1, "close"]);
  const never = JSON.stringify({ graph: { name: "echo" }, inputs: [{ text: "", port: "never" }] });
  const impatient = curl(at.server.url + EXECUTE, never, ...trusting, "--max-time", "0.1");
  await rejects(impatient);
  await until(() => at.echo.open.length === 0 && at.server.connections === 0);
  const { hostname, port } = new URL(at.server.url);
  const silent = await Promise.all([1, 2].map(async () => {
    const connection = await Deno.connectTls({
      hostname,
      port: Number(port),
      caCerts: [pem("ca.pem")],
      alpnProtocols: ["http/1.1"],
    });
    await connection.handshake();
    return connection;
  }));
  await until(() => at.server.connections === 2);
  await rejects(curl(at.server.url + EXECUTE, JSON_REQUEST, ...trusting));
  await until(() => at.server.connections === 0);
  for (const each of silent) each.close();
  // Two calls one behind the other.
  const { host } = new URL(at.server.url);
  const call =
    `POST ${EXECUTE} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${never.length}\r\n` +
    `\r\n${never}`;
  const before = at.echo.sessions.length;
  const both = await Deno.connectTls({
    hostname,
    port: Number(port),
    caCerts: [pem("ca.pem")],
    alpnProtocols: ["http/1.1"],
  });
  await both.write(new TextEncoder().encode(call + call));
  await rejects(both.read(new Uint8Array(1)), Deno.errors.UnexpectedEof);
  both.close();
  await until(() => at.echo.open.length === 0 && at.server.connections === 0);
  ok(at.echo.sessions.length <= before + 1);
});

Deno.test("mutual TLS holds for clients of HTTP/1.1", async () => {
  await using at = await served({ tls: { ...tls, clientCa: pem("ca.pem") } });
  const trusting = ["--http1.1", "--cacert", pemPath("ca.pem"), "-H", "Content-Type: application/json"];
  const shown = ["--cert", pemPath("client.pem"), "--key", pemPath("client.key")];
  equal((await curl(at.server.url + EXECUTE, JSON_REQUEST, ...trusting, ...shown)).status, 200);
  await rejects(curl(at.server.url + EXECUTE, JSON_REQUEST, ...trusting));
  equal(at.echo.sessions.length, 1);
});

Deno.test("a call that names no server by its authority is cut off, and the server goes on", async () => {
  await using at = await served();
  for (const authority of ["[", "a b", ""]) {
    const connection = connect(at.server.url).on("error", () => {});
    const head = { ":path": EXECUTE, ":authority": authority, ":method": "POST", "content-type": "application/grpc" };
    const stream = connection.request(head).on("error", () => {}).resume();
    stream.end();
    await new Promise((resolve) => stream.once("close", resolve));
    connection.destroy();
  }
  equal((await at.client.execute("echo", [])).length, 0);
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What a server answers to curl. */
async function curl(url: string, body: string | Uint8Array, ...args: string[]): Promise<Answer> {
  const child = new Deno.Command("curl", {
    args: ["-si", ...args, "--data-binary", "@-", url],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const [{ stdout, code }] = await Promise.all([
    child.output(),
    new Blob([body as BlobPart]).stream().pipeTo(child.stdin),
  ]);
  equal(code, 0, `curl ${url}`);
  const end = text(stdout, "latin1").indexOf("\r\n\r\n");
  const [first, ...lines] = text(stdout.subarray(0, end)).split("\r\n");
  const headers = Object.fromEntries(lines.map((line) => line.toLowerCase().split(": ", 2)));
  return { status: Number(first.split(" ")[1]), headers, body: stdout.slice(end + 4) };
}

function text(bytes: Uint8Array, encoding = "utf-8"): string {
  return new TextDecoder(encoding).decode(bytes);
}
