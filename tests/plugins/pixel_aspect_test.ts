/** Pixels that are not square, through native stages: kept, written to streams, and made square. */
import { deepEqual, equal, match } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import type { PixelAspect } from "../../core/frames/pixel_aspect.ts";
import { planesOf } from "../../core/frames/video_frame.ts";
import type { PixelFormat } from "../../core/frames/format.ts";
import { tapLog } from "../../core/log.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import { addRow, concat, end, media, type Row, runtimeOf } from "../fixtures/plugins/media.ts";

interface Shape {
  readonly pixelFormat: PixelFormat;
  readonly width: number;
  readonly height: number;
  readonly pixelAspect?: PixelAspect;
}

const DVD = { pixelFormat: "i420", width: 72, height: 58, pixelAspect: "16:15" } as const;
const RGBA = { ...DVD, pixelFormat: "rgba8" } as const;

/** White pictures of a shape through stages; what comes out, in words. */
async function shapesOf(registry: NodeRegistry, shape: Shape, row: Row, count = 1): Promise<string[]> {
  await using runtime = runtimeOf(registry);
  const source = runtime.add(appSource.video({ ...shape, frameRate: 25 }), { id: "source" });
  const sink = runtime.add(appSink.video(), { id: "sink" });
  runtime.connectByName(addRow(registry, runtime, row, "source.video"), "sink.video", { policy: "lossless" });
  await runtime.start();
  const pushed = pushWhite(source, shape, count);
  const shapes: string[] = [];
  for await (const { width, height, pixelAspect } of sink) {
    shapes.push(`${width} × ${height} ${pixelAspect ?? "square"}`);
  }
  await pushed;
  await end(runtime);
  return shapes;
}

type Source = { push(picture: { planes: Uint8Array[] }): Promise<unknown>; end(): void };

async function pushWhite(source: Source, { pixelFormat, width, height }: Shape, count: number): Promise<void> {
  const planes = planesOf(pixelFormat, width, height).map(({ rowBytes, rows }) =>
    new Uint8Array(rowBytes * rows).fill(255)
  );
  for (let k = 0; k < count; k++) await source.push({ planes });
  source.end();
}

const KEEPING: Readonly<Record<string, readonly [Shape, Row]>> = {
  "convert": [DVD, { "convert": { pixelFormat: "nv12" } }],
  "convert of the same format": [DVD, { "convert": {} }],
  "frame-rate": [DVD, { "frame-rate": { frameRate: 25 } }],
  "overlay": [DVD, { "overlay": {} }],
  "h264-encode and h264-decode": [DVD, { "h264-encode": {}, "h264-decode": {} }],
};

for (const [what, [shape, row]] of Object.entries(KEEPING)) {
  media(`${what} keeps how wide pixels are`, async (registry) => {
    deepEqual(await shapesOf(registry, shape, row), ["72 × 58 16:15"]);
  });
}

media("h264-encode writes how wide pixels are, as ffmpeg reads it, and nothing of square ones", async (registry) => {
  for (
    const [pixelAspect, wanted] of [["16:15", "16:15"], ["3:4", "3:4"], ["853:720", "853:720"], [undefined, "N/A"]]
  ) {
    await using runtime = runtimeOf(registry);
    const shape = { ...DVD, pixelAspect: pixelAspect as PixelAspect | undefined };
    const source = runtime.add(appSource.video({ ...shape, frameRate: 25 }), { id: "source" });
    const sink = runtime.add(appSink.encoded(), { id: "sink" });
    runtime.connectByName(addRow(registry, runtime, { "h264-encode": {} }, "source.video"), "sink.encoded");
    await runtime.start();
    const pushed = pushWhite(source, shape, 2);
    const units: Uint8Array[] = [];
    for await (const { bytes } of sink) units.push(bytes.slice());
    await pushed;
    const path = Deno.makeTempFileSync({ suffix: ".h264" });
    Deno.writeFileSync(path, concat(units));
    const args = ["-v", "error", "-show_entries", "stream=sample_aspect_ratio", "-of", "csv=p=0", path];
    const { stdout } = new Deno.Command("ffprobe", { args }).outputSync();
    Deno.removeSync(path);
    equal(new TextDecoder().decode(stdout).trim(), wanted);
  }
}, { needsFfmpeg: true });

/** What `scale` makes of 72 × 58 pixels of 16:15, which are shown as 77 × 58. */
const SCALED: readonly (readonly [config: Record<string, unknown>, wanted: string])[] = [
  [{}, "72 × 58 16:15"],
  [{ flip: "horizontal" }, "72 × 58 16:15"],
  [{ cropWidth: 30, cropHeight: 20 }, "30 × 20 16:15"],
  [{ rotate: 90 }, "58 × 72 15:16"],
  [{ squarePixels: true }, "77 × 58 square"],
  [{ squarePixels: true, rotate: 270 }, "58 × 77 square"],
  [{ width: 154 }, "154 × 116 square"],
  [{ height: 116 }, "154 × 116 square"],
  [{ width: 40, height: 30 }, "40 × 30 square"],
  [{ width: 116, rotate: 90 }, "116 × 154 square"],
];

media(
  "scale keeps how wide pixels are where no size is given, and makes them square where one is",
  async (registry) => {
    for (const [config, wanted] of SCALED) {
      deepEqual(await shapesOf(registry, DVD, { "scale": config }), [wanted], JSON.stringify(config));
    }
    const square = { ...DVD, pixelAspect: undefined };
    deepEqual(await shapesOf(registry, square, { "scale": { squarePixels: true } }), ["72 × 58 square"]);
  },
);

media("compositor draws pictures in the shape in which they are shown", async (registry) => {
  await using runtime = runtimeOf(registry);
  const source = runtime.add(appSource.video({ ...RGBA, frameRate: 25 }), { id: "source" });
  const sink = runtime.add(appSink.video(), { id: "sink" });
  runtime.addByType("compositor", { width: 100, height: 80, frameRate: 25 }, { id: "c", lane: "media" });
  runtime.connectByName("source.video", "c.videoIn_0");
  runtime.connectByName("c.videoOut", "sink.video");
  await runtime.start();
  const pushed = pushWhite(source, RGBA, 1);
  for await (const picture of sink) {
    equal(picture.pixelAspect, undefined);
    const row = picture.plane(0).subarray(0, 4 * 100);
    // White, and then the background.
    deepEqual([0, 76, 77].map((x) => row[4 * x]), [255, 255, 0]);
  }
  await pushed;
  await end(runtime);
});

media("jpeg-encode says once that it takes pixels for square ones", async (registry) => {
  const said: string[] = [];
  const stop = tapLog(({ level, message }) => level === "warn" && said.push(message));
  deepEqual(
    await shapesOf(registry, RGBA, { "jpeg-encode": {}, "jpeg-decode": {} }, 3),
    Array(3).fill("72 × 58 square"),
  );
  stop();
  equal(said.length, 1);
  match(
    said[0],
    /pictures have pixels of 16:15, which JPEG does not keep.* put a "scale" with squarePixels=true before it/,
  );
});
