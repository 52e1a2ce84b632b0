/** Clients that mean no good, or die: the server goes on, holds little, and leaves no session behind. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { connect, constants } from "node:http2";
import { create, toBinary } from "@bufbuild/protobuf";
import { TransportData } from "../../core/pipeline/transport_data.ts";
import { textItem, textOf, until } from "../fixtures/text_items.ts";
import { type Served, served } from "./fixtures/served.ts";
import { ExecutePipelineRequestSchema, StreamPipelineRequestSchema } from "./pipeline.gen.ts";

const IS_DEEP = Deno.env.get("SLUICE_DEEP") === "1";

/** How many messages are mutated, each way. */
const MUTATIONS = IS_DEEP ? 10_000 : 20;

const SERVICE = "/sluice.v1.PipelineService";
const graph = { graph: { case: "name", value: "echo" } } as const;
const item = { port: "in", sequence: 3n, metadata: { a: "b" }, payload: { case: "text", value: "abc" } } as const;

Deno.test("mutated messages end their call with a status, or are taken as what they still are", async () => {
  await using at = await served({}, { limits: { idleMs: 3_600_000 } });
  await using other = await at.client.stream("echo");
  const random = generator(1);
  const single = toBinary(
    ExecutePipelineRequestSchema,
    create(ExecutePipelineRequestSchema, { graph, inputs: [item] }),
  );
  const json = new TextEncoder().encode(
    '{"graph":{"name":"echo"},"inputs":[{"port":"in","sequence":"3","text":"abc"}]}',
  );
  const execute = envelope(single);
  const [first, second] = [{ case: "graph", value: graph } as const, { case: "item", value: item } as const].map((
    message,
  ) => envelope(toBinary(StreamPipelineRequestSchema, create(StreamPipelineRequestSchema, { message }))));
  const connection = connect(at.server.url);
  for (let k = 0; k < MUTATIONS; k++) {
    for (
      const [type, path, body] of [
        ["proto", "ExecutePipeline", mutate(single, random)],
        ["json", "ExecutePipeline", mutate(json, random)],
        ["connect+proto", "StreamPipeline", joined(mutate(first, random), second)],
        ["connect+proto", "StreamPipeline", joined(first, mutate(second, random))],
        ["grpc-web+proto", "ExecutePipeline", mutate(execute, random)],
        ["grpc-web+proto", "StreamPipeline", joined(first, mutate(second, random))],
      ] as const
    ) {
      const status = await webCall(connection, `${SERVICE}/${path}`, `application/${type}`, body);
      // Of gRPC-Web and of streams the status is in the body.
      ok([200, 400, 403, 429, 500, 501].includes(status), `${type} of ${path} ended with ${status}`);
    }
    for (
      const [path, body] of [
        ["ExecutePipeline", mutate(execute, random)],
        ["StreamPipeline", joined(mutate(first, random), second)],
        ["StreamPipeline", joined(first, mutate(second, random))],
      ] as const
    ) {
      const status = await call(connection, `${SERVICE}/${path}`, body);
      // OK, INVALID_ARGUMENT, PERMISSION_DENIED, RESOURCE_EXHAUSTED, UNIMPLEMENTED, INTERNAL of Connect for what is no gRPC.
      ok([0, 3, 7, 8, 12, 13].includes(status), `${path} ended with ${status}`);
    }
  }
  connection.destroy();
  await other.sendInput(textItem("x"));
  equal(textOf(await other.recvOutput()), "x");
  await until(() => at.echo.open.length === 1);
  deepEqual(at.router.sessions().map(({ inputs, outputs }) => [inputs, outputs]), [[1, 1]]);
});

Deno.test("connections that are half open, cut short or no HTTP/2 are closed, with their sessions", async () => {
  await using at = await served({ limits: { pingMs: 60, openMs: 100 } });
  const { hostname, port } = new URL(at.server.url);
  const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  const settings = "\x00\x00\x00\x04\x00\x00\x00\x00\x00";
  const heads = [
    "",
    "GET / HTTP/1.1\r\n\r\n",
    preface.slice(0, 10),
    preface,
    preface + settings,
    `${preface}\xff\xff\xff`,
  ];
  const connections = await Promise.all(heads.map(async (head) => {
    const connection = await Deno.connect({ hostname, port: Number(port) });
    await connection.write(Uint8Array.from(head, (letter) => letter.charCodeAt(0)));
    return connection;
  }));
  // A call whose first message never comes.
  const silent = connect(at.server.url);
  const stream = silent.request({
    ":path": `${SERVICE}/StreamPipeline`,
    ":method": "POST",
    "content-type": "application/grpc",
  });
  const trailers = new Promise<{ "grpc-status"?: string }>((resolve) => stream.once("trailers", resolve));
  stream.resume();
  equal((await trailers)["grpc-status"], "4");
  silent.destroy();
  await until(() => at.server.connections === 0);
  for (const each of connections) each.close();
  await works(at);
});

