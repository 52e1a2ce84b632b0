/** Publishers of a `webrtc-source`, in Chromium. */
import { ok } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import type { VideoFrame } from "../../mod.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { serveWebrtc } from "../../transports/webrtc/mod.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { readCode } from "../fixtures/plugins/media.ts";
import { openPage, pageTest } from "../web/chromium.ts";
import { publish } from "./fixtures/page.ts";

const PICTURES = 50;

const test = noRustPlugin("webrtc") === undefined ? pageTest : () => {};

test("pictures and sound of a publisher come in order, and go on when its tab is loaded again", async () => {
  await using runtime = new Runtime({ native: "require", mode: "live" });
  const source = runtime.add(nodes.webrtcSource());
  const decoder = runtime.add(nodes.h264Decode());
  const pictures = runtime.add(appSink.video());
  runtime.connect(source.outputs.video, decoder.inputs.encoded);
  runtime.connect(decoder.outputs.video, pictures.inputs.video);
  const sound = runtime.add(nodes.opusDecode());
  const blocks = runtime.add(appSink.audio());
  runtime.connect(source.outputs.audio, sound.inputs.encoded);
  runtime.connect(sound.outputs.audio, blocks.inputs.audio);
  await using server = serveWebrtc(runtime, { port: 0 });
  await runtime.start();
  await using open = await openPage();
  const seen = numbersOf(pictures);
  for (let round = 0; round < 2; round++) {
    await open.page.goto(`${server.url}/?${round}`);
    await publish(open.page, `/whip/${source.id}`, 1_000);
    const numbers: number[] = [];
    // Of the tab before, some may have been on their way.
    for await (const { number, jumps } of seen) {
      if (jumps) numbers.length = 0;
      if (number !== undefined) numbers.push(number);
      if (numbers.length >= PICTURES) break;
    }
    ok(numbers.every((number, k) => k === 0 || number > numbers[k - 1]), `in order: ${numbers}`);
    ok(numbers.at(-1)! - numbers[0] < 1.5 * PICTURES, `few are missing: ${numbers}`);
  }
  const refused = await fetch(`${server.url}/whip/${source.id}`, {
    method: "POST",
    headers: { "content-type": "application/sdp" },
    body: "v=0\r\n",
  });
  ok(refused.status === 400, `an offer that is none: ${refused.status} ${await refused.text()}`);
  let more = 0;
  for await (const { jumps } of seen) {
    ok(!jumps, "the publisher goes on when another offer is refused");
    if (++more === PICTURES) break;
  }
  const heard = blocks[Symbol.asyncIterator]();
  const { value: block } = await heard.next();
  ok(block !== undefined && block.sampleRateHz === 48_000, "sound comes");
  const rest = Promise.all([seen, blocks].map((each) => Array.fromAsync<unknown>(each)));
  await runtime.stop();
  await rest;
});

/** The numbers in pictures; `jumps`: what came before is missing. */
function numbersOf(pictures: AsyncIterable<VideoFrame>) {
  const iterator = pictures[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const { value: picture, done } = await iterator.next();
        if (done) return { value: undefined, done: true as const };
        const { width, height, planes: [{ stride }] } = picture;
        const luma = Uint8Array.from(
          { length: width * 16 },
          (_, k) => picture.plane(0)[Math.floor(k / width) * stride + k % width],
        );
        return { value: { number: readCode(luma, width, height), jumps: picture.discontinuity }, done: false as const };
      },
    }),
  };
}
