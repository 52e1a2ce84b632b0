/** The compositor: what comes out is what the formula of blending gives, pixel by pixel, at the times that are due. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import type { SluiceError } from "../../core/errors.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import type { NodeType } from "../../core/registry/node_type.ts";
import type { Runtime } from "../../core/runtime.ts";
import type { AddOptions } from "../../core/runtime_options.ts";
import { addRow, copyPicture, end, media, type PictureCopy, readCode, runtimeOf } from "../fixtures/plugins/media.ts";
import { rare } from "../fixtures/rare.ts";

const TYPE = "compositor";
const MS = 1e6;

type Rgba = readonly [number, number, number, number];

/** The pictures of an input, of one size. */
interface Input {
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  readonly pictures: readonly Uint8Array[];
}

/** Where an input stands. */
interface Place {
  readonly x?: number;
  readonly y?: number;
  readonly opacity?: number;
  readonly order?: number;
  readonly visible?: boolean;
}

/** Marsaglia, "Xorshift RNGs", 2003. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function solid(width: number, height: number, colour: Rgba): Uint8Array {
  return Uint8Array.from({ length: 4 * width * height }, (_, k) => colour[k % 4]);
}

function still(width: number, height: number, pixels: Uint8Array, count = 1): Input {
  return { width, height, frameRate: 25, pictures: Array<Uint8Array>(count).fill(pixels) };
}

/** The places of inputs as the stage's keys. */
function keysOf(places: readonly Place[]): Record<string, unknown> {
  return Object.fromEntries(
    places.flatMap((place, k) => Object.entries(place).map(([key, value]) => [`${key}_${k}`, value])),
  );
}

/** Draws pictures by the formula, in floating point, each rounded to 8 bits; alphas are of 8 bits, too. */
function drawn(width: number, height: number, background: Rgba, inputs: readonly Input[], places: readonly Place[]) {
  const out = solid(width, height, background);
  const order = inputs.map((_, k) => k).sort((a, b) => (places[a].order ?? a) - (places[b].order ?? b) || a - b);
  for (const k of order.filter((k) => places[k].visible ?? true)) {
    const { x = 0, y = 0, opacity = 1 } = places[k];
    const { pictures: [pixels] } = inputs[k];
    for (let row = 0; row < inputs[k].height; row++) {
      for (let column = 0; column < inputs[k].width; column++) {
        const [toX, toY] = [x + column, y + row];
        if (toX < 0 || toX >= width || toY < 0 || toY >= height) continue;
        const [from, to] = [4 * (row * inputs[k].width + column), 4 * (toY * width + toX)];
        const part = Math.round(pixels[from + 3] * Math.round(opacity * 255) / 255) / 255;
        for (let c = 0; c < 3; c++) out[to + c] = Math.round(pixels[from + c] * part + out[to + c] * (1 - part));
      }
    }
  }
  return out;
}

/** A graph of scripted inputs, the compositor, and a sink. */
function graph(runtime: Runtime, config: object, inputs: readonly (Input | undefined)[], options: AddOptions = {}) {
  runtime.addByType(TYPE, { ...config }, { id: "compositor", lane: "media", ...options });
  const sources = inputs.map((input, k) => {
    if (input === undefined) return undefined;
    const { width, height, frameRate } = input;
    const source = runtime.add(appSource.video({ pixelFormat: "rgba8", width, height, frameRate }), { id: `in_${k}` });
    runtime.connectByName(`in_${k}.video`, `compositor.videoIn_${k}`, { policy: "lossless", capacity: 4 });
    return source;
  });
  const sink = runtime.add(appSink.video(), { id: "sink" });
  runtime.connectByName("compositor.videoOut", "sink.video", { policy: "lossless", capacity: 4 });
  return { sources, sink };
}

