/** Clients that are none of ours: what they get is what `PipelineRunner.execute()` gives, sample for sample. */
import { deepEqual, equal, match } from "node:assert/strict";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { Buffer } from "node:buffer";
import grpc from "@grpc/grpc-js";
import { SessionRouter } from "../../core/pipeline/session_router.ts";
import {
  audioRequest,
  callByPythonGrpc,
  findPython,
  graphRequest,
  isThere,
  type Request,
  samplesOfResponses,
  streamByGrpcJs,
} from "../fixtures/foreign_clients.ts";
import { HALL, RATE, speechInHall } from "../fixtures/hall.ts";
import { until } from "../fixtures/text_items.ts";
import { HealthCheckResponseSchema } from "./health.gen.ts";
import { ServerReflectionRequestSchema, ServerReflectionResponseSchema } from "./reflection.gen.ts";
import { serveGrpc } from "./server.ts";

Deno.test("grpc-js gets the samples of execute() in fields of its own", async () => {
  await using at = await serving();
  const blocks = at.blocks.map((samples) => audioRequest("voice", RATE, samples));
  const { responses, status } = await streamByGrpcJs(at.client, [graphRequest("hall"), ...blocks]);
  equal(status.code, grpc.status.OK, status.details);
  match(responses[0].message.case === "ready" ? responses[0].message.value.sessionId : "", /^[0-9a-f-]{36}$/);
  deepEqual(samplesOfResponses(responses), at.wanted);
});

Deno.test("grpc-js is told INVALID_ARGUMENT for what is no graph, and of a deadline, and no session stays", async () => {
  await using at = await serving();
  for (
    const [requests, code, details] of [
      [[], grpc.status.INVALID_ARGUMENT, /the stream is empty/],
      [[{ message: { case: "item", value: {} } }], grpc.status.INVALID_ARGUMENT, /wanted "graph" in the first/],
      [[graphRequest("hal")], grpc.status.INVALID_ARGUMENT, /offers no such graph/],
      [[graphRequest("hall"), graphRequest("hall")], grpc.status.INVALID_ARGUMENT, /wanted "item" after the first/],
    ] as [Request[], number, RegExp][]
  ) {
    const { status } = await streamByGrpcJs(at.client, requests);
    equal(status.code, code, status.details);
    match(status.details, details);
    equal(status.metadata.get("grpc-status-details-bin").length, 1);
  }
  const { status } = await streamByGrpcJs(at.client, [graphRequest("hall")], { deadline: Date.now() + 100 }, false);
  equal(status.code, grpc.status.DEADLINE_EXCEEDED);
  await until(() => at.router.figures().open === 0);
});

Deno.test("health is SERVING, and reflection gives the file of a symbol", async () => {
  await using at = await serving();
  const health = await at.unary("/grpc.health.v1.Health/Check", Uint8Array.of());
  equal(fromBinary(HealthCheckResponseSchema, health).status, 1);
  const call = at.client.makeBidiStreamRequest(
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    (request: MessageInitShape<typeof ServerReflectionRequestSchema>) =>
      Buffer.from(toBinary(ServerReflectionRequestSchema, create(ServerReflectionRequestSchema, request))),
    (bytes) => fromBinary(ServerReflectionResponseSchema, bytes).messageResponse,
  );
  call.write({ messageRequest: { case: "listServices", value: "" } });
  call.write({ messageRequest: { case: "fileContainingSymbol", value: "sluice.v1.PipelineService.StreamPipeline" } });
  call.write({ messageRequest: { case: "fileContainingSymbol", value: "nothing.Such" } });
  call.end();
  const [services, files, none] = await Array.fromAsync<{ case: string; value: object }>(call);
  const { service } = services.value as { service: { name: string }[] };
  deepEqual(service.map(({ name }) => name), [
    "sluice.v1.PipelineService",
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
  ]);
  equal((files.value as { fileDescriptorProto: unknown[] }).fileDescriptorProto.length, 1);
  equal(none.case, "errorResponse");
});

const python = await findPython("grpc, google.protobuf", "protoc");

Deno.test({
  name: "examples/grpc-server/client.py gets the samples of execute()",
  ignore: python === undefined,
  async fn() {
    await using at = await serving();
    const speech = new URL("../../examples/speech.wav", import.meta.url).pathname;
    const out = await callByPythonGrpc(python!, at.address, "hall", speech);
    // The client sends all of the recording, which starts with the blocks.
    const count = at.blocks.length * at.blocks[0].length;
    deepEqual(out.slice(0, count), at.wanted.slice(0, count));
  },
});

const IS_DEEP = Deno.env.get("SLUICE_DEEP") === "1";

Deno.test({
  name: "grpcurl learns the calls by reflection, and streams the samples of execute()",
  ignore: !IS_DEEP || !await isThere("grpcurl", "--version"),
  async fn() {
    await using at = await serving();
    const run = async (args: readonly string[], input = "") => {
      const child = new Deno.Command("grpcurl", {
        args: ["-plaintext", ...args],
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const answer = child.output();
      await new Blob([input]).stream().pipeTo(child.stdin);
      const { code, stdout, stderr } = await answer;
      equal(code, 0, new TextDecoder().decode(stderr));
      return new TextDecoder().decode(stdout);
    };
    match(await run([at.address, "list"]), /^sluice\.v1\.PipelineService$/m);
    match(await run([at.address, "describe", "sluice.v1.PipelineService"]), /rpc StreamPipeline \( stream /);
    const items = at.blocks.map((samples) => {
      const audio = { sampleRateHz: RATE, channels: [new Uint8Array(samples.buffer).toBase64()] };
      return { item: { port: "voice", audio } };
    });
    const requests = [{ graph: { name: "hall" } }, ...items].map((each) => JSON.stringify(each)).join("\n");
    const path = "sluice.v1.PipelineService/StreamPipeline";
    const said = await run(["-emit-defaults", "-d", "@", at.address, path], requests);
    const samples = [...said.matchAll(/"channels": \[\s*"([^"]*)"/g)].flatMap(([, channel]) => [
      ...new Float32Array(Uint8Array.fromBase64(channel).buffer),
    ]);
    deepEqual(samples, at.wanted);
  },
});

/** A server of a reverb and a gain, and a client of another maker. */
async function serving() {
  const { runner, blocks, wanted } = await speechInHall();
  const router = new SessionRouter({ transport: runner, graphs: { hall: HALL } });
  const server = await serveGrpc(router, { port: 0 });
  const { host } = new URL(server.url);
  const client = new grpc.Client(host, grpc.credentials.createInsecure());
  return {
    address: host,
    client,
    router,
    blocks,
    wanted,
    unary(path: string, request: Uint8Array): Promise<Uint8Array> {
      const as = (bytes: Uint8Array) => Buffer.from(bytes);
      return new Promise((resolve, reject) =>
        client.makeUnaryRequest(path, as, as, request, (error, value) => error ? reject(error) : resolve(value!))
      );
    },
    async [Symbol.asyncDispose]() {
      client.close();
      await server.close();
      await router[Symbol.asyncDispose]();
    },
  };
}
