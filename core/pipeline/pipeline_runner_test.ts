import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { SluiceError } from "../errors.ts";
import type { FrameKind } from "../frames/format.ts";
import { appSource } from "../app/app_source.ts";
import { tapLog } from "../log.ts";
import { Runtime } from "../runtime.ts";
import { nativePackage } from "../registry/fixtures/test_stages.ts";
import { NodeRegistry } from "../registry/node_registry.ts";
import { eachDriver } from "../../tests/fixtures/each_driver.ts";
import { executeOn } from "./execute_session.ts";
import { passing, testRegistry, WORDS } from "./fixtures/node_types.ts";
import { Outbox } from "./outbox.ts";
import { PipelineRunner } from "./pipeline_runner.ts";
import { preparePipeline } from "./prepared_pipeline.ts";
import { sessionSink } from "./session_ends.ts";
import type { StreamSession } from "./transport.ts";
import { TransportData, type TransportPayload } from "./transport_data.ts";

const runner = new PipelineRunner({ registry: testRegistry });

const PAYLOADS: readonly (readonly [FrameKind, TransportPayload])[] = [
  ["audio", { kind: "audio", sampleRateHz: 8000, channels: [Float32Array.of(1, 0.5)], ptsNs: 9, durationNs: 250_000 }],
  ["video", {
    kind: "video",
    pixelFormat: "i420",
    width: 3,
    height: 3,
    ptsNs: 0,
    durationNs: 5,
    planes: [Uint8Array.from({ length: 9 }, (_, at) => at), new Uint8Array(4).fill(1), new Uint8Array(4).fill(2)],
  }],
  ["encoded", {
    kind: "encoded",
    codec: "h264",
    width: 16,
    height: 8,
    bytes: Uint8Array.of(1, 2, 3),
    keyframe: true,
    decodeOnly: true,
    ptsNs: 8,
    dtsNs: 4,
    durationNs: 2,
  }],
  ["packet", { kind: "packet", ptsNs: 3, columns: { t: Float64Array.of(1, 2), n: Uint8Array.of(1, 2) } }],
  ["data", { kind: "data", ptsNs: 7, value: { a: [1] } }],
  ["data", { kind: "text", ptsNs: 0, text: "hello", discontinuity: true }],
  ["data", { kind: "bytes", ptsNs: 0, bytes: Uint8Array.of(1, 2) }],
];

for (const [kind, payload] of PAYLOADS) {
  Deno.test(`PipelineRunner.execute() hands ${payload.kind} through a graph unchanged`, async () => {
    const outputs = await runner.execute(passing(kind), [new TransportData(payload), new TransportData(payload)]);
    deepEqual(outputs.map(({ port, sequence }) => ({ port, sequence })), [
      { port: "out", sequence: 0 },
      { port: "out", sequence: 1 },
    ]);
    for (const output of outputs) deepEqual(output.payload, payload);
  });
}

eachDriver("PipelineRunner runs native stages where there are native lanes", async (native) => {
  const own = new PipelineRunner({ registry: new NodeRegistry([nativePackage]), runtime: { native } });
  const graph = {
    version: 1,
    nodes: { quieter: { type: "native-gain", config: { gainDb: -6 } } },
    inputs: { in: "quieter.audioIn" },
    outputs: { out: "quieter.audioOut" },
  } as const;
  const block = new TransportData({ kind: "audio", sampleRateHz: 8000, channels: [Float32Array.of(1, -1)] });
  const running = own.execute(graph, [block]);
  if (native === "off") return await rejects(running, { code: "NativeUnavailable" });
  const [{ payload }] = await running;
  ok(payload.kind === "audio" && Math.abs(payload.channels[0][0] - 0.501) < 0.001);
});

Deno.test("PipelineRunner.execute() gives items without a time the end of the one before", async () => {
  const block = new TransportData({ kind: "audio", sampleRateHz: 8000, channels: [new Float32Array(8)] });
  const outputs = await runner.execute(passing("audio"), [block, block]);
  deepEqual(outputs.map(({ payload }) => (payload as { ptsNs?: number }).ptsNs), [0, 1_000_000]);
});

Deno.test("a session has several inputs and outputs, and many outputs for one input", async () => {
  await using session = await runner.stream(WORDS);
  deepEqual(session.ports, { inputs: ["text", "other"], outputs: ["words", "lengths", "other"] });
  await session.sendInput(text("one two three", "text"));
  await session.sendInput(text("x", "other"));
  await session.sendInput(new TransportData({ kind: "end" }));
  const outputs = await Array.fromAsync(session);
  const of = (name: string) =>
    outputs.filter(({ port }) => port === name).map(({ payload }) =>
      payload.kind === "text" ? payload.text : (payload as { value: unknown }).value
    );
  deepEqual([of("words"), of("lengths"), of("other")], [["one", "two", "three"], [13], ["x"]]);
  equal(session.isActive, false);
  equal(await session.recvOutput(), undefined);
});

