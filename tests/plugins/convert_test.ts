/** Conversion between pixel formats: colours as ITU-R BT.601, BT.709 and BT.2020 have them, and as ffmpeg reads them. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import type { PixelFormat } from "../../core/frames/format.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import {
  addRow,
  compareBytes,
  copyPicture,
  end,
  ffmpeg,
  media,
  type PictureCopy,
  planeSize,
  rawVideo,
  type Row,
  runPictures,
  runtimeOf,
} from "../fixtures/plugins/media.ts";

/** Kr and Kb of the standards. */
const WEIGHTS = { bt601: [0.299, 0.114], bt709: [0.2126, 0.0722], bt2020: [0.2627, 0.0593] } as const;

const BARS = [[191, 191, 191], [191, 191, 0], [0, 191, 191], [0, 191, 0], [191, 0, 191], [191, 0, 0], [0, 0, 191], [
  0,
  0,
  0,
]];

/** YUV of a colour, by the equations of the standards. */
function yuvOf([r, g, b]: readonly number[], matrix: keyof typeof WEIGHTS, range: string): number[] {
  const [kr, kb] = WEIGHTS[matrix];
  const y = (kr * r + (1 - kr - kb) * g + kb * b) / 255;
  const [cb, cr] = [(b / 255 - y) / (2 * (1 - kb)), (r / 255 - y) / (2 * (1 - kr))];
  return range === "full" ? [255 * y, 128 + 255 * cb, 128 + 255 * cr] : [16 + 219 * y, 128 + 224 * cb, 128 + 224 * cr];
}

/** Sends pictures through stages in a row. */
async function through(
  registry: NodeRegistry,
  row: Row,
  pixelFormat: PixelFormat,
  [width, height]: readonly [number, number],
  pictures: readonly Uint8Array[][],
): Promise<PictureCopy[]> {
  await using runtime = runtimeOf(registry);
  const source = runtime.add(appSource.video({ pixelFormat, width, height, frameRate: 25 }), { id: "source" });
  const sink = runtime.add(appSink.video(), { id: "sink" });
  runtime.connectByName(addRow(registry, runtime, row, "source.video"), "sink.video", { policy: "lossless" });
  await runtime.start();
  const found: PictureCopy[] = [];
  const seen = (async () => {
    for await (const picture of sink) found.push(copyPicture(picture));
  })();
  for (const planes of pictures) await source.push({ planes });
  source.end();
  await seen;
  await end(runtime);
  return found;
}

for (const matrix of ["bt601", "bt709", "bt2020"] as const) {
  for (const range of ["limited", "full"]) {
    media(`convert: bars in ${matrix}, ${range}, are within 2 levels, there and back`, async (registry) => {
      const size = { width: 320, height: 64, frameRate: 25, durationSeconds: 0.04 };
      for (const pixelFormat of ["nv12", "i420"]) {
        const there: Row = { "pattern-source": size, "convert#there": { pixelFormat, matrix, range } };
        const [yuv] = (await runPictures(registry, there)).pictures;
        const back = { "convert#back": { pixelFormat: "bgra8", matrix, range } };
        const [bgra] = (await runPictures(registry, { ...there, ...back })).pictures;
        BARS.forEach((colour, bar) => {
          // Below the code, above the box.
          const [x, y] = [bar * 40 + 20, 12];
          const chroma = y / 2 * 160 + x / 2;
          const [cb, cr] = pixelFormat === "nv12"
            ? [yuv.planes[1][y / 2 * 320 + x], yuv.planes[1][y / 2 * 320 + x + 1]]
            : [yuv.planes[1][chroma], yuv.planes[2][chroma]];
          const found = [yuv.planes[0][y * 320 + x], cb, cr];
          yuvOf(colour, matrix, range).forEach((wanted, k) => {
            ok(Math.abs(found[k] - wanted) <= 1, `${pixelFormat}, bar ${bar}: ${found}, wanted ${wanted} at ${k}`);
          });
          const at = 4 * (y * 320 + x);
          const [b, g, r, a] = bgra.planes[0].subarray(at, at + 4);
          ok([r, g, b].every((level, k) => Math.abs(level - colour[k]) <= 2) && a === 255, `bar ${bar}: ${[r, g, b]}`);
        });
      }
    });
  }
}

media("convert: ffmpeg reads the bars that it is given in each matrix and range", async (registry) => {
  const size = { width: 320, height: 64, frameRate: 25, durationSeconds: 0.04 };
  const cases = [["bt601", "smpte170m", "limited", "tv"], ["bt709", "bt709", "full", "pc"], [
    "bt2020",
    "bt2020",
    "limited",
    "tv",
  ]];
  for (const [matrix, name, range, levels] of cases) {
    const row: Row = { "pattern-source": size, "convert": { pixelFormat: "i420", matrix, range } };
    const { pictures } = await runPictures(registry, row);
    const scale = `scale=in_color_matrix=${name}:in_range=${levels}:out_range=pc:flags=accurate_rnd+full_chroma_int`;
    const input = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "320x64", "-i", "pipe:0"];
    const rgb = await ffmpeg([...input, "-vf", scale, "-f", "rawvideo", "-pix_fmt", "rgb24"], rawVideo(pictures));
    BARS.forEach((colour, bar) => {
      const at = 3 * (12 * 320 + bar * 40 + 20);
      const found = [...rgb.subarray(at, at + 3)];
      ok(found.every((level, k) => Math.abs(level - colour[k]) <= 2), `${matrix}, ${range}, bar ${bar}: ${found}`);
    });
  }
}, { needsFfmpeg: true });

media("convert: pictures of odd sizes go between all formats", async (registry) => {
  const [width, height] = [37, 23];
  const formats = ["rgba8", "bgra8", "nv12", "i420"] as const;
  for (const from of formats) {
    const planes = from === "rgba8" || from === "bgra8" ? 1 : from === "nv12" ? 2 : 3;
    const grey = Array.from({ length: planes }, (_, k) => {
      const [row, rows] = planeSize(from, width, height, k);
      return new Uint8Array(row * rows).fill(128);
    });
    for (const pixelFormat of formats) {
      const [found] = await through(registry, { "convert": { pixelFormat } }, from, [width, height], [grey]);
      deepEqual([found.pixelFormat, found.width, found.height], [pixelFormat, width, height]);
      const colour = ({ planes }: PictureCopy, k: number) =>
        planes[k].filter((_, at) => planes.length > 1 || at % 4 < 3);
      found.planes.forEach((_, k) => {
        // Grey of level 128 is luma of 126 in limited range.
        ok(colour(found, k).every((level) => Math.abs(level - 128) <= 3), `${from} to ${pixelFormat}, plane ${k}`);
      });
    }
  }
});

media("convert: chroma is taken apart and joined without loss, and red and blue are swapped", async (registry) => {
  const noise = (bytes: number) => Uint8Array.from({ length: bytes }, (_, k) => (k * 2_654_435_761 >>> 13) & 255);
  const [width, height] = [70, 38];
  for (const [from, to] of [["nv12", "i420"], ["rgba8", "bgra8"]] as const) {
    const sent = from === "nv12" ? [noise(70 * 38), noise(70 * 19)] : [noise(4 * 70 * 38)];
    const row: Row = { "convert#there": { pixelFormat: to }, "convert#back": { pixelFormat: from } };
    const [found] = await through(registry, row, from, [width, height], [sent]);
    equal(found.pixelFormat, from);
    found.planes.forEach((plane, k) => equal(compareBytes(plane, sent[k]).most, 0));
  }
});
