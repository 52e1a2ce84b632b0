/** Sound that is heard and pictures that are seen, by the server's own ends: `speaker` and `display` keep them together. */
import { ok } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import type { AudioFrame, VideoFrame } from "../../mod.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { rare } from "../fixtures/rare.ts";
import { noSoundServer, PulseServer } from "./fixtures/pulse_server.ts";
import { noServer, XServer } from "./fixtures/x_server.ts";

const SECONDS = Number(Deno.env.get("SLUICE_LIP_SYNC_SECONDS") ?? 20);

/** Pictures a second of the screen's capture: one shows what was there for half of their distance on average. */
const CAPTURE_HZ = 60;

const TOLERANCE_MS = 20;

const missing = noSoundServer ?? noServer;

rare(Deno.test)({
  name: `a flash is seen within 20 ms of its beep${missing === undefined ? "" : ` (left out: ${missing})`}`,
  ignore: missing !== undefined,
  fn: async () => {
    await using _sound = await PulseServer.start();
    await using screen = await XServer.start([320, 180]);
    await using taken = new Runtime({ native: "require", mode: "live" });
    const seen = taken.add(appSink.video());
    const heard = taken.add(appSink.audio());
    const captured = taken.add(nodes.screen({ display: screen.name, frameRate: CAPTURE_HZ }));
    taken.connect(captured.outputs.video, seen.inputs.video);
    taken.connect(taken.add(nodes.microphone({ device: "one.monitor" })).outputs.audio, heard.inputs.audio);
    await using shown = new Runtime({ native: "require", mode: "live" });
    const pattern = shown.add(nodes.patternSource({ width: 320, height: 180, durationSeconds: SECONDS + 0.5 }));
    const display = shown.add(nodes.display({ server: { display: screen.name } }));
    shown.connect(pattern.outputs.video, display.inputs.video);
    shown.connect(pattern.outputs.audio, shown.add(nodes.speaker({ device: "one" })).inputs.audio);
    await taken.start();
    await shown.start();
    const flashes = findFlashes(seen);
    const beeps = findBeeps(heard);
    await shown.finished;
    await taken.stop();
    const skews = (await flashes).flatMap((flashNs) => {
      const nearest = nearestTo(flashNs, beeps.found);
      return Math.abs(nearest - flashNs) < 5e8 ? [(flashNs - nearest) / 1e6 - 500 / CAPTURE_HZ] : [];
    }).sort((a, b) => a - b);
    ok(skews.length > SECONDS / 2, `${skews.length} of ${SECONDS} flashes have a beep`);
    const median = skews[skews.length >> 1];
    ok(Math.abs(median) <= TOLERANCE_MS, `pictures are ${-median} ms ahead of sound; all: ${skews.join(" ")}`);
  },
});

/** When the white field in the lower right of the pattern appears, nanoseconds of the runtime's clock. */
async function findFlashes(pictures: AsyncIterable<VideoFrame>): Promise<number[]> {
  const found: number[] = [];
  let was = true;
  for await (const picture of pictures) {
    const at = picture.planes[0].stride * Math.floor(picture.height * 0.9) + 4 * Math.floor(picture.width * 0.9);
    const white = picture.plane(0).subarray(at, at + 3).every((value) => value === 255);
    if (white && !was) found.push(picture.ptsNs);
    was = white;
  }
  return found;
}

/** When it becomes loud after silence. */
function findBeeps(blocks: AsyncIterable<AudioFrame>): { readonly found: number[] } {
  const found: number[] = [];
  void (async () => {
    let quiet = 0;
    for await (const block of blocks) {
      block.channel(0).forEach((sample, at) => {
        if (Math.abs(sample) < 0.1) return void quiet++;
        if (quiet > block.sampleRateHz / 10) found.push(block.ptsNs + at / block.sampleRateHz * 1e9);
        quiet = 0;
      });
    }
  })();
  return { found };
}

function nearestTo(timeNs: number, all: readonly number[]): number {
  return all.reduce((best, each) => Math.abs(each - timeNs) < Math.abs(best - timeNs) ? each : best, Infinity);
}