Deno.test("streams that are reset in the middle leave no session, and others' counts are exact", async () => {
  await using at = await served();
  await using other = await at.client.stream("echo");
  const connection = connect(at.server.url);
  const message = { case: "graph", value: graph } as const;
  const first = envelope(toBinary(StreamPipelineRequestSchema, create(StreamPipelineRequestSchema, { message })));
  for (let k = 0; k < 20; k++) {
    const stream = connection.request({
      ":path": `${SERVICE}/StreamPipeline`,
      ":method": "POST",
      "content-type": "application/grpc",
    });
    stream.on("error", () => {});
    stream.write(first);
    const isOpen = at.echo.sessions.length + 1;
    // Some before the session is there, some in its midst.
    if (k % 2 === 0) await until(() => at.echo.sessions.length >= isOpen);
    stream.close(constants.NGHTTP2_CANCEL);
  }
  connection.destroy();
  for (let k = 0; k < 3; k++) {
    await other.sendInput(textItem(`${k}`));
    equal(textOf(await other.recvOutput()), `${k}`);
  }
  await until(() => at.echo.open.length === 1 && at.server.connections === 1);
  deepEqual(at.router.sessions().map(({ inputs, outputs }) => [inputs, outputs]), [[3, 3]]);
});

Deno.test({
  name: "a client that is killed in mid-stream takes its session with it, and no other",
  ignore: !IS_DEEP,
  async fn() {
    await using at = await served();
    await using other = await at.client.stream("echo");
    const load = (path: string) => `await import(${JSON.stringify(import.meta.resolve(path))})`;
    const script = `
      const { GrpcTransport } = ${load("./grpc_transport.ts")};
      const { TransportData } = ${load("../../core/pipeline/transport_data.ts")};
      const session = await new GrpcTransport(${JSON.stringify(at.server.url)}).stream("echo");
      for (;;) {
        await session.sendInput(new TransportData({ kind: "bytes", bytes: new Uint8Array(10_000) }));
        await session.recvOutput();
      }`;
    const child = new Deno.Command(Deno.execPath(), { args: ["eval", "--no-check", script] }).spawn();
    await until(() => at.echo.sessions.length === 2 && at.echo.sessions[1].taken > 3);
    child.kill("SIGKILL");
    await child.status;
    await until(() => at.echo.open.length === 1 && at.server.connections === 1);
    await other.sendInput(new TransportData({ kind: "text", text: "x" }));
    equal(textOf(await other.recvOutput()), "x");
    deepEqual(at.router.sessions().map(({ inputs, outputs }) => [inputs, outputs]), [[1, 1]]);
  },
});

/** A message as gRPC sends it. */
function envelope(message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(5 + message.length);
  new DataView(bytes.buffer).setUint32(1, message.length);
  bytes.set(message, 5);
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Sends a body. @returns the status */
function call(connection: ReturnType<typeof connect>, path: string, body: Uint8Array): Promise<number> {
  const stream = connection.request({ ":path": path, ":method": "POST", "content-type": "application/grpc" });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  stream.on("trailers", (trailers) => resolve(Number(trailers["grpc-status"])));
  stream.on("error", reject);
  stream.on("close", () => reject(new Error("no status came")));
  stream.resume();
  stream.end(body);
  return promise;
}

/** Sends a body by Connect or gRPC-Web. @returns the status of HTTP, once the answer has ended */
function webCall(
  connection: ReturnType<typeof connect>,
  path: string,
  type: string,
  body: Uint8Array,
): Promise<number> {
  const stream = connection.request({ ":path": path, ":method": "POST", "content-type": type });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  stream.on("response", (headers) => stream.once("end", () => resolve(headers[":status"]!)));
  stream.on("error", reject);
  stream.on("close", () => reject(new Error("no answer came")));
  stream.resume();
  stream.end(body);
  return promise;
}

async function works(at: Served): Promise<void> {
  equal(textOf((await at.client.execute("echo", [textItem("still")]))[0]), "still");
  await until(() => at.echo.open.length === 0);
}

/** A copy with one to four bytes changed, or cut short. */
function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  const copy = bytes.slice(0, random() < 0.2 ? Math.floor(random() * bytes.length) : bytes.length);
  for (let k = 1 + Math.floor(random() * 4); k > 0 && copy.length > 0; k--) {
    copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256);
  }
  return copy;
}

/** Numbers from 0 to 1, the same for a seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
