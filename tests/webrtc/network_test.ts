/** A `webrtc-sink` whose network is bad. */
import { ok } from "node:assert/strict";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { serveWebrtc } from "../../transports/webrtc/mod.ts";
import { freePort } from "../cli/command_line.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { rare } from "../fixtures/rare.ts";
import { sleep } from "../fixtures/waiting.ts";
import { openPage, pageTest } from "../web/chromium.ts";
import { play } from "./fixtures/page.ts";
import { type Deal, openRelay, Throttle } from "./fixtures/relay.ts";

const test = rare(noRustPlugin("webrtc") === undefined ? pageTest : () => {});

/** The address by which this machine reaches others, which nodes have by default. */
const ADDRESS = Deno.networkInterfaces().find(({ family, address }) => family === "IPv4" && !address.startsWith("127."))
  ?.address ?? "127.0.0.1";

/** A graph with one player behind a relay. */
async function watched(deal: Deal, body: (world: World) => Promise<void>): Promise<void> {
  await using runtime = new Runtime({ native: "require", mode: "live" });
  const port = freePort();
  const sink = runtime.add(nodes.webrtcSink({ address: ADDRESS, port, maxBitRate: 3_000_000 }), { id: "sink" });
  const pattern = runtime.add(nodes.patternSource({ width: 640, height: 360, pattern: "zone-plate" }));
  const encoder = runtime.add(nodes.h264Encode({ bitRate: 2_000_000 }), { id: "encoder" });
  const convert = runtime.add(nodes.convert());
  runtime.connect(pattern.outputs.video, convert.inputs.videoIn);
  runtime.connect(convert.outputs.videoOut, encoder.inputs.video);
  runtime.connect(encoder.outputs.encoded, sink.inputs.video);
  const sound = runtime.add(nodes.opusEncode());
  runtime.connect(runtime.add(nodes.toneSource({ frequencyHz: 1_000 })).outputs.audio, sound.inputs.audio);
  runtime.connect(sound.outputs.encoded, sink.inputs.audio);
  await using server = serveWebrtc(runtime, { port: 0 });
  await runtime.start();
  using relay = await openRelay(ADDRESS, port, deal);
  await using open = await openPage();
  await open.page.goto(`${server.url}/`);
  const figures = () => runtime.stats().nodes.find(({ id }) => id === "sink")!.figures!;
  const bitRate = () => Number(runtime.graph().nodes.encoder.config?.bitRate);
  await body({ figures, bitRate, relay, play: (seconds) => play(open.page, "/whep/sink", seconds, relay.port) });
}

interface World {
  readonly figures: () => Readonly<Record<string, number>>;
  readonly bitRate: () => number;
  readonly relay: { deal: Deal };
  readonly play: (seconds: number) => ReturnType<typeof play>;
}

test("for a minute each picture comes whole, and in order", () =>
  watched((bytes) => [bytes], async (world) => {
    const { codes, received, toneHz } = await world.play(60);
    const read = codes.filter((code) => code >= 0);
    ok(read.every((code, k) => k === 0 || code > read[k - 1]), `in order: ${codes}`);
    const span = read.at(-1)! - read[0] + 1;
    ok(span > 1_500 && received >= span, `${received} received, of ${span} at least`);
    ok(Math.abs(toneHz - 1_000) < 10, `${toneHz} Hz`);
  }));

test("with 5 % of the packets lost, what is lost is sent again, and pictures come in order", () => {
  let count = 0;
  const deal: Deal = (bytes) => count++ % 20 === 19 ? [] : [bytes];
  return watched(deal, async (world) => {
    const { codes, received } = await world.play(6);
    const read = codes.filter((code) => code >= 0);
    ok(read.every((code, k) => k === 0 || code > read[k - 1]), `in order: ${codes}`);
    ok(received > 0.9 * (read.at(-1)! - read[0] + 1), `${received} received: ${codes}`);
    ok(world.figures().nacks > 10, JSON.stringify(world.figures()));
  });
});

test("an encoder comes down to what a way of 500 kbit/s carries in 5 s, and up again when the way is wide", () => {
  const throttle = new Throttle(500_000);
  const deal: Deal = (bytes, toPeer) => !toPeer || throttle.takes(bytes) ? [bytes] : [];
  return watched(deal, async (world) => {
    const played = world.play(45);
    played.catch(() => {});
    while (world.figures().peers === 0) await sleep(20);
    const is = async (holds: (bitRate: number) => boolean, withinMs: number) => {
      const endMs = performance.now() + withinMs;
      while (!holds(world.bitRate())) {
        ok(performance.now() < endMs, `${world.bitRate()} bit/s ${JSON.stringify(world.figures())}`);
        await sleep(50);
      }
    };
    await is((bitRate) => bitRate <= 500_000, 5_000);
    await sleep(10_000);
    world.relay.deal = (bytes) => [bytes];
    await is((bitRate) => bitRate > 1_500_000, 20_000);
  });
});

test("an encoder has its own bit rate again when the player with the narrow way has gone", () => {
  const throttle = new Throttle(500_000);
  const deal: Deal = (bytes, toPeer) => !toPeer || throttle.takes(bytes) ? [bytes] : [];
  return watched(deal, async (world) => {
    const played = world.play(8);
    played.catch(() => {});
    const endMs = performance.now() + 30_000;
    for (const holds of [(bits: number) => bits < 1_000_000, (bits: number) => bits === 2_000_000]) {
      while (!holds(world.bitRate())) {
        ok(performance.now() < endMs, `${world.bitRate()} bit/s ${JSON.stringify(world.figures())}`);
        await sleep(20);
      }
    }
    await played;
    ok(world.figures().peers === 0, "the player has gone");
  });
});

test("10,000 datagrams that are changed, cut, made up and sent twice end no connection", () => {
  let seed = 1;
  const random = (below: number) => (seed = Math.imul(seed, 1_103_515_245) + 12_345 & 0x7fffffff) % below;
  let sent = 0;
  let isBad = false;
  const change = (bytes: Uint8Array) => {
    sent++;
    const changed = random(4) === 0
      ? Uint8Array.from({ length: 1 + random(1_400) }, () => random(256))
      : bytes.slice(0, random(8) === 0 ? random(bytes.length) + 1 : bytes.length);
    for (let k = random(4); k >= 0; k--) changed[random(changed.length)] = random(256);
    return changed;
  };
  // Before the connection is there nothing can tell a changed datagram from a good one.
  const deal: Deal = (bytes, toPeer) =>
    toPeer || !isBad ? [bytes] : [bytes, bytes, ...Array.from({ length: 80 }, () => change(bytes))];
  return watched(deal, async (world) => {
    const played = world.play(8);
    played.catch(() => {});
    while (world.figures().peers === 0) await sleep(20);
    isBad = true;
    const { codes } = await played;
    const read = codes.filter((code) => code >= 0);
    ok(sent >= 10_000, `${sent} datagrams`);
    ok(read.length > 60, `among ${sent} datagrams: ${codes}`);
  });
});