/** Runs inputs to their end. */
async function compose(registry: NodeRegistry, config: object, inputs: readonly (Input | undefined)[]) {
  await using runtime = runtimeOf(registry);
  const { sources, sink } = graph(runtime, config, inputs);
  await runtime.start();
  const sent = Promise.all(sources.map(async (source, k) => {
    try {
      for (const pixels of inputs[k]?.pictures ?? []) await source!.push({ planes: [pixels] });
    } catch (error) {
      // What an input has left when the compositor ends goes nowhere.
      equal((error as SluiceError).code, "Busy");
    }
    source?.end();
  }));
  const pictures: PictureCopy[] = [];
  for await (const picture of sink) pictures.push(copyPicture(picture));
  await sent;
  return { pictures, figures: (await end(runtime)).figures("compositor") };
}

/** The colour of a pixel, red, green, blue. */
function pixel({ planes: [rgba], width }: PictureCopy, x: number, y: number): number[] {
  return [...rgba.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)];
}

media("compositor: a picture in a picture is blended as the formula says", async (registry) => {
  const pick = random(20_261_124);
  const noise = (width: number, height: number, opaque: boolean) =>
    Uint8Array.from({ length: 4 * width * height }, (_, k) => k % 4 === 3 && opaque ? 255 : pick(256));
  const inputs = [still(64, 48, noise(64, 48, true)), still(17, 11, noise(17, 11, false))];
  for (const opacity of [1, 0.5, 0.03]) {
    const places = [{}, { x: 40, y: 30, opacity }];
    const config = { width: 64, height: 48, frameRate: 25, ...keysOf(places) };
    const { pictures } = await compose(registry, config, inputs);
    equal(pictures.length, 1);
    deepEqual([pictures[0].width, pictures[0].height, pictures[0].pixelFormat], [64, 48, "rgba8"]);
    deepEqual([pictures[0].ptsNs, pictures[0].durationNs], [0, 40 * MS]);
    deepEqual(pictures[0].planes[0], drawn(64, 48, [0, 0, 0, 255], inputs, places));
  }
});

rare(media)("compositor: eight inputs of odd sizes, partly or wholly outside, in any order", async (registry) => {
  const pick = random(7);
  for (let round = 0; round < 4; round++) {
    const inputs = Array.from({ length: 8 }, (_, k) => {
      const [width, height] = [1 + pick(40), 1 + pick(30)];
      // Some are opaque, and some of those cover all.
      const whole = k % 4 === 3 && pick(2) === 0;
      const [w, h] = whole ? [53, 37] : [width, height];
      return still(w, h, Uint8Array.from({ length: 4 * w * h }, (_, at) => at % 4 === 3 && k % 2 ? 255 : pick(256)));
    });
    const places = inputs.map(({ width }) => ({
      x: width === 53 ? 0 : pick(100) - 45,
      y: width === 53 ? 0 : pick(80) - 40,
      opacity: pick(3) === 0 ? pick(101) / 100 : 1,
      order: pick(7) - 3,
      visible: pick(6) > 0,
    }));
    const config = { width: 53, height: 37, frameRate: 25, background: "#204060", ...keysOf(places) };
    const { pictures } = await compose(registry, config, inputs);
    equal(pictures.length, 1);
    deepEqual(pictures[0].planes[0], drawn(53, 37, [32, 64, 96, 255], inputs, places));
  }
});

