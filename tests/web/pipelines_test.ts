/** Pages that call pipelines: the example with a microphone, the client from another origin, and an EventSource. */
import assert from "node:assert/strict";
import { type Browser, chromium, type Page } from "playwright-core";
import { nodePackage, NodeRegistry } from "../../mod.ts";
import { binaryFormat, PipelineRunner, SessionRouter, TransportData, type TransportPayload } from "../../pipelines.ts";
import { CHROMIUM_ARGS, findChromium } from "../../tools/chromium.ts";
import { ROOT } from "../../tools/root.ts";
import { pem } from "../../transports/fixtures/pem.ts";
import { serveGrpc } from "../../transports/grpc/mod.ts";
import { serveHttp } from "../../transports/http/mod.ts";
import { eventually, pageTest } from "./chromium.ts";

/** A microphone that beeps each second, and that every page may use. */
const MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

/** Blocks that come back before the call is looked at: two beeps. */
const BLOCKS = 100;

const QUIETER = {
  version: 1,
  nodes: { quieter: { type: "gain", config: { gainDb: -6 } } },
  inputs: { voice: "quieter.audioIn" },
  outputs: { voice: "quieter.audioOut" },
} as const;

pageTest("examples/browser-call gives a microphone back through its graph, sample for sample", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `${ROOT}examples/browser-call/main.ts`, "0"],
    stdout: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  try {
    const address = /http:\S+/.exec((await lines.read()).value ?? "")?.[0];
    await using opened = await openPage();
    const { page, sent, received } = opened;
    await page.goto(address!);
    await page.getByRole("button", { name: "Call" }).click();
    const count = () => page.locator("#received").innerText().then((text) => parseInt(text));
    await eventually(async () => assert.ok(await count() >= BLOCKS, await page.locator("#fault").innerText()));
    await page.getByRole("button", { name: "Hang up" }).click();
    await page.getByRole("button", { name: "Call" }).waitFor();
    assert.equal(await page.locator("#fault").innerText(), "");
    assert.match(await page.locator("#decibels").innerText(), /^-\d+\.\d dB$/);
    const format = binaryFormat();
    const voice = received.map((each) => format.deserialize(each)).filter(({ port }) => port === "voice");
    assert.ok(voice.length >= BLOCKS && Math.max(...samplesOf(voice)) > 0.01);
    const runner = new PipelineRunner({ registry: new NodeRegistry([nodePackage]) });
    const again = await runner.execute(
      `${ROOT}examples/browser-call/voice.json`,
      sent.map((each) => format.deserialize(each)),
    );
    const wanted = samplesOf(again.filter(({ port }) => port === "voice"));
    const samples = samplesOf(voice);
    assert.deepEqual(samples, wanted.slice(0, samples.length));
    assert.deepEqual(opened.faults, []);
  } finally {
    child.kill("SIGINT");
    await lines.cancel();
    await child.status;
  }
});

pageTest("a page of a listed origin calls with the server's client, and reads events with EventSource", async () => {
  const runner = new PipelineRunner({ registry: new NodeRegistry([nodePackage]) });
  await using router = new SessionRouter({ transport: runner, graphs: { quieter: QUIETER } });
  await using site = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("<!doctype html><title>A page</title>", { headers: { "content-type": "text/html" } }),
  );
  const origin = `http://127.0.0.1:${site.addr.port}`;
  await using open = serveHttp(router, { port: 0, origins: [origin] });
  const token = "a-token-of-sixteen-or-more";
  await using guarded = serveHttp(router, { port: 0, origins: [origin], token });
  const blocks = Array.from({ length: 20 }, (_, block) => Array.from({ length: 64 }, (_, k) => Math.sin(block + k)));
  const audio = (samples: readonly number[]): TransportPayload => ({
    kind: "audio",
    sampleRateHz: 8_000,
    channels: [Float32Array.from(samples)],
  });
  const wanted = samplesOf(await runner.execute(QUIETER, blocks.map((each) => new TransportData(audio(each)))));
  await using opened = await openPage();
  const { page } = opened;
  await page.goto(origin);
  const called = await page.evaluate(async ([url, token, blocks]) => {
    const { TransportData, WebSocketTransport } = await import(`${url}/client.js`);
    const session = await new WebSocketTransport(url, { token }).stream("quieter");
    const payloads = blocks.map((each) =>
      new TransportData({ kind: "audio", sampleRateHz: 8_000, channels: [Float32Array.from(each)] })
    );
    const sending = (async () => {
      for (const each of payloads) await session.sendInput(each);
      await session.sendInput(new TransportData({ kind: "end" }));
    })();
    const streamed: number[] = [];
    for await (const { payload } of session) streamed.push(...payload.channels[0]);
    await sending;
    const wrong = await new WebSocketTransport(url, { token: `${token}x` }).stream("quieter").catch((error: unknown) =>
      error
    );
    return { streamed, wrong: [wrong.code, wrong.message] };
  }, [guarded.url, token, blocks] as const);
  assert.deepEqual(called, { streamed: wanted, wrong: ["AccessDenied", "Cannot answer: the token is wrong"] });
  const events = await page.evaluate(async ([url, blocks]) => {
    const post = async (path: string, body: object) => {
      const headers = { "content-type": "application/json" };
      const answer = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
      return await answer.json();
    };
    const { sessionId } = await post("/v1/sessions", { graph: "quieter" });
    const source = new EventSource(`${url}/v1/sessions/${sessionId}/output`);
    const heard: string[] = [];
    const end = new Promise((resolve) => source.addEventListener("end", resolve));
    source.onmessage = ({ data }) => heard.push(data);
    const inputs = blocks.map((each) => ({ kind: "audio", sampleRateHz: 8_000, channels: [each] }));
    await post(`/v1/sessions/${sessionId}/input`, { inputs: [...inputs, { kind: "end" }] });
    await end;
    // Its next try is answered so that it gives up.
    await new Promise<void>((resolve) => source.onerror = () => source.readyState === EventSource.CLOSED && resolve());
    return heard;
  }, [open.url, blocks] as const);
  const floats = events.flatMap((event) => {
    const bytes = Uint8Array.fromBase64(JSON.parse(event).channels[0]);
    return [...new Float32Array(bytes.buffer)];
  });
  assert.deepEqual(floats, wanted);
  assert.deepEqual(opened.faults, []);
});