Deno.test("a session ends an input by itself, and goes on with the others", async () => {
  await using session = await runner.stream(WORDS);
  await session.sendInput(new TransportData({ kind: "end" }, { port: "text" }));
  await rejects(session.sendInput(text("a", "text")), {
    code: "Busy",
    port: "text",
    message: 'Cannot send an item to port "text": its end was sent before',
  });
  await session.sendInput(text("y", "other"));
  deepEqual((await session.recvOutput())!.payload, { kind: "text", text: "y", ptsNs: 0 });
});

Deno.test("a session says what is wrong with an item, and goes on", async () => {
  await using session = await runner.stream(WORDS);
  await rejects(session.sendInput(text("a")), {
    code: "PortNotFound",
    message: 'Cannot send an item without a port: the graph exposes no such input; inputs: "text" and "other"',
  });
  await rejects(session.sendInput(text("a", "txt")), {
    code: "PortNotFound",
    message:
      'Cannot send an item to port "txt": the graph exposes no such input (did you mean "text"?); inputs: "text" ' +
      'and "other"',
  });
  await rejects(session.sendInput(audio(8000, "text")), {
    code: "TypeMismatch",
    message: 'Cannot send audio to port "text": wanted data or text or bytes',
  });
  await rejects(session.sendInput(new TransportData({ kind: "text" } as unknown as TransportPayload)), {
    code: "InvalidMessage",
  });
  await session.sendInput(text("z", "other"));
  equal((await session.recvOutput())!.port, "other");
});

Deno.test("a session takes the format of its first item, within what the port takes", async () => {
  await using session = await runner.stream(passing("audio"));
  await rejects(session.sendInput(audio(44_100)), {
    code: "TypeMismatch",
    message: 'Cannot send sampleRateHz 44100 to port "in": wanted 8000 or 16000',
  });
  await session.sendInput(audio(16_000));
  await rejects(session.sendInput(audio(8000)), {
    code: "TypeMismatch",
    message:
      'Cannot send audio 8000 Hz, 1 channel to port "in": its first item was audio 16000 Hz, 1 channel, and so must ' +
      "be those that follow",
  });
  equal(((await session.recvOutput())!.payload as { sampleRateHz?: number }).sampleRateHz, 16_000);
});

Deno.test("a graph that fails tells why by sendInput() and recvOutput()", async () => {
  await using session = await runner.stream(WORDS);
  await session.sendInput(text("fine", "text"));
  equal(((await session.recvOutput())!.payload as { text?: string }).text, "fine");
  await session.recvOutput();
  await session.sendInput(text("boom", "text"));
  await rejects(session.recvOutput(), { code: "NodeFailed", nodeId: "words" });
  equal(session.isActive, false);
  await rejects(session.sendInput(text("more", "text")), { code: "NodeFailed" });
  await rejects(runner.execute(WORDS, [text("boom", "text")]), { code: "NodeFailed" });
});

Deno.test("a sink of a session may wait for its client for longer than callTimeoutMs", async () => {
  const runtime = new Runtime({ mode: "offline", stuckAfterMs: 100, callTimeoutMs: 200 });
  const source = runtime.add(appSource.data<number>());
  const outbox = new Outbox<TransportData>();
  const sink = runtime.add(sessionSink("out", "data", outbox));
  runtime.connectByName(`${source.id}.data`, `${sink.id}.data`);
  await runtime.start();
  await source.push({ value: 1 });
  source.end();
  await new Promise((resolve) => setTimeout(resolve, 600));
  deepEqual((await outbox.take())?.payload, { kind: "data", ptsNs: 0, value: 1 });
  equal((await runtime.finished).outcome, "completed");
});

Deno.test("a session gives what came out of a graph before it failed, and then why it did", async () => {
  for (const chunks of [["one two boom"], ["one", "two", "boom"]]) {
    await using session = await runner.stream(WORDS);
    for (const each of chunks) await session.sendInput(text(each, "text"));
    const outputs: string[] = [];
    const reading = (async () => {
      for await (const { payload } of session) if (payload.kind === "text") outputs.push(payload.text);
    })();
    await rejects(reading, { code: "NodeFailed", nodeId: "words" });
    deepEqual(outputs, ["one", "two"]);
  }
});