media("compositor scales pictures, and what cannot be seen of one lends no colour", async (registry) => {
  const half = Uint8Array.from({ length: 4 * 8 * 6 }, (_, k) => {
    const unseen: Rgba = [255, 0, 0, 0];
    return (Math.floor(k / 4) % 8 < 4 ? unseen : [0, 0, 200, 255])[k % 4];
  });
  const inputs = [still(5, 3, solid(5, 3, [10, 200, 30, 255])), still(8, 6, half)];
  const sizes = { width_0: 31, height_0: 17, x_1: 40, y_1: 2, width_1: 24 };
  const { pictures: [picture] } = await compose(registry, { width: 71, height: 29, frameRate: 25, ...sizes }, inputs);
  for (let y = 0; y < 29; y++) {
    for (let x = 0; x < 40; x++) {
      deepEqual(pixel(picture, x, y), x < 31 && y < 17 ? [10, 200, 30] : [0, 0, 0], `${x}, ${y}`);
    }
    for (let x = 40; x < 71; x++) {
      const [red, green, blue] = pixel(picture, x, y);
      deepEqual([red, green], [0, 0], `${x}, ${y}`);
      // Its width of 24 keeps the shape: 18 rows. Behind the edge in the middle it is all blue.
      if (x >= 55 && x < 64 && y >= 2 && y < 20) equal(blue, 200, `${x}, ${y}`);
      if (x < 49 || x >= 64 || y < 2 || y >= 20) equal(blue, 0, `${x}, ${y}`);
    }
  }
});

media("compositor draws what can be seen of a scaled picture as it draws the whole", async (registry) => {
  const pick = random(22);
  const input = still(33, 21, Uint8Array.from({ length: 4 * 33 * 21 }, (_, k) => k % 4 === 3 ? 255 : pick(256)));
  const size = { width_0: 400, height_0: 300 };
  const { pictures: [whole] } = await compose(registry, { width: 400, height: 300, ...size }, [input]);
  const { pictures: [part] } = await compose(registry, { width: 64, height: 48, x_0: -150, y_0: -120, ...size }, [
    input,
  ]);
  let most = 0;
  for (let y = 0; y < 48; y++) {
    for (let x = 0; x < 64; x++) {
      const wanted = pixel(whole, 150 + x, 120 + y);
      pixel(part, x, y).forEach((level, k) => most = Math.max(most, Math.abs(level - wanted[k])));
    }
  }
  ok(most <= 1, `${most} levels`);
});

/** The frame numbers of two test patterns in each picture, one above the other. */
async function numbers(registry: NodeRegistry, rates: readonly [number, number], seconds: number, config: object) {
  await using runtime = runtimeOf(registry);
  runtime.addByType(TYPE, { width: 64, height: 32, y_1: 16, ...config }, { id: "compositor", lane: "media" });
  for (const [k, frameRate] of rates.entries()) {
    const pattern = { width: 64, height: 16, frameRate, durationSeconds: seconds };
    const last = addRow(registry, runtime, { [`pattern-source#in_${k}`]: pattern });
    runtime.connectByName(last, `compositor.videoIn_${k}`, { policy: "lossless", capacity: 2 });
  }
  const sink = runtime.add(appSink.video(), { id: "sink" });
  runtime.connectByName("compositor.videoOut", "sink.video", { policy: "lossless", capacity: 2 });
  await runtime.start();
  const [found, times]: [(number | undefined)[][], number[]] = [[], []];
  for await (const picture of sink) {
    const { planes: [rgba] } = copyPicture(picture);
    const grey = rgba.filter((_, k) => k % 4 === 0);
    found.push([readCode(grey.subarray(0, 64 * 16), 64, 16), readCode(grey.subarray(64 * 16), 64, 16)]);
    times.push(picture.ptsNs);
  }
  return { found, times, figures: (await end(runtime)).figures("compositor")! };
}

media("compositor shows of inputs of other rates what is newest at the time", async (registry) => {
  const { found, times, figures } = await numbers(registry, [50, 10], 0.4, { frameRate: 25 });
  deepEqual(times, Array.from({ length: 10 }, (_, k) => 40 * MS * k));
  // Of the faster one each second picture; of the slower one that of the last tenth of a second.
  deepEqual(found, Array.from({ length: 10 }, (_, k) => [2 * k, Math.floor(0.4 * k)]));
  deepEqual(figures, { frames: 10, late: 0, skipped: 9 });
});

