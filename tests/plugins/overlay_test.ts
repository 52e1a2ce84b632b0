/** Where the overlay writes, and in which colours; ffmpeg decodes what comes out. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import { addRow, copyPicture, end, media, runtimeOf, sameBytes } from "../fixtures/plugins/media.ts";
import { ffmpeg, FOLDER } from "../../processors/media/fixtures/media_files.ts";
import { sluice } from "../cli/command_line.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";

const [WIDTH, HEIGHT, GREY] = [320, 180, 128];

/** What the overlay draws on a grey picture in RGBA. */
async function drawn(registry: NodeRegistry, config: object): Promise<Uint8Array> {
  const [[rgba]] = await drawnAt(registry, config, [0]);
  return rgba;
}

/** The planes of what the overlay draws on grey pictures of these times, in seconds. */
async function drawnAt(
  registry: NodeRegistry,
  config: object,
  times: readonly number[],
  pixelFormat: "rgba8" | "nv12" = "rgba8",
): Promise<Uint8Array[][]> {
  await using runtime = runtimeOf(registry);
  const source = runtime.add(appSource.video({ pixelFormat, width: WIDTH, height: HEIGHT, frameRate: 25 }), {
    id: "source",
  });
  const sink = runtime.add(appSink.video(), { id: "sink" });
  const last = addRow(registry, runtime, { "overlay": { size: 20, opacity: 1, ...config } }, "source.video");
  runtime.connectByName(last, "sink.video", { policy: "lossless", capacity: 4 });
  await runtime.start();
  const pictures = Array.fromAsync(sink, copyPicture);
  const bytes = pixelFormat === "rgba8" ? [4] : [1, 0.5];
  for (const at of times) {
    const planes = bytes.map((each) => new Uint8Array(each * WIDTH * HEIGHT).fill(GREY));
    await source.push({ planes, ptsNs: Math.round(at * 1e9) });
  }
  source.end();
  const planes = (await pictures).map((picture) => picture.planes);
  await end(runtime);
  return planes;
}

/** A plane whose rows are moved to the right by so many bytes; grey comes in. */
function shifted(plane: Uint8Array, rowBytes: number, by: number): Uint8Array {
  return plane.map((_, at) => {
    const from = at % rowBytes - by;
    return from >= 0 && from < rowBytes ? plane[at - by] : GREY;
  });
}

/** The rectangle that was drawn on: left, top, right and bottom, the last two not in it. */
function changed(found: Uint8Array): number[] {
  let [left, top, right, bottom] = [WIDTH, HEIGHT, 0, 0];
  for (let at = 0; at < found.length; at++) {
    if (found[at] === GREY) continue;
    const [x, y] = [(at >> 2) % WIDTH, Math.floor((at >> 2) / WIDTH)];
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x + 1), Math.max(bottom, y + 1)];
  }
  return [left, top, right, bottom];
}

media("overlay stands at each of nine places, or with its edges where they are said", async (registry) => {
  const rectangle = async (config: object) => changed(await drawn(registry, { text: "H", ...config }));
  // A letter has 10 × 20 pixels, its ground 5 more on each side, and stands 10 pixels from the edges.
  const across = { left: 5, middle: 150, right: 295 };
  const down = { top: 5, middle: 75, bottom: 145 };
  const places: [string, keyof typeof across, keyof typeof down][] = [
    ["top-left", "left", "top"],
    ["top", "middle", "top"],
    ["top-right", "right", "top"],
    ["left", "left", "middle"],
    ["centre", "middle", "middle"],
    ["right", "right", "middle"],
    ["bottom-left", "left", "bottom"],
    ["bottom", "middle", "bottom"],
    ["bottom-right", "right", "bottom"],
  ];
  for (const [position, x, y] of places) {
    const [left, top] = [across[x], down[y]];
    deepEqual(await rectangle({ position }), [left, top, left + 20, top + 30], position);
  }
  deepEqual(await rectangle({ x: 101, y: 67 }), [96, 62, 116, 92]);
  deepEqual(await rectangle({ position: "bottom", y: 30 }), [150, 25, 170, 55]);
  deepEqual(await rectangle({ position: "top-right", text: "HHHH\nH" }), [265, 5, 315, 55]);
});

for (const pixelFormat of ["rgba8", "nv12"] as const) {
  media(`overlay moves its text by the times of pictures, pixel for pixel, in ${pixelFormat}`, async (registry) => {
    const words = { text: "Hg\nlÅ", y: 60, opacity: 0, colour: "#ff8000" };
    const [standing] = await drawnAt(registry, { ...words, x: 100 }, [0], pixelFormat);
    // Two letters of 10 pixels; the way is 320 + 20 pixels long.
    const crawl = { ...words, crawl: 60 };
    const times = [5, 5.1, 6, 5 + 316 / 60, 5 + 330 / 60, 5 + 336 / 60, 5 + 340 / 60, 5 + (3 * 340 + 20) / 60];
    const wanted = [320, 314, 260, 4, -10, -16, 320, 300];
    const found = await drawnAt(registry, crawl, times, pixelFormat);
    for (const [at, left] of wanted.entries()) {
      for (const [plane, bytes] of found[at].entries()) {
        const pixel = pixelFormat === "rgba8" ? 4 : 1;
        const moved = shifted(standing[plane], pixel * WIDTH, pixel * (left - 100));
        sameBytes(bytes, moved, `plane ${plane} with its text at ${left}`);
      }
    }
    // Fewer pictures, as where some were lost, show the same ones.
    const fewer = await drawnAt(registry, crawl, [times[0], times[2], times[7]], pixelFormat);
    deepEqual(fewer, [found[0], found[2], found[7]]);
  });
}

