/** Players of a `webrtc-sink`, in Chromium. */
import { ok } from "node:assert/strict";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { serveWebrtc } from "../../transports/webrtc/mod.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { openPage, pageTest } from "../web/chromium.ts";
import { play } from "./fixtures/page.ts";

const SECONDS = 3;

const test = noRustPlugin("webrtc") === undefined ? pageTest : () => {};

test("a player sees each picture once and in order, hears the tone, and is gone when it leaves", async () => {
  await using runtime = new Runtime({ native: "require", mode: "live" });
  const sink = runtime.add(nodes.webrtcSink());
  const pattern = runtime.add(nodes.patternSource({ width: 640, height: 360 }));
  const picture = runtime.add(nodes.h264Encode({ bitRate: 2_000_000, keyInterval: 10_000 }), { id: "encoder" });
  const convert = runtime.add(nodes.convert());
  runtime.connect(pattern.outputs.video, convert.inputs.videoIn);
  runtime.connect(convert.outputs.videoOut, picture.inputs.video);
  runtime.connect(picture.outputs.encoded, sink.inputs.video);
  const sound = runtime.add(nodes.opusEncode());
  runtime.connect(runtime.add(nodes.toneSource({ frequencyHz: 1_000 })).outputs.audio, sound.inputs.audio);
  runtime.connect(sound.outputs.encoded, sink.inputs.audio);
  await using server = serveWebrtc(runtime, { port: 0 });
  await runtime.start();
  await using open = await openPage();
  await open.page.goto(`${server.url}/`);
  const { codes, toneHz } = await play(open.page, `/whep/${sink.id}`, SECONDS);
  const read = codes.filter((code) => code >= 0);
  // On a busy machine the browser draws fewer than it has decoded.
  const span = read.at(-1)! - read[0] + 1;
  ok(read.every((code, k) => k === 0 || code > read[k - 1]), `in order: ${codes}`);
  ok(
    read.length >= 0.9 * codes.length && read.length >= 0.5 * span && span > 30,
    `${read.length} of ${span}: ${codes}`,
  );
  ok(Math.abs(toneHz - 1_000) < 10, `${toneHz} Hz`);
  const figures = () => runtime.stats().nodes.find(({ id }) => id === sink.id)!.figures!;
  while (figures().peers > 0) await new Promise((resolve) => setTimeout(resolve, 20));
});