media("compositor takes the times of its master, and ends with it", async (registry) => {
  const { found, times, figures } = await numbers(registry, [30, 12], 0.5, { frameRate: 25, master: 1 });
  deepEqual(times, Array.from({ length: 6 }, (_, k) => Math.round(k * 1e9 / 12)));
  deepEqual(found.map(([, code]) => code), [0, 1, 2, 3, 4, 5]);
  deepEqual(found.map(([code]) => code), times.map((ns) => Math.floor(ns * 30 / 1e9 + 1e-6)));
  equal(figures.late, 0);
});

media("compositor holds or hides an input that ends before, or ends with it", async (registry) => {
  const [long, short] = [
    still(8, 8, solid(8, 8, [9, 9, 9, 255]), 5),
    still(8, 8, solid(8, 8, [90, 80, 70, 255]), 2),
  ];
  const config = { width: 16, height: 8, frameRate: 25, x_1: 8 };
  const seen = async (keys: object) => {
    const { pictures } = await compose(registry, { ...config, ...keys }, [long, short]);
    return pictures.map((picture) => pixel(picture, 8, 0)[0]);
  };
  deepEqual(await seen({}), [90, 90, 90, 90, 90]);
  deepEqual(await seen({ atEnd: "hide" }), [90, 90, 0, 0, 0]);
  deepEqual(await seen({ end: "any" }), [90, 90]);
  deepEqual(await seen({ master: 1 }), [90, 90]);
  deepEqual(await seen({ master: 0, atEnd: "hide" }), [90, 90, 0, 0, 0]);
});

media("compositor moves inputs while it runs, from one picture to the next", async (registry) => {
  await using runtime = runtimeOf(registry);
  const input = still(4, 4, solid(4, 4, [200, 100, 50, 255]));
  const { sources: [source], sink } = graph(runtime, { width: 12, height: 4, frameRate: 25 }, [input]);
  await runtime.start();
  const pictures = sink[Symbol.asyncIterator]();
  const next = async () => {
    await source!.push({ planes: input.pictures });
    const { value } = await pictures.next();
    const copy = copyPicture(value!);
    return [0, 4, 8].map((x) => pixel(copy, x, 0)[0]);
  };
  deepEqual(await next(), [200, 0, 0]);
  await runtime.configure("compositor", { x_0: 4 });
  deepEqual(await next(), [0, 200, 0]);
  await runtime.configure("compositor", { x_0: 6, opacity_0: 0.5, background: "#640000" });
  deepEqual(await next(), [100, 100, 150]);
  await runtime.configure("compositor", { width_0: 12, height_0: 4, x_0: 0, opacity_0: 1 });
  deepEqual(await next(), [200, 200, 200]);
  await runtime.configure("compositor", { visible_0: false });
  deepEqual(await next(), [100, 100, 100]);
  source!.end();
  ok((await pictures.next()).done);
  await end(runtime);
});

media("compositor goes on at the next time with another rate", async (registry) => {
  await using runtime = runtimeOf(registry);
  const input = still(4, 4, solid(4, 4, [200, 100, 50, 255]));
  const { sources: [source], sink } = graph(runtime, { width: 4, height: 4, frameRate: 25 }, [input]);
  await runtime.start();
  const pictures = sink[Symbol.asyncIterator]();
  const seen = async () => {
    const { ptsNs, durationNs } = (await pictures.next()).value!;
    return [ptsNs / MS, durationNs / MS];
  };
  for (const at of [0, 40]) {
    await source!.push({ planes: input.pictures });
    deepEqual(await seen(), [at, 40]);
  }
  await runtime.configure("compositor", { frameRate: 50 });
  await source!.push({ planes: input.pictures });
  deepEqual(await seen(), [80, 20]);
  await source!.push({ planes: input.pictures });
  deepEqual([await seen(), await seen()], [[100, 20], [120, 20]]);
  source!.end();
  deepEqual(await seen(), [140, 20]);
  ok((await pictures.next()).done);
  await end(runtime);
});

