/**
 * How long a block is on its way over gRPC, through a graph and back.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { createClient } from "@connectrpc/connect";
import { connectNodeAdapter, createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { nodePackage, NodeRegistry } from "../../mod.ts";
import { PipelineRunner, type PipelineTransport, SessionRouter, TransportData } from "../../pipelines.ts";
import { MockTransport } from "../../testing.ts";
import { GrpcTransport, serveGrpc } from "../../transports/grpc/mod.ts";
import { PipelineService } from "../../transports/grpc/pipeline.gen.ts";
import type { Benchmark } from "../benchmark.ts";
import { compare, type Row, type Run } from "../measure.ts";
import { GAIN } from "../peers/gain_graph.ts";

/** Blocks of a run, and those before it that are not timed. */
const BLOCKS = 300;
const FIRST_BLOCKS = 100;

/** 20 ms. */
const SAMPLES = new Float32Array(960).fill(0.5);

export const grpcRoundTrip: Benchmark = {
  name: "grpc",
  about:
    "A block of 20 ms by gRPC to a server in this process, through a gain or nothing and back, beside a bare Connect server " +
    "that sends the same message back.",
  async run({ runs }): Promise<Row[]> {
    const runner = new PipelineRunner({ registry: new NodeRegistry([nodePackage]) });
    await using gain = await overGrpc(runner, 0.251);
    await using nothing = await overGrpc(new MockTransport(), 0.5);
    await using echo = await bareEcho();
    const theirs = timed(() => echo.roundTrip());
    const sides = [
      ["a block of 20 ms through a gain by gRPC", timed(gain.roundTrip)],
      ["the same through a session without a graph", timed(nothing.roundTrip)],
    ] as const;
    const rows: Row[] = [];
    for (const [what, ours] of sides) {
      // Both are compiled before they are compared.
      await ours();
      await theirs();
      rows.push(
        await compare(runs, { what, peer: "Connect, echo", goal: { of: "cost", limit: 1.3 }, ours, theirs }),
      );
    }
    return rows;
  },
};

/** A session over gRPC. @param wanted what becomes of the first sample */
async function overGrpc(transport: PipelineTransport, wanted: number) {
  const made = new AsyncDisposableStack();
  const router = made.use(new SessionRouter({ transport, graphs: { gain: GAIN } }));
  const server = made.use(await serveGrpc(router, { port: 0 }));
  const client = made.use(new GrpcTransport(server.url));
  const session = made.use(await client.stream("gain"));
  const item = new TransportData({ kind: "audio", sampleRateHz: 48_000, channels: [SAMPLES] });
  return {
    async roundTrip() {
      await session.sendInput(item);
      const { payload } = (await session.recvOutput())!;
      equal(payload.kind === "audio" && payload.channels[0][0].toFixed(3), wanted.toFixed(3));
    },
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  };
}

/** Times round trips one after the other. */
function timed(roundTrip: () => Promise<void>): Run {
  return async () => {
    for (let k = 0; k < FIRST_BLOCKS; k++) await roundTrip();
    const fromMs = performance.now();
    for (let k = 0; k < BLOCKS; k++) await roundTrip();
    return (performance.now() - fromMs) * 1e6 / BLOCKS;
  };
}

/** A stream of a server that sends each message back. */
async function bareEcho() {
  const handler = connectNodeAdapter({
    routes: (routes) =>
      routes.rpc(PipelineService.method.streamPipeline, async function* (requests) {
        for await (const { message } of requests) if (message.case === "item") yield { message };
      }),
  });
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sessionManager = new Http2SessionManager(baseUrl);
  const client = createClient(PipelineService, createGrpcTransport({ baseUrl, sessionManager }));
  const value = { payload: { case: "bytes" as const, value: new Uint8Array(SAMPLES.buffer) } };
  let send = Promise.withResolvers<void>();
  const responses = client.streamPipeline(async function* () {
    for (;;) {
      await send.promise;
      send = Promise.withResolvers();
      yield { message: { case: "item" as const, value } };
    }
  }())[Symbol.asyncIterator]();
  return {
    async roundTrip() {
      send.resolve();
      const { value } = await responses.next();
      equal(value.message.value.payload.value.length, SAMPLES.byteLength);
    },
    [Symbol.asyncDispose]() {
      sessionManager.abort();
      server.close();
      return Promise.resolve();
    },
  };
}
