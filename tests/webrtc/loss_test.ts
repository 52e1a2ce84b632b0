/** What nodes and peers do about lost packets: they ask for them again, and for a key frame where they do not come. */
import { equal, ok } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { serveWebrtc } from "../../transports/webrtc/mod.ts";
import { freePort } from "../cli/command_line.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { rare } from "../fixtures/rare.ts";
import { until } from "../fixtures/waiting.ts";
import { openPage, pageTest } from "../web/chromium.ts";
import { play, publish } from "./fixtures/page.ts";
import { type Deal, openRelay } from "./fixtures/relay.ts";

const test = rare(noRustPlugin("webrtc") === undefined ? pageTest : () => {});

/** The address by which this machine reaches others, which nodes have by default. */
const ADDRESS = Deno.networkInterfaces().find(({ family, address }) => family === "IPv4" && !address.startsWith("127."))
  ?.address ?? "127.0.0.1";

/** What a publisher's node has given and counted, behind a relay that loses 5 % of what the publisher sends. */
interface Published {
  readonly figures: Figures;
  readonly pictures: number;
  /** Pictures before which some are missing, but the first. */
  readonly jumps: number;
}

type Figures = Readonly<Record<string, number>>;

async function published(latencyMs: number, isEnough: (so: Published) => boolean): Promise<Published> {
  await using runtime = new Runtime({ native: "require", mode: "live" });
  const port = freePort();
  const source = runtime.add(nodes.webrtcSource({ address: ADDRESS, port, latencyMs }), { id: "source" });
  const sink = runtime.add(appSink.encoded());
  runtime.connect(source.outputs.video, sink.inputs.encoded, { policy: "lossless" });
  await using server = serveWebrtc(runtime, { port: 0 });
  await runtime.start();
  let count = 0;
  const deal: Deal = (bytes, toPeer) => {
    return !toPeer && figuresOf(runtime, "source").peers > 0 && count++ % 20 === 19 ? [] : [bytes];
  };
  using relay = await openRelay(ADDRESS, port, deal);
  await using open = await openPage();
  await open.page.goto(`${server.url}/`);
  await publish(open.page, "/whip/source", 1_000, relay.port);
  let [pictures, jumps] = [0, 0];
  for await (const { discontinuity } of sink) {
    if (discontinuity && pictures > 0) jumps++;
    pictures++;
    const so = { figures: figuresOf(runtime, "source"), pictures, jumps };
    if (isEnough(so)) return so;
  }
  throw new Error("the stream has ended");
}

test("a webrtc-source asks for lost packets of pictures again, and none is missing within its latency", async () => {
  const { figures, jumps } = await published(1_000, ({ figures, pictures }) => pictures > 100 && figures.nacks > 5);
  equal(jumps, 0, JSON.stringify(figures));
});

test("a webrtc-source with no latency waits for nothing that was lost, and asks for a key frame", async () => {
  const { figures } = await published(0, ({ jumps, figures }) => jumps > 2 && figures.keyFrameRequests > 1);
  ok(figures.gaps > 2 && figures.leftOut > 0, JSON.stringify(figures));
});

test("a player that has lost too much asks for a key frame, which the encoder makes, and plays on", async () => {
  await using runtime = new Runtime({ native: "require", mode: "live" });
  const port = freePort();
  const sink = runtime.add(nodes.webrtcSink({ address: ADDRESS, port, maxBitRate: 0 }), { id: "sink" });
  const pattern = runtime.add(nodes.patternSource({ width: 320, height: 180 }));
  const convert = runtime.add(nodes.convert());
  const encoder = runtime.add(nodes.h264Encode({ bitRate: 500_000, keyInterval: 10_000 }), { id: "encoder" });
  runtime.connect(pattern.outputs.video, convert.inputs.videoIn);
  runtime.connect(convert.outputs.videoOut, encoder.inputs.video);
  runtime.connect(encoder.outputs.encoded, sink.inputs.video);
  await using server = serveWebrtc(runtime, { port: 0 });
  await runtime.start();
  let isBad = false;
  let count = 0;
  // More than is sent again: three of four packets.
  using relay = await openRelay(ADDRESS, port, (bytes, toPeer) => isBad && toPeer && count++ % 4 > 0 ? [] : [bytes]);
  await using open = await openPage();
  await open.page.goto(`${server.url}/`);
  const played = play(open.page, "/whep/sink", 15, relay.port);
  played.catch(() => {});
  const figures = () => figuresOf(runtime, "sink");
  const keyFrames = () => figuresOf(runtime, "encoder").keyFrames;
  await until(() => figures().frames > 100, () => JSON.stringify(figures()));
  const before = { requests: figures().keyFrameRequests, keyFrames: keyFrames() };
  isBad = true;
  await until(() => figures().keyFrameRequests > before.requests, () => JSON.stringify(figures()));
  isBad = false;
  await until(() => keyFrames() > before.keyFrames, () => `${keyFrames()} key frames`);
  const atKeyFrame = figures().frames;
  const { codes } = await played;
  const read = codes.filter((code) => code >= 0);
  ok(read.at(-1)! > atKeyFrame, `it plays on after picture ${atKeyFrame}: ${codes}`);
});

function figuresOf(runtime: Runtime, id: string): Figures {
  return runtime.stats().nodes.find((node) => node.id === id)?.figures ?? {};
}
