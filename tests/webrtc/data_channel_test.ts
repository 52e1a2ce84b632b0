/** Data channels of publishers and players, in Chromium. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { serveWebrtc } from "../../transports/webrtc/mod.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { until } from "../fixtures/waiting.ts";
import { rare } from "../fixtures/rare.ts";
import { openPage, pageTest } from "../web/chromium.ts";
import { openChannel } from "./fixtures/channel.ts";

const COUNT = 200;

const test = noRustPlugin("webrtc") === undefined ? pageTest : () => {};

test("messages of a publisher's channel come in order, and one that no slot holds is counted and flagged", async () => {
  await using runtime = new Runtime({ native: "require", mode: "live" });
  const source = runtime.add(nodes.webrtcSource({ address: "127.0.0.1" }));
  const values = runtime.add(appSink.data<string | Uint8Array>());
  runtime.connect(source.outputs.data, values.inputs.data, { policy: "lossless" });
  await using server = serveWebrtc(runtime, { port: 0 });
  await runtime.start();
  await using open = await openPage();
  await open.page.goto(`${server.url}/`);
  const channel = await openChannel(open.page, `/whip/${source.id}`);
  await channel.send(COUNT, 300, 20_000);
  const numbers: number[] = [];
  const jumps: number[] = [];
  for await (const { value, discontinuity } of values) {
    const number = typeof value === "string" ? Number(value.split(" ")[0]) : value[0] + 256 * value[1];
    equal(typeof value === "string", number % 2 === 1, `${number} is ${typeof value}`);
    if (typeof value === "string") equal(value, `${number} é\u{1f3a5}`);
    else ok(value.subarray(2).every((byte) => byte === number % 251), `bytes of ${number}`);
    numbers.push(number);
    if (discontinuity) jumps.push(number);
    if (number === COUNT - 1) break;
  }
  // The one in the middle is longer than a slot.
  const wanted = Array.from({ length: COUNT }, (_, k) => k).filter((k) => k !== COUNT / 2);
  deepEqual(numbers, wanted);
  deepEqual(jumps, [0, COUNT / 2 + 1]);
  await counted(runtime, source.id, COUNT, 1);
});

test("a player with a channel gets the values of a graph, and what has no JSON is counted", async () => {
  const pools = { data: { slotBytes: 400_000 } };
  await using runtime = new Runtime({ native: "require", mode: "live", pools });
  const sink = runtime.add(nodes.webrtcSink({ address: "127.0.0.1" }));
  const values = runtime.add(appSource.data());
  runtime.connect(values.outputs.data, sink.inputs.data, { policy: "lossless" });
  await using server = serveWebrtc(runtime, { port: 0 });
  await runtime.start();
  await using open = await openPage();
  await open.page.goto(`${server.url}/`);
  const channel = await openChannel(open.page, `/whep/${sink.id}`);
  await values.push({ value: new Map([[1, 2]]) });
  await values.push({ value: new Uint8Array(300_000) });
  for (let k = 0; k < COUNT; k++) await values.push({ value: k });
  await values.push({ value: "é" });
  await values.push({ value: Uint8Array.of(1, 2, 255) });
  await values.push({ value: { at: [1.5, null], name: "a\nb" } });
  const wanted = [
    ...Array.from({ length: COUNT }, (_, k) => String(k)),
    "é",
    [1, 2, 255],
    JSON.stringify({ at: [1.5, null], name: "a\nb" }),
  ];
  deepEqual(await channel.received(wanted.length), wanted);
  await counted(runtime, sink.id, COUNT + 3, 2);
});

rare(test)("messages that find 1 MiB waiting for the graph are counted, and the next is flagged", async () => {
  const pools = { data: { slotBytes: 100_000 } };
  await using runtime = new Runtime({ native: "require", mode: "live", pools });
  const source = runtime.add(nodes.webrtcSource({ address: "127.0.0.1" }));
  const values = runtime.add(appSink.data<string | Uint8Array>());
  runtime.connect(source.outputs.data, values.inputs.data, { policy: "lossless" });
  await using server = serveWebrtc(runtime, { port: 0 });
  await runtime.start();
  await using open = await openPage();
  await open.page.goto(`${server.url}/`);
  const channel = await openChannel(open.page, `/whip/${source.id}`);
  // Nobody reads yet.
  await channel.send(COUNT, 60_000);
  const numbers: number[] = [];
  const jumps: number[] = [];
  const lost = () => figuresOf(runtime, source.id).messagesLost;
  const reading = (async () => {
    for await (const { value, discontinuity } of values) {
      const number = typeof value === "string" ? Number(value.split(" ")[0]) : value[0] + 256 * value[1];
      if (discontinuity && numbers.length > 0) jumps.push(number);
      equal(discontinuity, numbers.length === 0 || number !== numbers.at(-1)! + 1, `${number} after ${numbers.at(-1)}`);
      numbers.push(number);
    }
  })();
  await until(() => numbers.length + lost() === COUNT, () => `${numbers.length} and ${lost()}`);
  await runtime.stop();
  await reading;
  ok(numbers.length < COUNT, `all came, with gaps before ${jumps}`);
});

rare(test)("what finds 1 MiB waiting for a player is left out and counted, and what is sent comes whole", async () => {
  const pools = { data: { slotBytes: 300_000 } };
  await using runtime = new Runtime({ native: "require", mode: "live", pools });
  const sink = runtime.add(nodes.webrtcSink({ address: "127.0.0.1" }));
  const values = runtime.add(appSource.data());
  runtime.connect(values.outputs.data, sink.inputs.data, { policy: "lossless" });
  await using server = serveWebrtc(runtime, { port: 0 });
  await runtime.start();
  await using open = await openPage();
  await open.page.goto(`${server.url}/`);
  const channel = await openChannel(open.page, `/whep/${sink.id}`);
  for (let k = 0; k < 40; k++) await values.push({ value: `${k} ${"x".repeat(200_000)}` });
  const figures = () => figuresOf(runtime, sink.id);
  await until(() => figures().messages + figures().messagesLost === 40, () => JSON.stringify(figures()));
  ok(figures().messagesLost > 0);
  const received = await channel.received(figures().messages) as readonly string[];
  const numbers = received.map((text) => Number(text.split(" ")[0]));
  deepEqual(received.map(({ length }) => length), numbers.map((number) => `${number} `.length + 200_000));
  deepEqual(numbers, numbers.toSorted((a, b) => a - b));
});

/** Waits until a node's figures, which are read now and then, count so many messages. */
async function counted(runtime: Runtime, id: string, messages: number, lost: number): Promise<void> {
  const figures = () => figuresOf(runtime, id);
  await until(() => figures().messages >= messages, () => JSON.stringify(figures()));
  deepEqual([figures().messages, figures().messagesLost], [messages, lost]);
}

function figuresOf(runtime: Runtime, id: string): Readonly<Record<string, number>> {
  return runtime.stats().nodes.find((node) => node.id === id)!.figures!;
}
