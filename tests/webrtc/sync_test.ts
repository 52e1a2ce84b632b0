/** Sound and pictures of a publisher, side by side for long. */
import { ok } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { serveWebrtc } from "../../transports/webrtc/mod.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { rare } from "../fixtures/rare.ts";
import { openPage, pageTest } from "../web/chromium.ts";
import { publishFlashes } from "./fixtures/flashes.ts";

const SECONDS = Number(Deno.env.get("SLUICE_SYNC_SECONDS") ?? 20);

/** Flashes and beeps may be apart by so much, milliseconds, in the middle of five. */
const MOST_MS = 40;

/** The first seconds, until the publisher's reports have come. */
const WARM = 5;

const test = rare(noRustPlugin("webrtc") === undefined ? pageTest : () => {});

test(`pictures stay with their sound for SLUICE_SYNC_SECONDS (${SECONDS} s)`, async () => {
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
  await open.page.goto(`${server.url}/`);
  await publishFlashes(open.page, `/whip/${source.id}`, SECONDS);
  const [flashes, beeps] = [new Onsets(), new Onsets()];
  const looked = (async () => {
    for await (const picture of pictures) {
      const { ptsNs, width, height } = picture;
      flashes.see(ptsNs / 1e9, picture.plane(0)[(height >> 1) * picture.planes[0].stride + (width >> 1)] > 128);
      if (flashes.seconds.length >= SECONDS) break;
    }
  })();
  const listened = (async () => {
    for await (const block of blocks) {
      for (const [k, sample] of block.channel(0).entries()) {
        // A tone of 1 kHz is loud for most of each millisecond.
        if (k % 48 < 12) beeps.see(block.ptsNs / 1e9 + k / block.sampleRateHz, Math.abs(sample) > 0.2);
      }
      if (beeps.seconds.length >= SECONDS) break;
    }
  })();
  await Promise.all([looked, listened]);
  const apart = flashes.seconds.map((flash) => 1e3 * distance(flash, beeps.seconds)).slice(WARM);
  const told = apart.map((ms) => ms.toFixed(0)).join(" ");
  for (let k = 0; k + 5 <= apart.length; k++) {
    const middle = apart.slice(k, k + 5).sort((a, b) => a - b)[2];
    ok(Math.abs(middle) <= MOST_MS, `milliseconds from a beep to its flash: ${told}`);
  }
  const { gaps, leftOut } = runtime.stats().nodes.find(({ id }) => id === source.id)!.figures!;
  ok(gaps === 0 && leftOut === 0, `${gaps} gaps, ${leftOut} frames left out`);
  await runtime.stop();
});

/** Times at which something begins that was not there for half a second. */
class Onsets {
  readonly seconds: number[] = [];
  #lastAt = -Infinity;

  /** @param at seconds */
  see(at: number, isThere: boolean): void {
    if (!isThere) return;
    if (at - this.#lastAt > 0.5) this.seconds.push(at);
    this.#lastAt = at;
  }
}

/** How long after the nearest of some times a time is. */
function distance(at: number, times: readonly number[]): number {
  return times.map((time) => at - time).reduce((least, each) => Math.abs(each) < Math.abs(least) ? each : least);
}