for (const isolate of [undefined, "process"] as const) {
  const where = isolate === undefined ? "" : ", in a process of its own";
  media(`compositor keeps the pictures of inputs that have ended where it is replaced${where}`, async (registry) => {
    if (isolate !== undefined && Deno.build.os !== "linux") return;
    await using runtime = runtimeOf(registry);
    const inputs = [[200, 0, 0], [0, 100, 0]].map(([red, green, blue]) =>
      still(4, 4, solid(4, 4, [red, green, blue, 255]))
    );
    const config = { width: 8, height: 4, frameRate: 25, x_1: 4 };
    const { sources: [long, short], sink } = graph(runtime, config, inputs, { isolate });
    await runtime.start();
    const pictures = sink[Symbol.asyncIterator]();
    const seen = async () => {
      const copy = copyPicture((await pictures.next()).value!);
      return [copy.ptsNs / MS, pixel(copy, 0, 0)[0], pixel(copy, 4, 0)[1]];
    };
    await short!.push({ planes: inputs[1].pictures });
    short!.end();
    await long!.push({ planes: inputs[0].pictures });
    deepEqual(await seen(), [0, 200, 100]);
    await runtime.configure("compositor", { frameRate: 50 });
    await long!.push({ planes: inputs[0].pictures });
    deepEqual(await seen(), [40, 200, 100]);
    const other = registry.get(TYPE) as unknown as NodeType<Record<string, unknown>>;
    await runtime.edit((edit) => edit.replace("compositor", other({ ...config, frameRate: 50 })));
    // The first of the two shows the pictures before on, of both inputs.
    await long!.push({ planes: inputs[1].pictures });
    deepEqual([await seen(), await seen()], [[60, 200, 100], [80, 0, 100]]);
    long!.end();
    deepEqual(await seen(), [100, 0, 100]);
    ok((await pictures.next()).done);
    await end(runtime);
  });
}

media(
  "compositor that is replaced while an input is late makes the picture of its master all the same",
  async (registry) => {
    await using runtime = runtimeOf(registry);
    const inputs = [200, 100].map((red) => still(4, 4, solid(4, 4, [red, 0, 0, 255])));
    const config = { width: 8, height: 4, x_1: 4, master: 0 };
    const { sources: [master, other], sink } = graph(runtime, config, inputs);
    await runtime.start();
    await master!.push({ planes: inputs[0].pictures });
    await taken(runtime, "in_0");
    await runtime.configure("compositor", { frameRate: 50 });
    await other!.push({ planes: inputs[1].pictures });
    master!.end();
    other!.end();
    const [picture, ...rest] = await Array.fromAsync(sink, copyPicture);
    deepEqual([picture.ptsNs, pixel(picture, 0, 0)[0], pixel(picture, 4, 0)[0], rest.length], [0, 200, 100, 0]);
    await end(runtime);
  },
);

/** Sends pictures of one pixel at times, in milliseconds; each has its place in the list as its level of red. */
async function composeTimes(
  registry: NodeRegistry,
  config: object,
  times: readonly (readonly number[])[],
  mode: "live" | "offline",
) {
  await using runtime = runtimeOf(registry, { mode });
  const format = { pixelFormat: "rgba8", width: 1, height: 1, frameRate: 25 } as const;
  runtime.addByType(TYPE, { width: 2, height: 1, x_1: 1, frameRate: 25, ...config }, {
    id: "compositor",
    lane: "media",
  });
  const sources = times.map((_, k) => {
    const source = runtime.add(appSource.video(format), { id: `in_${k}` });
    runtime.connectByName(`in_${k}.video`, `compositor.videoIn_${k}`, { policy: "lossless", capacity: 4 });
    return source;
  });
  const sink = runtime.add(appSink.video(), { id: "sink" });
  runtime.connectByName("compositor.videoOut", "sink.video", { policy: "lossless", capacity: 4 });
  await runtime.start();
  const sent = Promise.all(sources.map(async (source, k) => {
    for (const [place, ms] of times[k].entries()) {
      await source.push({ planes: [Uint8Array.of(1 + place, 0, 0, 255)], ptsNs: ms * MS });
    }
    source.end();
  }));
  const found: (readonly [ms: number, ...levels: number[]])[] = [];
  const breaks: number[] = [];
  for await (const picture of sink) {
    const copy = copyPicture(picture);
    if (copy.discontinuity) breaks.push(found.length);
    found.push([copy.ptsNs / MS, ...times.map((_, k) => pixel(copy, k, 0)[0])]);
  }
  await sent;
  return { found, breaks, figures: (await end(runtime)).figures("compositor")! };
}