pageTest("a page of a listed origin calls by Connect on gRPC's port, and one of another origin does not", async () => {
  const runner = new PipelineRunner({ registry: new NodeRegistry([nodePackage]) });
  await using router = new SessionRouter({ transport: runner, graphs: { quieter: QUIETER } });
  const page = () => new Response("<!doctype html><title>A page</title>", { headers: { "content-type": "text/html" } });
  await using listed = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, page);
  await using other = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, page);
  const token = "a-token-of-sixteen-or-more";
  const tls = { cert: pem("server.pem"), key: pem("server.key") };
  const origins = [`http://127.0.0.1:${listed.addr.port}`];
  await using server = await serveGrpc(router, { port: 0, origins, token, tls });
  const samples = Float32Array.of(0.5, 1);
  const outputs = await runner.execute(QUIETER, [
    new TransportData({ kind: "audio", sampleRateHz: 8_000, channels: [samples] }),
  ]);
  const wanted = new Uint8Array(Float32Array.from(samplesOf(outputs)).buffer).toBase64();
  await using opened = await openPage();
  const call = async (port: number) => {
    await opened.page.goto(`http://127.0.0.1:${port}`);
    return await opened.page.evaluate(async ([url, token, channel]) => {
      const body = {
        graph: { name: "quieter" },
        inputs: [{ audio: { sampleRateHz: 8_000, channels: [channel] } }],
      };
      const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
      const init = { method: "POST", headers, body: JSON.stringify(body) };
      try {
        const answer = await fetch(`${url}/sluice.v1.PipelineService/ExecutePipeline`, init);
        return (await answer.json()).outputs[0].audio.channels[0] as string;
      } catch (error) {
        return (error as Error).name;
      }
    }, [server.url, token, new Uint8Array(samples.buffer).toBase64()] as const);
  };
  assert.equal(await call(listed.addr.port), wanted);
  assert.equal(await call(other.addr.port), "TypeError");
});

/** A page, with what went over its WebSockets. */
async function openPage() {
  const executablePath = await findChromium();
  const browser: Browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGS, ...MICROPHONE] });
  const page: Page = await browser.newPage({ viewport: { width: 900, height: 700 }, ignoreHTTPSErrors: true });
  const [faults, sent, received]: [string[], Uint8Array[], Uint8Array[]] = [[], [], []];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("websocket", (socket) => {
    socket.on("framesent", ({ payload }) => typeof payload !== "string" && sent.push(Uint8Array.from(payload)));
    socket.on("framereceived", ({ payload }) => typeof payload !== "string" && received.push(Uint8Array.from(payload)));
  });
  return { page, faults, sent, received, [Symbol.asyncDispose]: () => browser.close() };
}

/** All samples of the first channel. */
function samplesOf(items: readonly TransportData[]): number[] {
  return items.flatMap(({ payload }) => payload.kind === "audio" ? [...payload.channels[0]] : []);
}