Deno.test("a session makes its client wait while nobody reads its outputs", async () => {
  await using session = await runner.stream(passing("data"));
  let sent = 0;
  const sending = (async () => {
    for (; sent < 10_000; sent++) await session.sendInput(new TransportData({ kind: "data", value: sent }));
  })().catch(() => {});
  let before = -1;
  while (before !== sent) {
    before = sent;
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
  ok(sent > 0 && sent < 500, `${sent} items were taken`);
  await session.close();
  await sending;
});

Deno.test("closing a session ends what waits for it, twice is fine, and it takes nothing afterwards", async () => {
  const session = await runner.stream(passing("data"));
  const waiting = session.recvOutput();
  await session.close();
  await session.close();
  equal(await waiting, undefined);
  equal(session.isActive, false);
  await rejects(session.sendInput(text("a")), {
    code: "Busy",
    message: "Cannot send an item: the session was closed",
  });
});

Deno.test("leaving the loop over a session closes it", async () => {
  const session = await runner.stream(passing("data"));
  await session.sendInput(text("a"));
  for await (const data of session) {
    equal(data.port, "out");
    break;
  }
  equal(session.isActive, false);
});

Deno.test("a session's streams carry inputs and outputs", async () => {
  await using session: StreamSession = await runner.stream(passing("data"));
  const [, outputs] = await Promise.all([
    ReadableStream.from([text("a"), text("b")]).pipeTo(session.writable),
    Array.fromAsync(session.readable),
  ]);
  deepEqual(outputs.map(({ sequence }) => sequence), [0, 1]);
});

Deno.test("PipelineRunner.execute() refuses more output than it may give", async () => {
  const small = new PipelineRunner({ registry: testRegistry, maxOutputBytes: 1000 });
  await rejects(small.execute(passing("data"), [text("x".repeat(2000))]), {
    code: "LimitExceeded",
    message:
      "Cannot execute the graph: more than 1000 bytes came out; use a session, whose outputs are read one by one",
  });
});

Deno.test("a live graph drops for a client that reads slowly, and tells it", async () => {
  const graph = { ...passing("data"), mode: "live" } as const;
  await using session = await runner.stream(graph);
  for (let k = 0; k < 500; k++) await session.sendInput(new TransportData({ kind: "data", value: k }));
  await session.sendInput(new TransportData({ kind: "end" }));
  const outputs = await Array.fromAsync(session);
  const values = outputs.map(({ payload }) => (payload as { value: number }).value);
  ok(values.length < 500, `${values.length} items came out`);
  equal(values.at(-1), 499);
  ok(outputs.some(({ payload }) => (payload as { discontinuity?: boolean }).discontinuity === true));
});

Deno.test("PipelineRunner.execute() stops the graph when its signal aborts", async () => {
  const reason = new SluiceError("Timeout", "too late");
  const abort = new AbortController();
  const session = await runner.stream(passing("data"));
  // Its end is held back, so that it would go on for ever.
  const { sendInput } = session;
  session.sendInput = async (data) => {
    if (data.payload.kind === "end") return abort.abort(reason);
    await sendInput.call(session, data);
  };
  await rejects(executeOn(session, [text("a")], Infinity, { signal: abort.signal }), reason);
  equal(session.isActive, false);
  await rejects(runner.execute(passing("data"), [text("a")], { signal: AbortSignal.abort() }), {
    code: "Busy",
    message: "Cannot finish the call: it was aborted",
  });
});

Deno.test({
  name: "a session whose nodes name no lane has no thread of its own",
  ignore: Deno.build.os !== "linux",
  async fn() {
    // Workers by their name: the system's own threads for files come and go.
    const isWorker = ({ name }: Deno.DirEntry) => {
      try {
        return Deno.readTextFileSync(`/proc/self/task/${name}/comm`).startsWith("worker-");
      } catch {
        // It has gone since.
        return false;
      }
    };
    const threads = () => [...Deno.readDirSync("/proc/self/task")].filter(isWorker).length;
    const graph = { version: 1, nodes: { echo: { type: "test-free" } }, inputs: { in: "echo.in" } } as const;
    await using _ = await runner.stream(graph);
    const before = threads();
    const others = await Promise.all(Array.from({ length: 9 }, () => runner.stream(graph)));
    const after = threads();
    for (const other of others) await other.close();
    equal(after, before);
  },
});

Deno.test({
  name: "sessions leave no thread and no open file behind, however they end",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const held = () => ["fd", "task"].map((what) => [...Deno.readDirSync(`/proc/self/${what}`)].length);
    // One session keeps what all of them share.
    await using _ = await runner.stream(passing("data"));
    await runner.prepare(WORDS);
    const before = held();
    for (let round = 0; round < 3; round++) {
      const unread = await runner.stream(passing("data"));
      const sent = unread.sendInput(text("a")).catch(() => {});
      await unread.close();
      await sent;
      const left = await runner.stream(WORDS);
      await left.sendInput(text("a b", "text"));
      for await (const _ of left) break;
      await rejects(runner.execute(WORDS, [text("boom", "text")]));
      await runner.execute(passing("data"), [text("a")]);
    }
    const after = held();
    // The system's own threads for files come and go.
    ok(after.every((count, at) => count < before[at] + 7), `${before} before, ${after} after`);
  },
});

