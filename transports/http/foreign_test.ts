/** Clients that are none of ours: what they get is what `PipelineRunner.execute()` gives, sample for sample. */
import { deepEqual, equal } from "node:assert/strict";
import { binaryFormat } from "../../core/pipeline/binary_format.ts";
import { SessionRouter } from "../../core/pipeline/session_router.ts";
import { callByPythonSocket, findPython } from "../fixtures/foreign_clients.ts";
import { BLOCK, BLOCKS, HALL, RATE, samplesOf, SPEECH, speechInHall } from "../fixtures/hall.ts";
import { serveHttp } from "./server.ts";
import { FRAMES_TYPE, joinFrames, splitFrames } from "./wire.ts";

const python = await findPython("websockets");

Deno.test("curl gets the samples of execute(): by POST in JSON and in frames, and as events of a session", async () => {
  await using at = await serving();
  const inputs = at.blocks.map((samples) => ({
    port: "voice",
    kind: "audio",
    sampleRateHz: RATE,
    channels: [[...samples]],
  }));
  const json = ["-H", "Content-Type: application/json"];
  const post = (path: string, body: object) => curl(at.url + path, JSON.stringify(body), ...json);
  const { outputs } = JSON.parse(text(await post("/v1/execute", { graph: "hall", inputs })));
  deepEqual(outputs.flatMap(samplesOfJson), at.wanted);
  const format = binaryFormat();
  const frames = joinFrames([new TextEncoder().encode('"hall"'), ...at.items.map((each) => format.serialize(each))]);
  const answer = splitFrames(await curl(`${at.url}/v1/execute`, frames, "-H", `Content-Type: ${FRAMES_TYPE}`));
  deepEqual(samplesOf(answer.map((each) => format.deserialize(each))), at.wanted);
  const { sessionId } = JSON.parse(text(await post("/v1/sessions", { graph: "hall" })));
  const path = `/v1/sessions/${sessionId}`;
  const events = curl(`${at.url}${path}/output`, undefined, "-N");
  for (const each of [inputs.slice(0, 20), inputs.slice(20)]) await post(`${path}/input`, { inputs: each });
  await post(`${path}/input`, { inputs: [{ kind: "end" }] });
  const data = [...text(await events).matchAll(/^id: \d+\ndata: (.*)$/gm)].map(([, line]) => JSON.parse(line));
  deepEqual(data.flatMap(samplesOfJson), at.wanted);
});

Deno.test({
  name: "the client in Python of docs/transports/http.md gets the samples of execute()",
  ignore: python === undefined,
  async fn() {
    await using at = await serving();
    const file = { path: SPEECH.pathname, frames: BLOCK * BLOCKS };
    deepEqual(await callByPythonSocket(python!, { url: at.url, graph: "hall", port: "voice", ...file }), at.wanted);
  },
});

/** A server of a reverb and a gain, blocks of speech, and what these become. */
async function serving() {
  const { runner, ...speech } = await speechInHall();
  const router = new SessionRouter({ transport: runner, graphs: { hall: HALL } });
  const server = serveHttp(router, { port: 0 });
  return {
    url: server.url,
    ...speech,
    async [Symbol.asyncDispose]() {
      await server.close();
      await router[Symbol.asyncDispose]();
    },
  };
}

/** What curl prints. */
async function curl(url: string, body?: string | Uint8Array, ...args: string[]): Promise<Uint8Array> {
  const posting = body === undefined ? [] : ["--data-binary", "@-"];
  const child = new Deno.Command("curl", {
    args: ["-sf", ...args, ...posting, url],
    stdin: body === undefined ? "null" : "piped",
    stdout: "piped",
  }).spawn();
  if (body !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(typeof body === "string" ? new TextEncoder().encode(body) : body);
    await writer.close();
  }
  const { stdout, code } = await child.output();
  equal(code, 0, url);
  return stdout;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function samplesOfJson({ channels }: { readonly channels: readonly string[] }): number[] {
  return [...new Float32Array(Uint8Array.fromBase64(channels[0]).buffer)];
}
