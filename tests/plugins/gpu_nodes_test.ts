/** The stages on the graphics processor, each beside the same worked out in floating point. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import type { PixelFormat } from "../../core/frames/format.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { drawn, gpu, send, type SentPicture, texture } from "../fixtures/plugins/gpu.ts";
import { addRow, compareBytes, copyPicture, end, type PictureCopy, runPictures } from "../fixtures/plugins/media.ts";
import { rare } from "../fixtures/rare.ts";
import { until } from "../fixtures/waiting.ts";

const SAME = "fn shade(uv: vec2f) -> vec4f { return textureSampleLevel(video, videoSampler, uv, 0.0); }";
const INVERT = `fn shade(uv: vec2f) -> vec4f {
  let colour = textureSampleLevel(video, videoSampler, uv, 0.0);
  return vec4f(1.0 - colour.rgb, colour.a);
}`;

/** How far levels may be off, of 255. */
const TOLERANCE = 2;

/** A level of a picture by its place, 0 to 255, in floating point. */
type Levels = (x: number, y: number, channel: number) => number;

/** A plane of pictures: its size, and its levels by their places. */
interface LevelPlane {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

function assertPlane({ bytes, width, height }: LevelPlane, wanted: Levels, what: string): void {
  const channels = bytes.length / (width * height);
  bytes.forEach((level, at) => {
    const [pixel, channel] = [Math.floor(at / channels), at % channels];
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    const exact = wanted(x, y, channel);
    if (Math.abs(level - exact) > TOLERANCE) {
      ok(false, `${what}: ${level} at ${x}, ${y} of channel ${channel}, wanted ${exact}`);
    }
  });
}

function planesOf({ planes, width, height }: SentPicture | PictureCopy): LevelPlane[] {
  const half = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
  return planes.map((bytes, k) => ({ bytes, ...(k === 0 ? { width, height } : half) }));
}

function assertLevels(picture: PictureCopy, wanted: Levels, what: string): void {
  assertPlane(planesOf(picture)[0], wanted, what);
}

/** Those of a plane, with the edges repeated. */
function levelsOfPlane({ bytes, width, height }: LevelPlane): Levels {
  const channels = bytes.length / (width * height);
  const within = (at: number, most: number) => Math.min(Math.max(at, 0), most - 1);
  return (x, y, channel) => bytes[channels * (within(y, height) * width + within(x, width)) + channel];
}

/** A picture in colours, with the edges repeated. */
const levelsOf = (picture: SentPicture) => levelsOfPlane(planesOf(picture)[0]);

/** A plane at another size, bilinearly. */
function scaled(from: LevelPlane, { width, height }: LevelPlane): Levels {
  const level = levelsOfPlane(from);
  return (x, y, channel) => {
    const [left, top] = [(x + 0.5) * from.width / width - 0.5, (y + 0.5) * from.height / height - 0.5];
    const [column, row] = [Math.floor(left), Math.floor(top)];
    const across = (row: number) =>
      level(column, row, channel) * (1 - left + column) + level(column + 1, row, channel) * (left - column);
    return across(row) * (1 - top + row) + across(row + 1) * (top - row);
  };
}

gpu("gpu-scale is bilinear, in odd sizes too", async (registry) => {
  const picture = drawn("rgba8", 37, 23, texture);
  for (const [width, height] of [[74, 11], [51, 40], [1, 1]]) {
    const { pictures: [found] } = await send(registry, { "gpu-scale": { width, height } }, [picture]);
    deepEqual([found.width, found.height], [width, height]);
    assertLevels(found, scaled(planesOf(picture)[0], planesOf(found)[0]), `${width} × ${height}`);
  }
});

gpu("gpu-scale scales each plane of YUV, and passes pictures of its size", async (registry) => {
  for (const format of ["nv12", "i420"] as const) {
    const picture = drawn(format, 33, 17, texture);
    const { pictures: [found] } = await send(registry, { "gpu-scale": { width: 66 } }, [picture]);
    deepEqual([found.pixelFormat, found.width, found.height], [format, 66, 34]);
    const [before, after] = [planesOf(picture), planesOf(found)];
    equal(after.length, before.length);
    after.forEach((plane, k) => assertPlane(plane, scaled(before[k], plane), `${format}, plane ${k}`));
    const same = await send(registry, { "gpu-scale": { width: 33 } }, [picture]);
    equal(same.figures("gpu-scale")?.uploads, 0);
  }
});

gpu("blur is a Gaussian along both directions", async (registry) => {
  const picture = drawn("rgba8", 41, 29, texture);
  const level = levelsOf(picture);
  const radius = 5;
  const weights = Array.from({ length: 2 * radius + 1 }, (_, k) => Math.exp(-0.5 * ((k - radius) / (radius / 3)) ** 2));
  const total = weights.reduce((sum, weight) => sum + weight);
  const blurred = (place: (offset: number) => number) =>
    weights.reduce((sum, weight, k) => sum + weight * place(k - radius), 0) / total;
  const { pictures: [found] } = await send(registry, { blur: { radius } }, [picture]);
  assertLevels(
    found,
    (x, y, channel) => blurred((down) => blurred((across) => level(x + across, y + down, channel))),
    "blur",
  );
});

gpu("chroma-key makes what is near the colour of the ground transparent", async (registry) => {
  const picture = drawn("rgba8", 40, 30, texture);
  const level = levelsOf(picture);
  const [similarity, smoothness] = [0.15, 0.3];
  const chroma = ([red, green, blue]: number[]) => {
    const luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    return [(blue - luma) / 1.8556, (red - luma) / 1.5748];
  };
  const key = chroma([32, 160, 64]);
  const { pictures: [found] } = await send(registry, {
    "chroma-key": { key: "#20a040", similarity, smoothness },
  }, [picture]);
  const alphas = new Set<number>();
  assertLevels(found, (x, y, channel) => {
    if (channel < 3) return level(x, y, channel);
    const [cb, cr] = chroma([0, 1, 2].map((each) => level(x, y, each)));
    const away = Math.hypot(cb - key[0], cr - key[1]) / 255 - similarity;
    const alpha = 255 * Math.min(Math.max(away / smoothness, 0), 1);
    alphas.add(Math.round(alpha));
    return alpha;
  }, "chroma-key");
  ok(alphas.has(0) && alphas.has(255) && alphas.size > 20, "some of it is transparent, some opaque, and some between");
});

/** A `blend` with a script's pictures at both inputs, behind a `shader` that passes those of the first on. */
function blender(registry: NodeRegistry, runtime: Runtime, config: Record<string, unknown>, like: SentPicture) {
  const { pixelFormat, width, height } = like;
  const sources = ["lower", "upper"].map((id) =>
    runtime.add(appSource.video({ pixelFormat, width, height, frameRate: 25 }), { id })
  );
  const sink = runtime.add(appSink.video(), { id: "sink" });
  const link = { policy: "lossless", capacity: 4 } as const;
  runtime.addByType("blend", config, { id: "blend", lane: "media" });
  runtime.connectByName(addRow(registry, runtime, { shader: { code: SAME } }, "lower.video"), "blend.videoIn", link);
  runtime.connectByName("upper.video", "blend.videoIn2", link);
  runtime.connectByName("blend.videoOut", "sink.video", link);
  return { lower: sources[0], upper: sources[1], sink };
}

/** Blends two pictures. */
async function blended(
  registry: NodeRegistry,
  config: Record<string, unknown>,
  below: SentPicture,
  above: SentPicture,
) {
  await using runtime = new Runtime({ native: "require", mode: "offline", registry });
  const { lower, upper, sink } = blender(registry, runtime, config, below);
  await runtime.start();
  await lower.push({ planes: [...below.planes] });
  await upper.push({ planes: [...above.planes] });
  lower.end();
  upper.end();
  const [found, ...others] = await Array.fromAsync(sink, copyPicture);
  await end(runtime);
  equal(others.length, 0);
  return found;
}

gpu(
  "blend waits for the upper picture of that time, and keeps the last one once its input has ended",
  async (registry) => {
    await using runtime = new Runtime({ native: "require", mode: "offline", registry });
    const [black, white] = [0, 255].map((level) => drawn("rgba8", 8, 8, () => level));
    const { lower, upper, sink } = blender(registry, runtime, {}, black);
    await runtime.start();
    await upper.push({ planes: [...white.planes], ptsNs: 40e6 });
    for (let k = 0; k < 4; k++) await lower.push({ planes: [...black.planes] });
    lower.end();
    const pictures = sink[Symbol.asyncIterator]();
    const levels: number[] = [];
    const read = async () => {
      const { value } = await pictures.next();
      if (value !== undefined) levels.push(copyPicture(value).planes[0][0]);
    };
    // The first one has none yet. What is drawn over the others is known once the upper input tells more.
    await read();
    upper.end();
    for (let k = 0; k < 4; k++) await read();
    await end(runtime);
    deepEqual(levels, [0, 255, 255, 255]);
  },
);

gpu("pictures that wait on a device that is lost are left out, and the next one is flagged", async (registry) => {
  await using runtime = new Runtime({ native: "require", mode: "offline", registry });
  const picture = drawn("rgba8", 8, 8, texture);
  const { lower, upper, sink } = blender(registry, runtime, { opacity: 0 }, picture);
  await runtime.start();
  await lower.push({ planes: [...picture.planes] });
  // It waits as a texture between the two until a picture for the upper input comes.
  await until(() => runtime.stats().nodes.find(({ id }) => id === "shader")?.figures?.frames === 1);
  await runtime.command("shader", "loseDevice");
  await lower.push({ planes: [...picture.planes] });
  lower.end();
  upper.end();
  const found = await Array.fromAsync(sink, copyPicture);
  deepEqual(found.map(({ ptsNs, discontinuity }) => [ptsNs, discontinuity]), [[40e6, true]]);
  ok(compareBytes(found[0].planes[0], picture.planes[0]).most <= 1);
  await end(runtime);
});

gpu("blend mixes colours by its mode, the opacity and the alpha of what is above", async (registry) => {
  const lower = drawn("rgba8", 24, 18, texture);
  const upper = drawn("rgba8", 24, 18, (x, y, channel) => texture(y, x, channel + 1));
  upper.planes[0].forEach((_, at, bytes) => at % 4 === 3 && (bytes[at] = at % 256));
  const [below, above] = [levelsOf(lower), levelsOf(upper)];
  const modes: { readonly [mode: string]: (low: number, up: number) => number } = {
    normal: (_, up) => up,
    add: (low, up) => Math.min(255, low + up),
    multiply: (low, up) => low * up / 255,
    screen: (low, up) => low + up - low * up / 255,
  };
  const opacity = 0.7;
  for (const [mode, mixed] of Object.entries(modes)) {
    const found = await blended(registry, { mode, opacity }, lower, upper);
    assertLevels(found, (x, y, channel) => {
      if (channel === 3) return 255;
      const [low, up] = [below(x, y, channel), above(x, y, channel)];
      const part = opacity * above(x, y, 3) / 255;
      return low * (1 - part) + mixed(low, up) * part;
    }, mode);
  }
});

/** ITU-R BT.601, BT.709 and BT.2020: the parts of red and blue in luma. */
const MATRICES = { bt601: [0.299, 0.114], bt709: [0.2126, 0.0722], bt2020: [0.2627, 0.0593] } as const;
const RANGES = { limited: { black: 16, luma: 219, chroma: 224 }, full: { black: 0, luma: 255, chroma: 255 } } as const;

/** What YUV means, in floating point and levels of 0 to 255. */
function colours(matrix: keyof typeof MATRICES, range: keyof typeof RANGES) {
  const [red, blue] = MATRICES[matrix];
  const { black, luma, chroma } = RANGES[range];
  const within = (level: number) => Math.min(Math.max(level, 0), 255);
  const toYuv = ([r, g, b]: readonly number[]) => {
    const y = red * r + (1 - red - blue) * g + blue * b;
    return [
      black + y * luma / 255,
      128 + (b - y) / (2 - 2 * blue) * chroma / 255,
      128 + (r - y) / (2 - 2 * red) * chroma / 255,
    ].map(within);
  };
  const toRgb = ([y, u, v]: readonly number[]) => {
    const grey = (y - black) * 255 / luma;
    const [b, r] = [(u - 128) * (2 - 2 * blue), (v - 128) * (2 - 2 * red)].map((each) => grey + each * 255 / chroma);
    return [r, (grey - red * r - blue * b) / (1 - red - blue), b].map(within);
  };
  return { toYuv, toRgb };
}

/** The colours of a picture by the place of a pixel: red, green and blue, or levels of YUV. */
function coloursOf(picture: SentPicture): (x: number, y: number) => number[] {
  const [first, ...chroma] = planesOf(picture).map(levelsOfPlane);
  const order = { rgba8: [0, 1, 2], bgra8: [2, 1, 0], nv12: [0, 1], i420: [0] }[picture.pixelFormat as "rgba8"];
  if (chroma.length === 0) return (x, y) => order.map((channel) => first(x, y, channel));
  return (x, y) => [first(x, y, 0), ...chroma.flatMap((plane) => order.map((k) => plane(x >> 1, y >> 1, k)))];
}

const FORMATS: PixelFormat[] = ["rgba8", "bgra8", "nv12", "i420"];
const isRgb = (format: PixelFormat) => format === "rgba8" || format === "bgra8";

/** What a plane of a picture has, once that is in another format. */
function converted(
  picture: SentPicture,
  to: PixelFormat,
  plane: number,
  { toYuv, toRgb }: ReturnType<typeof colours>,
): Levels {
  const colour = coloursOf(picture);
  const from = picture.pixelFormat;
  if (isRgb(to)) {
    const order = to === "bgra8" ? [2, 1, 0] : [0, 1, 2];
    return (x, y, channel) => {
      if (channel === 3) return 255;
      return (isRgb(from) ? colour(x, y) : toRgb(colour(x, y)))[order[channel]];
    };
  }
  if (plane === 0) return (x, y) => (isRgb(from) ? toYuv(colour(x, y)) : colour(x, y))[0];
  const of = (channel: number) => to === "nv12" ? 1 + channel : plane;
  if (!isRgb(from)) return (x, y, channel) => colour(2 * x, 2 * y)[of(channel)];
  return (x, y, channel) => {
    const four = [0, 1, 2, 3].map((at) => colour(2 * x + (at & 1), 2 * y + (at >> 1)));
    return toYuv([0, 1, 2].map((c) => four.reduce((sum, each) => sum + each[c], 0) / 4))[of(channel)];
  };
}

for (const stage of ["gpu-convert", "convert"]) {
  gpu(
    `${stage} is exact in each pair of formats, each matrix and range, below black and above white too`,
    async (registry) => {
      const pairs = FORMATS.flatMap((from) => FORMATS.filter((to) => to !== from).map((to) => [from, to] as const));
      const meanings = (["bt601", "bt709", "bt2020"] as const).flatMap((matrix) =>
        (["limited", "full"] as const).map((range) => ({ matrix, range }))
      );
      const cases = [true, false].flatMap((toYuv) => {
        const own = pairs.filter(([from, to]) => isRgb(from) === toYuv && isRgb(to) !== toYuv);
        return meanings.map((meaning, k) => ({ pair: own[k % own.length], meaning }));
      });
      cases.push(
        ...pairs.filter(([from, to]) => isRgb(from) === isRgb(to)).map((pair) => ({ pair, meaning: meanings[0] })),
      );
      for (const { pair: [from, pixelFormat], meaning: { matrix, range } } of cases) {
        // All levels, in each channel, beside those of the others.
        const picture = drawn(from, 67, 42, (x, y, channel) => (x * 7 + y * 89 + channel * (31 + 5 * y)) & 255);
        const { pictures: [found] } = await send(registry, { [stage]: { pixelFormat, matrix, range } }, [picture]);
        equal(found.pixelFormat, pixelFormat);
        for (const [k, plane] of planesOf(found).entries()) {
          const exact = converted(picture, pixelFormat, k, colours(matrix, range));
          assertPlane(plane, exact, `${from} to ${pixelFormat}, ${matrix}, ${range}, plane ${k}`);
        }
      }
    },
  );
}

gpu("a picture of 1080p goes through three shaders without being read back between", async (registry) => {
  const frames = 3;
  const [width, height] = [1_920, 1_080];
  const shader = { code: INVERT };
  const { pictures, figures } = await runPictures(registry, {
    "pattern-source": { pattern: "ramp", width, height, frameRate: 25, durationSeconds: frames / 25 },
    "shader#first": shader,
    "shader#second": shader,
    "shader#third": shader,
  });
  equal(pictures.length, frames);
  const counted = ["first", "second", "third"].map(figures).map((each) => [each?.uploads, each?.readbacks]);
  deepEqual(counted, [[frames, 0], [0, 0], [0, frames]]);
  ok(figures("third")!.submissions <= frames, "one submission a picture at most, for all stages");
});

gpu(
  "a row of stages submits once for a picture, or for up to eight that a tick draws, and once for eight uploads",
  async (registry) => {
    const count = 48;
    const picture = drawn("rgba8", 8, 8, texture);
    const shader = { code: INVERT };
    const row = { "shader#first": shader, "shader#second": shader, "shader#third": shader };
    const { pictures, figures } = await send(registry, row, Array(count).fill(picture), { capacity: 16 });
    equal(pictures.length, count);
    const { submissions } = figures("third")!;
    // And one before the last stage knows that its pictures leave the lane.
    ok(submissions <= count + count / 8 + 1 && submissions >= count / 8, `${submissions} submissions`);
  },
);

gpu("stages of two lanes hand bytes on", async (registry) => {
  await using runtime = new Runtime({ native: "require", mode: "offline", registry });
  const picture = drawn("rgba8", 21, 13, texture);
  const source = runtime.add(appSource.video({ pixelFormat: "rgba8", width: 21, height: 13, frameRate: 25 }), {
    id: "source",
  });
  const sink = runtime.add(appSink.video(), { id: "sink" });
  const link = { policy: "lossless", capacity: 4 } as const;
  for (const id of ["first", "second"]) runtime.addByType("shader", { code: INVERT }, { id, lane: id });
  runtime.connectByName("source.video", "first.videoIn", link);
  runtime.connectByName("first.videoOut", "second.videoIn", link);
  runtime.connectByName("second.videoOut", "sink.video", link);
  await runtime.start();
  for (let k = 0; k < 3; k++) await source.push({ planes: [...picture.planes] });
  source.end();
  const found = await Array.fromAsync(sink, copyPicture);
  const { figures } = await end(runtime);
  equal(found.length, 3);
  for (const { planes } of found) ok(compareBytes(planes[0], picture.planes[0]).most <= 2);
  const counted = ["first", "second"].map(figures).map((each) => [each?.uploads, each?.readbacks]);
  deepEqual(counted, [[3, 3], [3, 3]]);
});

rare(gpu)("a stage in a process of its own gives bytes", async (registry) => {
  const picture = drawn("rgba8", 21, 13, texture);
  await using runtime = new Runtime({ native: "require", mode: "offline", registry });
  const source = runtime.add(appSource.video({ pixelFormat: "rgba8", width: 21, height: 13, frameRate: 25 }), {
    id: "source",
  });
  const sink = runtime.add(appSink.video(), { id: "sink" });
  runtime.addByType("shader", { code: SAME }, { id: "shader", lane: "media", isolate: "process" });
  runtime.connectByName("source.video", "shader.videoIn", { policy: "lossless", capacity: 4 });
  runtime.connectByName("shader.videoOut", "sink.video", { policy: "lossless", capacity: 4 });
  await runtime.start();
  await source.push({ planes: [...picture.planes] });
  source.end();
  const [found] = await Array.fromAsync(sink, copyPicture);
  await end(runtime);
  ok(compareBytes(found.planes[0], picture.planes[0]).most <= 1);
});
