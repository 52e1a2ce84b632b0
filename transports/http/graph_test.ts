/** A graph that is called over HTTP gives what it gives in its own process, sample for sample. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { GraphPolicy } from "../../core/pipeline/graph_policy.ts";
import { PipelineRunner } from "../../core/pipeline/pipeline_runner.ts";
import { SessionRouter } from "../../core/pipeline/session_router.ts";
import { TransportData } from "../../core/pipeline/transport_data.ts";
import { nodePackage } from "../../sluice.gen.ts";
import { until } from "../fixtures/text_items.ts";
import { served } from "./fixtures/served.ts";
import { serveHttp } from "./server.ts";
import { WebSocketTransport } from "./web_socket_transport.ts";

/** Samples of a block, and how many blocks there are. */
const BLOCK = 320;
const BLOCKS = 50;

const quieter = {
  version: 1,
  nodes: { quieter: { type: "gain", config: { gainDb: -6 } } },
  inputs: { voice: "quieter.audioIn" },
  outputs: { voice: "quieter.audioOut" },
} as const;

const blocks = Array.from({ length: BLOCKS }, (_, block) => {
  const samples = Float32Array.from({ length: BLOCK }, (_, k) => Math.sin((block * BLOCK + k) / 7) * 0.9);
  return new TransportData({ kind: "audio", sampleRateHz: 16_000, channels: [samples] }, { port: "voice" });
});

Deno.test("a graph gives the same samples by execute(), over POST and over a WebSocket; no session stays", async () => {
  const runner = new PipelineRunner({ registry: new NodeRegistry([nodePackage]) });
  await using router = new SessionRouter({ transport: runner, graphs: { quieter } });
  await using server = serveHttp(router, { port: 0 });
  const client = new WebSocketTransport(server.url);
  const wanted = samplesOf(await runner.execute(quieter, blocks));
  equal(wanted.length, BLOCK * BLOCKS);
  ok(Math.abs(wanted[100] / Math.fround(Math.sin(100 / 7) * 0.9) - 10 ** (-6 / 20)) < 1e-6);
  deepEqual(samplesOf(await client.execute("quieter", blocks)), wanted);
  const session = await client.stream("quieter");
  const sending = (async () => {
    for (const each of blocks) await session.sendInput(each);
    await session.sendInput(new TransportData({ kind: "end" }));
  })();
  const streamed: TransportData[] = [];
  for await (const each of session) streamed.push(each);
  await sending;
  deepEqual(samplesOf(streamed), wanted);
  await until(() => router.figures().open === 0 && server.connections === 0);
  deepEqual(router.figures().ended, { closed: 2, failed: 0, idle: 0, limit: 0, drained: 0 });
});

Deno.test("a graph that a client brings along over HTTP runs if the policy names its nodes, else is answered 403 or 413", async () => {
  const registry = new NodeRegistry([nodePackage]);
  const { admit } = new GraphPolicy({ registry, nodes: ["gain", "wav-source"], limits: { nodes: 1 } });
  await using at = served({}, { transport: new PipelineRunner({ registry }), graphs: {}, admit });
  const client = new WebSocketTransport(at.server.url);
  const [{ payload }] = await client.execute(quieter, blocks.slice(0, 1));
  ok(payload.kind === "audio" && payload.channels[0].length === BLOCK);
  const refused = async (nodes: object) => {
    const answer = await at.post("/v1/execute", { graph: { version: 1, nodes }, inputs: [] });
    const { error: { code, fields: { nodeId, key } } } = await answer.json();
    return [answer.status, code, nodeId, key];
  };
  const file = { type: "wav-source", config: { path: "../a.wav" } };
  deepEqual(await refused({ file }), [403, "AccessDenied", "file", "path"]);
  deepEqual(await refused({ a: { type: "gain" }, b: { type: "gain" } }), [413, "LimitExceeded", undefined, "nodes"]);
});

/** All samples of the first channel. */
function samplesOf(items: readonly TransportData[]): number[] {
  return items.flatMap(({ payload }) => payload.kind === "audio" ? [...payload.channels[0]] : []);
}