media(
  "overlay moves its text over a ground as wide as the picture, and once where it does not loop",
  async (registry) => {
    const config = { text: "H", position: "bottom", crawl: -110 };
    const [, inside] = await drawnAt(registry, { ...config, crawlLoop: false }, [0, 1]);
    deepEqual(changed(inside[0]), [0, 145, 320, 175]);
    const over = await drawnAt(registry, { ...config, crawlLoop: false }, [0, 3, 4]);
    deepEqual(over.map(([rgba]) => changed(rgba)), [[0, 145, 320, 175], [320, 180, 0, 0], [320, 180, 0, 0]]);
  },
);

media("overlay that has moved its text out for good moves another one in, and counts both", async (registry) => {
  await using runtime = runtimeOf(registry);
  const format = { pixelFormat: "rgba8", width: WIDTH, height: HEIGHT, frameRate: 25 } as const;
  const source = runtime.add(appSource.video(format), { id: "source" });
  const sink = runtime.add(appSink.video(), { id: "sink" });
  const config = { text: "H", size: 20, opacity: 0, crawl: 330, crawlLoop: false };
  runtime.connectByName(addRow(registry, runtime, { "overlay": config }, "source.video"), "sink.video", {
    policy: "lossless",
    capacity: 4,
  });
  await runtime.start();
  const pictures = sink[Symbol.asyncIterator]();
  const next = async (at: number) => {
    await source.push({ planes: [new Uint8Array(4 * WIDTH * HEIGHT).fill(GREY)], ptsNs: at * 1e9 });
    const [left, , right] = changed(copyPicture((await pictures.next()).value!).planes[0]);
    return left < right ? [left, right] : undefined;
  };
  await next(0);
  const [left, right] = (await next(0.5))!;
  ok(left >= 155 && right <= 165, `${left} to ${right}`);
  equal(await next(1), undefined);
  equal(await next(2), undefined);
  await runtime.configure("overlay", { text: "HH" });
  equal(await next(3), undefined);
  deepEqual(await next(3.5), [left, right + 10]);
  await next(5);
  source.end();
  equal((await pictures.next()).done, true);
  const { figures } = await end(runtime);
  equal(figures("overlay")!.passes, 2);
});

Deno.test(
  "overlay draws letters of a colour and a JPEG logo, as ffmpeg decodes the film",
  { ignore: noRustPlugin("codecs") !== undefined || noRustPlugin("video") !== undefined },
  async () => {
    ffmpeg("-f", "lavfi", "-i", "color=black:s=160x96", "-frames:v", "1", "-update", "1", `${FOLDER}/black.png`);
    ffmpeg(
      "-f",
      "lavfi",
      "-i",
      "color=lime:s=24x16,format=yuv420p,scale=out_range=full",
      "-color_range",
      "pc",
      "-strict",
      "-1",
      "-frames:v",
      "1",
      "-update",
      "1",
      `${FOLDER}/logo.jpg`,
    );
    const { code, stderr } = await sluice([
      "run",
      "-e",
      "image-source path=black.png seconds=0.2 ! overlay text=HH size=40 x=20 y=30 colour=#ff0000 opacity=0 " +
      "image=logo.jpg imageX=100 imageY=40 imageOpacity=0.5 ! media-sink path=overlay.mp4",
    ], { cwd: FOLDER });
    equal(code, 0, stderr);
    const rgb = ffmpeg("-i", `${FOLDER}/overlay.mp4`, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-");
    const pixel = (x: number, y: number) => [...rgb.subarray(3 * (160 * y + x), 3 * (160 * y + x) + 3)];
    const near = (found: number[], wanted: number[], off: number) =>
      ok(found.every((level, k) => Math.abs(level - wanted[k]) <= off), `${found}, wanted ${wanted}`);
    near(pixel(112, 48), [0, 128, 0], 12);
    near(pixel(90, 48), [0, 0, 0], 12);
    near(pixel(130, 48), [0, 0, 0], 12);
    const reds: number[] = [];
    for (let y = 0; y < 96; y++) {
      for (let x = 0; x < 96; x++) {
        const [r, g, b] = pixel(x, y);
        if (r < 150) continue;
        ok(g < 90 && b < 90, `${x}, ${y}: ${r}, ${g}, ${b}`);
        reds.push(x);
        ok(y >= 30 && y < 70, `a letter at ${x}, ${y}`);
      }
    }
    // Two letters of 20 pixels each, of which strokes are a sixth.
    ok(reds.length > 100, `${reds.length} red pixels`);
    ok(Math.min(...reds) >= 20 && Math.max(...reds) < 62 && Math.max(...reds) > 48, `${Math.max(...reds)}`);
  },
);

Deno.test("overlay refuses a colour that is none", { ignore: noRustPlugin("video") !== undefined }, async () => {
  const { code, stderr } = await sluice([
    "run",
    "-e",
    "pattern-source durationSeconds=0.1 ! overlay colour=red ! valve",
  ]);
  equal(code, 1, stderr);
  match(stderr, /colour is "red", wanted #rrggbb/);
});
