/** `rtsp-source` for a long time: sound and pictures stay together, and nothing is lost without being counted. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { rare } from "../fixtures/rare.ts";
import { inTime, sleep } from "../fixtures/waiting.ts";
import { withServer } from "./fixtures/server.ts";

const SECONDS = Number(Deno.env.get("SLUICE_RTSP_SECONDS") ?? 20);

const PICTURE_NS = 40e6;
/** Pictures move to their place by a fifth of their time, and sound by a twentieth. */
const [OF_PICTURES, OF_SOUND] = [0.21, 0.051];

/** What is seen of a track. */
class Seen {
  /** Times at which the sound ticks, each second, or black and white change places, every other second. */
  readonly marks: number[] = [];
  /** Frames that do not follow the one before, though nothing says so. */
  readonly holes: string[] = [];
  frames = 0;
  flagged = 0;
  #next: number | undefined;

  frame({ ptsNs, discontinuity }: { ptsNs: number; discontinuity: boolean }, durationNs: number, part: number): void {
    const offNs = this.#next === undefined ? 0 : ptsNs - this.#next;
    if (discontinuity) this.flagged++;
    else if (Math.abs(offNs) > durationNs * part) this.holes.push(`${offNs / 1e6} ms before frame ${this.frames}`);
    this.#next = ptsNs + durationNs;
    this.frames++;
  }

  mark(ptsNs: number): void {
    // A tick lasts for more than a sample.
    if (ptsNs - (this.marks.at(-1) ?? -Infinity) > 0.5e9) this.marks.push(ptsNs);
  }
}

withServer("sound and pictures of 20 s, or of SLUICE_RTSP_SECONDS, stay together and whole", async (server) => {
  await using runtime = new Runtime({ native: "require", mode: "live" });
  const source = runtime.add(nodes.rtspSource({ url: `${server.url}/sync` }), { id: "source" });
  const decoder = runtime.add(nodes.h264Decode(), { id: "decoder" });
  const [screen, speaker] = [runtime.add(appSink.video()), runtime.add(appSink.audio())];
  runtime.connect(source.outputs.video, decoder.inputs.encoded, { capacity: 64 });
  runtime.connect(decoder.outputs.video, screen.inputs.video, { capacity: 64, policy: "lossless" });
  runtime.connect(source.outputs.pcm, speaker.inputs.audio, { capacity: 256 });
  const [pictures, sound] = [new Seen(), new Seen()];
  const reading = [
    (async () => {
      let before: boolean | undefined;
      for await (const picture of screen) {
        pictures.frame(picture, PICTURE_NS, OF_PICTURES);
        const light = picture.plane(0)[0] > 127;
        if (before !== undefined && light !== before) pictures.mark(picture.ptsNs);
        before = light;
      }
    })(),
    (async () => {
      for await (const block of speaker) {
        sound.frame(block, block.durationNs, OF_SOUND);
        const at = block.channel(0).findIndex((sample) => Math.abs(sample) > 0.1);
        if (at >= 0) sound.mark(block.ptsNs + at * 1e9 / block.sampleRateHz);
      }
    })(),
  ];
  await runtime.start();
  await sleep(SECONDS * 1_000);
  void runtime.stop();
  const { nodes: ran } = await inTime(runtime.finished);
  await Promise.all(reading);
  const { frames, leftOut, packetsLost, damaged, reconnects, gaps } = ran.find(({ id }) => id === "source")!.figures!;

  deepEqual({ pictures: pictures.holes, sound: sound.holes }, { pictures: [], sound: [] });
  deepEqual({ leftOut, packetsLost, damaged, reconnects, gaps }, {
    leftOut: 0,
    packetsLost: 0,
    damaged: 0,
    reconnects: 0,
    gaps: 2,
  });
  equal(pictures.flagged + sound.flagged, 2);
  // What comes while the graph stops is on its way.
  ok(frames - pictures.frames - sound.frames < 100, `${frames} frames: ${pictures.frames} and ${sound.frames}`);
  const apart = pictures.marks.flatMap((ptsNs) => {
    const tick = sound.marks.find((each) => Math.abs(each - ptsNs) < 0.5e9);
    return tick === undefined ? [] : [(ptsNs - tick) / 1e6];
  });
  const [first, last] = [apart.slice(0, 10), apart.slice(-10)];
  console.log(`${apart.length} changes; pictures behind sound, ms: first ${list(first)}, last ${list(last)}`);
  ok(apart.length > SECONDS * 0.4, `${apart.length} changes were seen`);
  ok(last.every((ms) => Math.abs(ms) <= 40), list(last));
}, rare(Deno.test));

function list(values: readonly number[]): string {
  return values.map((value) => value.toFixed(1)).join(" ");
}