for (const mode of ["live", "offline"] as const) {
  media(`compositor goes on where the times of its inputs go back, in a graph that is ${mode}`, async (registry) => {
    const one = await composeTimes(registry, {}, [[0, 40, 80, 0, 40]], mode);
    deepEqual(one.found, [[0, 1], [40, 2], [80, 3], [0, 4], [40, 5]]);
    deepEqual(one.breaks, [3]);
    const config = { waitMs: 10_000 };
    const two = await composeTimes(registry, config, [[80, 120, 0, 40], [80, 120, 160, 0, 40]], mode);
    deepEqual(two.found, [[80, 1, 1], [120, 2, 2], [160, 2, 3], [0, 3, 4], [40, 4, 5]]);
    deepEqual(two.figures, { frames: 5, late: 0, skipped: 0 });
  });

  rare(media)(
    `compositor goes back with its master, picture by picture, in a graph that is ${mode}`,
    async (registry) => {
      const config = { master: 0, waitMs: 10_000 };
      const one = await composeTimes(registry, config, [[0, 40, 80, 0, 40]], mode);
      deepEqual(one.found, [[0, 1], [40, 2], [80, 3], [0, 4], [40, 5]]);
      // The other one goes back with it, before it, and after it, with pictures that its own have none for.
      for (const before of [[0, 40, 80], [0, 40], [0, 40, 80, 100, 110]]) {
        const { found, figures } = await composeTimes(
          registry,
          config,
          [[0, 40, 80, 0, 40, 80, 0, 40], [...before, 0, 40, 80, 0, 40]],
          mode,
        );
        const of = (place: number) => [before.length + 1, before.length + 2, before.length + 3][place];
        const last = before[2] === undefined ? 2 : 3;
        deepEqual(found, [
          [0, 1, 1],
          [40, 2, 2],
          [80, 3, last],
          [0, 4, of(0)],
          [40, 5, of(1)],
          [80, 6, of(2)],
          [0, 7, before.length + 4],
          [40, 8, before.length + 5],
        ]);
        deepEqual(figures, { frames: 8, late: 0, skipped: Math.max(0, before.length - 3) });
      }
    },
  );

  media(`compositor fills a gap of 10 s at most, in a graph that is ${mode}`, async (registry) => {
    const hour = await composeTimes(registry, {}, [[0, 40, 3_600_000, 3_600_040]], mode);
    deepEqual(hour.found, [[0, 1], [40, 2], [3_600_000, 3], [3_600_040, 4]]);
    deepEqual(hour.breaks, [2]);
    const { found, breaks } = await composeTimes(registry, {}, [[0, 10_040]], mode);
    deepEqual(found, Array.from({ length: 252 }, (_, k) => [40 * k, k < 251 ? 1 : 2]));
    deepEqual(breaks, []);
  });
}

media(
  "compositor shows again what has gone back alone, once the others have not followed for 10 s",
  async (registry) => {
    const steady = Array.from({ length: 30 }, (_, k) => 500 * k);
    const { found, breaks } = await composeTimes(
      registry,
      { frameRate: 2 },
      [steady, [0, 500, 1_000, 0, 500]],
      "offline",
    );
    deepEqual(found, steady.map((ms, k) => [ms, k + 1, ms < 1_000 ? 1 + k : ms <= 11_000 ? 3 : 5]));
    deepEqual(breaks, []);
  },
);

