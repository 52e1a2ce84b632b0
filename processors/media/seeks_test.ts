/** A place that a source goes to is the picture that ffmpeg's accurate seek shows first. */
import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { type EncodedOutput, ProcessorHarness } from "../../testing.ts";
import { ffmpeg, FOLDER, play } from "./fixtures/media_files.ts";

/** Places in each film. */
const SEEKS = Deno.env.get("SLUICE_DEEP") === undefined ? 6 : 200;
/** Places that one run of ffmpeg goes to. */
const AT_ONCE = 20;
const [SECONDS, RATE, WIDTH, HEIGHT] = [4, 30, 96, 64];
const PICTURE_BYTES = WIDTH * HEIGHT * 1.5;

/** How each film is coded, and how a stream of its packets is handed to ffmpeg. */
const FILMS = {
  "seek.mp4": { codec: ["libx264", "-bf", "3", "-g", "30", "-b_strategy", "0"], stream: "h264" },
  "seek.mkv": { codec: ["libx264", "-bf", "2", "-g", "20"], stream: "h264" },
  "seek.webm": {
    codec: ["libvpx-vp9", "-crf", "32", "-b:v", "0", "-deadline", "realtime", "-cpu-used", "8", "-g", "25"],
    stream: "ivf",
  },
} as const;

function film(name: keyof typeof FILMS): string {
  const path = `${FOLDER}/${name}`;
  const pictures = ["-f", "lavfi", "-i", `testsrc2=size=${WIDTH}x${HEIGHT}:rate=${RATE}:duration=${SECONDS}`];
  ffmpeg(...pictures, "-c:v", ...FILMS[name].codec, "-pix_fmt", "yuv420p", path);
  return path;
}

/** Places in seconds, in thousandths: every third one is the time of a picture. */
function somePlaces(count: number): number[] {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48_271) % 0x7fffffff) % below;
  return Array.from({ length: count }, (_, k) => {
    const milliseconds = random(SECONDS * 1000 - 50);
    return (k % 3 === 0 ? milliseconds - milliseconds % 100 : milliseconds) / 1000;
  });
}

/** What ffmpeg decodes of several inputs, a run for many of them. */
function decodeAll(inputs: readonly (readonly string[])[], output: readonly string[]): Uint8Array[] {
  const decoded: Uint8Array[] = [];
  for (let from = 0; from < inputs.length; from += AT_ONCE) {
    const some = inputs.slice(from, from + AT_ONCE);
    const pathOf = (k: number) => `${FOLDER}/decoded-${k}.yuv`;
    ffmpeg(
      ...some.flatMap((args) => ["-threads", "1", ...args]),
      ...some.flatMap((_, k) => ["-map", `${k}:v`, ...output, "-fps_mode", "passthrough", "-f", "rawvideo", pathOf(k)]),
    );
    decoded.push(...some.map((_, k) => Deno.readFileSync(pathOf(k))));
  }
  return decoded;
}

/** The stream of packets as ffmpeg takes it. */
function streamOf(packets: readonly EncodedOutput[], stream: "h264" | "ivf"): Uint8Array<ArrayBuffer> {
  const parts = packets.flatMap(({ bytes }, k) => stream === "h264" ? [bytes] : [ivfHeader(bytes.length, k), bytes]);
  return new Uint8Array([...(stream === "ivf" ? [...ivfFileHeader()] : []), ...parts.flatMap((part) => [...part])]);
}

function ivfFileHeader(): Uint8Array {
  const header = new Uint8Array(32);
  header.set(new TextEncoder().encode("DKIF\0\0\x20\0VP90"));
  const view = new DataView(header.buffer);
  view.setUint16(12, WIDTH, true);
  view.setUint16(14, HEIGHT, true);
  view.setUint32(16, RATE, true);
  view.setUint32(20, 1, true);
  return header;
}

function ivfHeader(length: number, time: number): Uint8Array {
  const header = new DataView(new ArrayBuffer(12));
  header.setUint32(0, length, true);
  header.setUint32(4, time, true);
  return new Uint8Array(header.buffer);
}

/** The packets from the key frame before a place to some behind it. */
async function packetsAt(path: string, positionSeconds: number): Promise<EncodedOutput[]> {
  await using source = await ProcessorHarness.create(nodes.mediaSource({ path, positionSeconds }));
  source.addOutput("video");
  await source.run(2);
  return source.takeEncoded("video_0");
}

/** Which picture in the order of time is the first that is not before the place. */
function firstShown(packets: readonly EncodedOutput[]): number {
  return packets.filter(({ ptsNs }) => ptsNs < 0).length;
}

for (const name of ["seek.mp4", "seek.mkv", "seek.webm"] as const) {
  Deno.test(`MediaSource lands on the picture that ffmpeg lands on, in ${name} at ${SEEKS} places`, async () => {
    const path = film(name);
    const places = somePlaces(SEEKS);
    const wanted = decodeAll(places.map((place) => ["-ss", String(place), "-i", path]), ["-frames:v", "1"]);
    const { stream } = FILMS[name];
    const firsts: number[] = [];
    const streams: string[][] = [];
    for (const [k, place] of places.entries()) {
      const packets = await packetsAt(path, place);
      assert.equal(packets[0].keyframe, true);
      Deno.writeFileSync(`${FOLDER}/seek-${k}.${stream}`, streamOf(packets, stream));
      streams.push(["-f", stream, "-i", `${FOLDER}/seek-${k}.${stream}`]);
      firsts.push(firstShown(packets));
    }
    const shown = decodeAll(streams, []).map((pictures, k) =>
      pictures.subarray(firsts[k] * PICTURE_BYTES, (firsts[k] + 1) * PICTURE_BYTES)
    );
    for (const [k, place] of places.entries()) {
      assert.equal(wanted[k].length, PICTURE_BYTES);
      assert.ok(shown[k].every((level, at) => level === wanted[k][at]), `${name} at ${place} s`);
    }
    const different = new Set(wanted.map((picture) => picture.join()));
    assert.ok(different.size > Math.min(SEEKS / 2, SECONDS * RATE / 2), "one picture is told from another");
  });
}

Deno.test("MediaSource with loop comes back to the place of its position, picture by picture", async () => {
  const path = film("seek.mp4");
  const [positionSeconds, place] = [2.5, 75];
  const whole = await play({ path }, "video_0");
  const round = SECONDS * RATE - place;
  await using source = await ProcessorHarness.create(nodes.mediaSource({ path, positionSeconds, loop: true }));
  source.addOutput("video");
  const packets: EncodedOutput[] = [];
  while (packets.length < 3 * (round + 30)) {
    await source.run(1);
    packets.push(...source.takeEncoded("video_0"));
  }
  const inTime = whole.video_0.toSorted((a, b) => a.ptsNs - b.ptsNs);
  // What leads up to the place has times that have been shown.
  const shown = new Map<number, EncodedOutput>();
  for (const packet of packets) {
    const picture = Math.round(packet.ptsNs * RATE / 1e9);
    if (picture >= 0 && !shown.has(picture)) shown.set(picture, packet);
  }
  for (let k = 0; k < 2 * round; k++) {
    assert.deepEqual(shown.get(k)?.bytes, inTime[place + k % round].bytes, `picture ${k}`);
  }
});