Deno.test("a session sets little memory aside, and its graph may be edited all the same", async () => {
  const { build } = await preparePipeline({ ...passing("audio"), mode: "live" }, testRegistry, {});
  await using runtime = build().runtime;
  await runtime.start();
  const { reservedBytes } = runtime.stats().memory;
  ok(reservedBytes < 8 * 2 ** 20, `${reservedBytes} bytes`);
  for (let k = 0; k < 20; k++) await runtime.addByType("pass-audio");
  await rejects(
    runtime.edit((edit) => {
      for (let k = 0; k < 100; k++) edit.addByType("pass-audio");
    }),
    {
      code: "Busy",
    },
  );
});

Deno.test("PipelineRunner says what is wrong with a graph", async () => {
  await rejects(runner.stream({ version: 1, nodes: { a: { type: "nothing" } } }), { code: "NodeTypeNotFound" });
  await rejects(runner.stream({ version: 1, nodes: {} }), {
    code: "InvalidGraph",
    message: 'Cannot prepare "graph": it exposes no port; name some in its "inputs" and "outputs"',
  });
  await rejects(runner.stream("no/such/graph.json"), { code: "InvalidGraph" });
  await rejects(runner.stream({ ...passing("data"), inputs: { in: "pass.in", again: "pass.in" } }), {
    code: "DestinationOccupied",
  });
});

Deno.test("PipelineRunner gives each session a runtime of its own", async () => {
  const graph = passing("data");
  await using first = await runner.stream(graph);
  await using second = await runner.stream(graph);
  await first.sendInput(text("a"));
  await second.sendInput(text("b"));
  deepEqual([(await second.recvOutput())!.payload, (await first.recvOutput())!.payload], [
    { kind: "text", text: "b", ptsNs: 0 },
    { kind: "text", text: "a", ptsNs: 0 },
  ]);
});

Deno.test("PipelineRunner reads a graph file again once it or a sub-graph of it has changed, and tells", async () => {
  const folder = await Deno.makeTempDir();
  const [path, inner] = [`${folder}/outer.json`, `${folder}/inner.json`];
  const told: string[] = [];
  using taps = new DisposableStack();
  taps.defer(tapLog(({ message }) => message.includes("outer.json") ? void told.push(message) : undefined));
  const write = (at: string, graph: unknown) => Deno.writeTextFile(at, JSON.stringify(graph));
  const exposing = (name: string) => ({
    version: 1,
    nodes: { inner: { graph: "inner.json" } },
    inputs: { [name]: "inner.in" },
    outputs: { out: "inner.out" },
  });
  await write(inner, passing("data"));
  await write(path, exposing("before"));
  await using before = await runner.stream(path);
  const isRead = (name: string) => runner.execute(path, [text("x", name)]).then(({ length }) => length === 1);
  ok(await isRead("before"));
  equal(told.length, 0);

  await write(path, exposing("behind"));
  ok(await isRead("behind"));
  await before.sendInput(text("a", "before"));
  equal((await before.recvOutput())!.port, "out");
  await write(inner, { ...passing("data"), nodes: { pass: { type: "pass-dta" } } });
  await rejects(runner.stream(path), { code: "NodeTypeNotFound" });
  await rejects(runner.stream(path), { code: "NodeTypeNotFound" });
  await write(inner, passing("data"));
  ok(await isRead("behind"));
  await Deno.remove(path);
  await rejects(runner.stream(path), { code: "InvalidGraph", message: /there is no such file/ });
  deepEqual(told.map((each) => each.replace(/^".*?" has changed(: new|, and no).*/, "$1")), [
    ": new",
    ", and no",
    ": new",
    ", and no",
  ]);
  await Deno.remove(folder, { recursive: true });
});

function text(words: string, port?: string): TransportData {
  return new TransportData({ kind: "text", text: words }, { port });
}

function audio(sampleRateHz: number, port?: string): TransportData {
  return new TransportData({ kind: "audio", sampleRateHz, channels: [new Float32Array(4)] }, { port });
}