rare(media)("compositor goes on in a live graph without an input that is late, and counts it", async (registry) => {
  await using runtime = runtimeOf(registry, { mode: "live" });
  const inputs = [still(4, 4, solid(4, 4, [200, 0, 0, 255])), still(4, 4, solid(4, 4, [0, 0, 100, 255]))];
  const config = { width: 8, height: 4, frameRate: 25, x_1: 4, waitMs: 0 };
  const { sources: [first, second], sink } = graph(runtime, config, inputs);
  await runtime.start();
  const pictures = sink[Symbol.asyncIterator]();
  const next = async () => {
    await first!.push({ planes: inputs[0].pictures });
    const copy = copyPicture((await pictures.next()).value!);
    return [copy.ptsNs / MS, pixel(copy, 0, 0)[0], pixel(copy, 4, 0)[2]];
  };
  // The second one has nothing yet, then its first picture, and then keeps it.
  deepEqual(await next(), [0, 200, 0]);
  await second!.push({ planes: inputs[1].pictures });
  await taken(runtime, "in_1");
  deepEqual(await next(), [40, 200, 100]);
  deepEqual(await next(), [80, 200, 100]);
  first!.end();
  second!.end();
  for await (const _ of { [Symbol.asyncIterator]: () => pictures }) throw new Error("a picture too many");
  deepEqual((await end(runtime)).figures("compositor"), { frames: 3, late: 3, skipped: 0 });
});

/** Waits until what a source has sent was read. */
async function taken(runtime: Runtime, source: string): Promise<void> {
  const link = () => runtime.stats().links.find(({ from }) => from.startsWith(source))!;
  while (link().read === 0) await new Promise((resolve) => setTimeout(resolve, 1));
}

media("compositor refuses other pixel formats, and a master without a link, by name", async (registry) => {
  const cases: [object, string, RegExp][] = [
    [{}, "nv12", /"compositor".*input videoIn_0 is in nv12, wanted rgba8; put a "convert" before it/],
    [{ master: 3 }, "rgba8", /"compositor".*input videoIn_3 is the master and has no link/],
  ];
  for (const [config, pixelFormat, wanted] of cases) {
    await using runtime = runtimeOf(registry);
    runtime.addByType(TYPE, { width: 64, height: 16, ...config }, { id: "compositor", lane: "media" });
    const pattern = { width: 64, height: 16, durationSeconds: 0.1 };
    // What has no format of its own to announce is seen only when it comes.
    const row = { "pattern-source": pattern, "convert": { pixelFormat }, "frame-rate": {} };
    runtime.connectByName(addRow(registry, runtime, row), "compositor.videoIn_0", { policy: "lossless", capacity: 2 });
    await runtime.start();
    await rejects(runtime.finished, (error: Error) => (match(error.message, wanted), true));
  }
});

rare(media)("compositor does the same in a process of its own", async (registry) => {
  if (Deno.build.os !== "linux") return;
  await using runtime = runtimeOf(registry);
  const input = still(4, 4, solid(4, 4, [200, 100, 50, 255]), 3);
  const config = { width: 8, height: 4, frameRate: 25, x_1: 4 };
  const { sources: [long, short], sink } = graph(runtime, config, [input, input], { isolate: "process" });
  await runtime.start();
  for (const pixels of input.pictures) await long!.push({ planes: [pixels] });
  await short!.push({ planes: input.pictures.slice(0, 1) });
  long!.end();
  short!.end();
  let frames = 0;
  for await (const picture of sink) {
    deepEqual([0, 4].map((x) => pixel(copyPicture(picture), x, 0)[1]), [100, 100]);
    frames++;
  }
  equal(frames, 3);
  await end(runtime);
});
