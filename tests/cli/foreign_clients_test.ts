/**
 * Clients of other makers get from `sluice serve`, sample for sample, what `sluice run` makes of the same recording with the
 * graph of the demo.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import grpc from "@grpc/grpc-js";
import {
  audioRequest,
  callByPythonGrpc,
  callByPythonSocket,
  findPython,
  graphRequest,
  samplesOfResponses,
  streamByGrpcJs,
} from "../../transports/fixtures/foreign_clients.ts";
import { freePort, ROOT, sluice, spawn, temporaryFolder } from "./command_line.ts";

const SPEECH = `${ROOT}examples/speech.wav`;
const HEAD_BYTES = 44;
const RATE = 48_000;
const BLOCK = 960;

const pythonGrpc = await findPython("grpc, google.protobuf", "protoc");
const pythonSocket = await findPython("websockets");

Deno.test("speech through the demo's graph by grpc-js, grpcio and websockets is what sluice run makes of it", async () => {
  await using folder = await temporaryFolder();
  const { path: cwd } = folder;
  const demo = JSON.parse(await Deno.readTextFile(`${ROOT}examples/demo.json`));
  const out = `${cwd}/run.wav`;
  const run = await sluice([
    "run",
    "-q",
    "examples/demo.json",
    "--set",
    `file.path=${out}`,
    "--set",
    "file.format=f32",
  ]);
  equal(run.code, 0, run.stderr);
  const wanted = samplesOfWav(await Deno.readFile(out));
  ok(wanted.length > 5 * RATE && wanted.some((each) => Math.abs(each) > 0.1));

  await Deno.mkdir(`${cwd}/graphs`);
  await Deno.writeTextFile(`${cwd}/graphs/demo.json`, JSON.stringify(exposed(demo)));
  const ports = [freePort(), freePort()];
  const args = ["serve", "--pipelines", "graphs", "--http", `${ports[0]}`, "--grpc", `${ports[1]}`, "--json"];
  const server = spawn(args, { cwd });
  const lines = server.stdout.getReader();
  try {
    // Its address, once it serves.
    await lines.read();
    const http = `http://127.0.0.1:${ports[0]}`;
    const address = `127.0.0.1:${ports[1]}`;
    const speech = new Int16Array((await Deno.readFile(SPEECH)).slice(HEAD_BYTES).buffer);
    const samples = Float32Array.from(speech, (each) => each / 32768);
    const requests = [graphRequest("demo")];
    for (let at = 0; at < samples.length; at += BLOCK) {
      requests.push(audioRequest("voice", RATE, samples.slice(at, at + BLOCK)));
    }
    const client = new grpc.Client(address, grpc.credentials.createInsecure());
    const { responses, status } = await streamByGrpcJs(client, requests);
    client.close();
    equal(status.code, grpc.status.OK, status.details);
    deepEqual(samplesOfResponses(responses), wanted);
    if (pythonGrpc !== undefined) deepEqual(await callByPythonGrpc(pythonGrpc, address, "demo", SPEECH), wanted);
    if (pythonSocket !== undefined) {
      const file = { path: SPEECH, frames: samples.length };
      deepEqual(await callByPythonSocket(pythonSocket, { url: http, graph: "demo", port: "voice", ...file }), wanted);
    }
  } finally {
    server.kill("SIGINT");
    await lines.cancel();
    await server.stderr.cancel();
    await server.status;
  }
});

/** The graph with ports in place of the nodes that read and write files. */
function exposed(graph: { nodes: Record<string, unknown>; links: { from: string; to: string }[] }): object {
  const { speech: _speech, file: _file, ...nodes } = graph.nodes;
  const links = graph.links.filter(({ from, to }) => !from.startsWith("speech.") && !to.startsWith("file."));
  const behind = (node: string) => graph.links.find(({ from }) => from.startsWith(`${node}.`))!.to;
  const before = graph.links.find(({ to }) => to.startsWith("file."))!.from;
  const { $schema: _schema, ...rest } = graph as typeof graph & { $schema?: string };
  return { ...rest, nodes, links, inputs: { voice: behind("speech") }, outputs: { sound: before } };
}

/** The samples of a file of one channel with 32-bit floats. */
function samplesOfWav(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer);
  for (let at = 12;;) {
    const [name, length] = [new TextDecoder().decode(bytes.subarray(at, at + 4)), view.getUint32(at + 4, true)];
    if (name === "data") return [...new Float32Array(bytes.slice(at + 8, at + 8 + length).buffer)];
    at += 8 + length + length % 2;
  }
}
