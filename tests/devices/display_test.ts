/** What `display` shows, when, and what it does with its window. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { copyPicture, sameBytes } from "../fixtures/plugins/media.ts";
import { inTime, until } from "../fixtures/waiting.ts";
import { Shown } from "./fixtures/shown.ts";
import { noise, opaque, place, POOLS } from "./fixtures/watched.ts";
import { XClient } from "./fixtures/x_client.ts";
import { withX, XServer } from "./fixtures/x_server.ts";

const SCREEN = [320, 200] as const;
const [WIDTH, HEIGHT] = [64, 36];
const BGRA = { pixelFormat: "bgra8", width: WIDTH, height: HEIGHT } as const;

/** The pixels of a colour: blue, green, red. */
function plain(count: number, colour: readonly [number, number, number]): Uint8Array {
  return new Uint8Array(4 * count).map((_, at) => [...colour, 255][at % 4]);
}

withX("display shows a picture of each format as it is", async () => {
  await using server = await XServer.start(SCREEN);
  const pixels = opaque(noise(WIDTH, HEIGHT));
  const swapped = pixels.map((_, at) => pixels[at % 4 === 0 ? at + 2 : at % 4 === 2 ? at - 2 : at]);
  const half = WIDTH * HEIGHT / 2;
  const grey = (bytes: number, level: number) => new Uint8Array(bytes).fill(level);
  const formats = [
    ["bgra8", [pixels], pixels],
    ["rgba8", [swapped], pixels],
    ["nv12", [grey(2 * half, 235), grey(half, 128)], plain(2 * half, [255, 255, 255])],
    ["i420", [grey(2 * half, 16), grey(half / 2, 128), grey(half / 2, 128)], plain(2 * half, [0, 0, 0])],
  ] as const;
  for (const [pixelFormat, planes, wanted] of formats) {
    await using shown = await Shown.start(server.name, { pixelFormat, width: WIDTH, height: HEIGHT });
    await shown.show({ planes });
    const window = await shown.window();
    deepEqual(await shown.client.size(window), [WIDTH, HEIGHT]);
    sameBytes(opaque(await shown.client.read(window, WIDTH, HEIGHT)), wanted);
  }
});

withX("what display shows is what screen captures, picture for picture", async () => {
  await using server = await XServer.start(SCREEN);
  const pools = { video: { slots: 120, slotBytes: 1 << 14 } };
  await using runtime = new Runtime({ native: "require", mode: "live", pools });
  const pattern = runtime.add(
    nodes.patternSource({ width: WIDTH, height: HEIGHT, frameRate: 25, pattern: "zone-plate", durationSeconds: 1 }),
    { id: "pattern" },
  );
  const convert = runtime.add(nodes.convert({ pixelFormat: "bgra8" }), { id: "convert" });
  const display = runtime.add(nodes.display({ title: "Pattern", server: { display: server.name } }), { id: "display" });
  const sent = runtime.add(appSink.video(), { id: "sent" });
  const lossless = { policy: "lossless", capacity: 4 } as const;
  runtime.connect(pattern.outputs.video, convert.inputs.videoIn, lossless);
  runtime.connect(convert.outputs.videoOut, display.inputs.video, lossless);
  runtime.connect(convert.outputs.videoOut, sent.inputs.video, { policy: "lossless", capacity: 30 });
  await runtime.start();
  using client = await XClient.connect(server.name);
  await until(() => figuresOf(runtime, "display").shown > 0);
  const titles = await Promise.all((await client.children(client.root)).map((window) => client.title(window)));
  ok(titles.includes("Pattern"));
  await using other = new Runtime({ native: "require", mode: "live", pools });
  const screen = other.add(
    nodes.screen({ display: server.name, window: "Pattern", cursor: false, onlyChanges: true, whenClosed: "end" }),
    { id: "screen" },
  );
  const seen = other.add(appSink.video(), { id: "seen" });
  other.connect(screen.outputs.video, seen.inputs.video, { policy: "lossless", capacity: 8 });
  await other.start();
  const found: string[] = [];
  const looking = (async () => {
    for await (const picture of seen) found.push(textOf(copyPicture(picture).planes[0]));
  })();
  const wanted: string[] = [];
  for await (const picture of sent) wanted.push(textOf(copyPicture(picture).planes[0]));
  await inTime(runtime.finished);
  await inTime(looking);
  equal(wanted.length, 25);
  // As the window goes there may be one of what is behind it.
  const places = found.map((text) => wanted.indexOf(text)).filter((at, k) => at >= 0 || k < found.length - 1);
  ok(places.length > 0, "nothing was captured");
  ok(places.every((at, k) => at >= 0 && (k === 0 || at > places[k - 1])), `captured ${places.join(", ")}`);
  const { shown, late, skipped } = figuresOf(runtime, "display");
  equal(shown + late + skipped, 25);
});

withX("display scales to its window, also when the user changes that", async () => {
  await using server = await XServer.start(SCREEN);
  await using shown = await Shown.start(server.name, BGRA, { width: 128 });
  const colour = [10, 200, 90] as const;
  await shown.show({ planes: [plain(WIDTH * HEIGHT, colour)] });
  await shown.untilSeen((pixels, size) => {
    deepEqual(size, [128, 72]);
    return equals(opaque(pixels), plain(128 * 72, colour));
  });
  await shown.client.resize(await shown.window(), 100, 100);
  // 100 × 56 in the middle.
  const wanted = place([100, 100], plain(100 * 56, colour), 100, { x: 0, y: 22 });
  await shown.untilSeen((pixels) => equals(opaque(pixels), wanted));
});

withX("display takes the full screen and gives it back", async () => {
  await using server = await XServer.start(SCREEN);
  await using shown = await Shown.start(server.name, BGRA, { scale: "stretch" });
  const colour = [50, 60, 70] as const;
  await shown.show({ planes: [plain(WIDTH * HEIGHT, colour)] });
  const isSeen = (width: number, height: number) =>
    shown.untilSeen((pixels, size) =>
      size[0] === width && size[1] === height && equals(opaque(pixels), plain(width * height, colour))
    );
  await isSeen(WIDTH, HEIGHT);
  await shown.runtime.configure("display", { fullScreen: true });
  await isSeen(...SCREEN);
  await shown.runtime.configure("display", { fullScreen: false });
  await isSeen(WIDTH, HEIGHT);
});

withX("a window that its user closes ends the stage, and what fed it alone", async () => {
  await using server = await XServer.start(SCREEN);
  await using shown = await Shown.start(server.name, BGRA);
  await shown.show({ planes: [noise(WIDTH, HEIGHT)] });
  await shown.client.close(await shown.window());
  await inTime(shown.runtime.finished);
  await until(() => shown.said.length > 0);
  deepEqual(shown.said, ["closed"]);
});

withX("with whenClosed=ignore the window stays", async () => {
  await using server = await XServer.start(SCREEN);
  await using shown = await Shown.start(server.name, BGRA, { whenClosed: "ignore" });
  await shown.show({ planes: [noise(WIDTH, HEIGHT)] });
  await shown.client.close(await shown.window());
  await until(() => shown.said.length > 0);
  const pixels = noise(WIDTH, HEIGHT, 7);
  await shown.show({ planes: [pixels] });
  sameBytes(opaque(await shown.client.read(await shown.window(), WIDTH, HEIGHT)), opaque(pixels));
});

withX("a late picture is dropped and counted, and of two that are due the newer one is shown", async () => {
  await using server = await XServer.start(SCREEN);
  const planes = [noise(WIDTH, HEIGHT)];
  {
    await using shown = await Shown.start(server.name, BGRA, { lateMs: 0 });
    await shown.show({ planes, ptsNs: 0 });
    // It was shown at its time, and so the time of the next one, a nanosecond later, has passed.
    await shown.source.push({ planes, ptsNs: 1 });
    await until(() => shown.figure("late") === 1);
  }
  await using shown = await Shown.start(server.name, BGRA, { lateMs: 10_000 });
  await shown.show({ planes, ptsNs: 0 });
  await shown.runtime.pause();
  const newest = noise(WIDTH, HEIGHT, 9);
  await shown.source.push({ planes, ptsNs: 1 });
  await shown.source.push({ planes: [newest], ptsNs: 2 });
  await shown.runtime.resume();
  await until(() => shown.figure("shown") === 2);
  deepEqual([shown.figure("late"), shown.figure("skipped")], [0, 1]);
  sameBytes(opaque(await shown.client.read(await shown.window(), WIDTH, HEIGHT)), opaque(newest));
});

withX("pictures follow the sound that a speaker plays, and none is ahead of it", async () => {
  await using server = await XServer.start(SCREEN);
  const pools = { video: { slots: 70, slotBytes: 1 << 14 } };
  await using runtime = new Runtime({ native: "require", mode: "live", pools });
  const size = { width: WIDTH, height: HEIGHT, frameRate: 50 };
  const pattern = runtime.add(nodes.patternSource(size), { id: "pattern", lane: "pattern" });
  const display = runtime.add(nodes.display({ server: { display: server.name } }), { id: "display", lane: "pictures" });
  const speaker = runtime.add(nodes.speaker({ backend: "simulated", latencyMs: 100 }), {
    id: "speaker",
    lane: "sound",
  });
  runtime.connect(pattern.outputs.video, display.inputs.video, { policy: "roll-off", capacity: 16 });
  runtime.connect(pattern.outputs.audio, speaker.inputs.audio);
  await runtime.start();
  const skews: number[] = [];
  for (let shown = 0; skews.length < 20;) {
    await until(() => figuresOf(runtime, "display").shown > shown);
    const figures = figuresOf(runtime, "display");
    shown = figures.shown;
    // Until the first sound is heard pictures go by themselves.
    if (figures.skewMs !== 0) skews.push(figures.skewMs);
  }
  // Those that were shown as the sound began had gone by themselves.
  skews.splice(0, 5);
  // A busy machine delays some; the speaker's word of what is heard may change by as much as a millisecond.
  ok(skews.every((skewMs) => skewMs < 2), skews.join(", "));
  ok(skews.some((skewMs) => Math.abs(skewMs) < 20), skews.join(", "));
});

withX("pictures that do not fit the sound of another source are shown at their own pace", async () => {
  await using server = await XServer.start(SCREEN);
  const pools = { video: { slots: 70, slotBytes: 1 << 14 } };
  await using runtime = new Runtime({ native: "require", mode: "live", pools });
  // Its times begin with 0, and those of the microphone with that of the clock.
  const pattern = runtime.add(nodes.patternSource({ width: WIDTH, height: HEIGHT, durationSeconds: 2 }), {
    lane: "pattern",
  });
  // Time enough for a busy machine.
  const display = runtime.add(nodes.display({ latencyMs: 200, server: { display: server.name } }), {
    id: "display",
    lane: "pictures",
  });
  const microphone = runtime.add(nodes.microphone({ backend: "simulated" }), { lane: "sound" });
  const speaker = runtime.add(nodes.speaker({ backend: "simulated" }), { id: "speaker", lane: "sound" });
  runtime.connect(pattern.outputs.video, display.inputs.video, { policy: "roll-off", capacity: 16 });
  runtime.connect(microphone.outputs.audio, speaker.inputs.audio);
  await runtime.start();
  const all = 60;
  await until(() => {
    const { shown, late, skipped } = figuresOf(runtime, "display");
    return shown + late + skipped >= all;
  }, () => JSON.stringify(figuresOf(runtime, "display")));
  const { shown, late } = figuresOf(runtime, "display");
  ok(shown >= 0.9 * all && late <= 0.1 * all, `${shown} shown, ${late} late`);
  ok(figuresOf(runtime, "speaker").frames > 0);
});

withX("after a server was killed the window is there again, with the last picture", async () => {
  const server = await XServer.start(SCREEN);
  await using shown = await Shown.start(server.name, BGRA);
  const pixels = noise(WIDTH, HEIGHT);
  await shown.show({ planes: [pixels] });
  await server.kill();
  await until(() => shown.said.length === 1);
  await using again = await XServer.start(SCREEN, { name: server.name });
  await until(() => shown.said.length === 2);
  deepEqual(shown.said, ["unavailable", "available"]);
  await shown.connect(again.name);
  await shown.untilSeen((seen) => equals(opaque(seen), opaque(pixels)));
});

withX("a window that another program destroys is opened again, with the last picture", async () => {
  await using server = await XServer.start(SCREEN);
  await using shown = await Shown.start(server.name, BGRA);
  const reasons: unknown[] = [];
  shown.runtime.events.on("node:display", (event) => {
    if (event.group === "node" && event.kind === "custom") reasons.push((event.data as { reason?: string }).reason);
  });
  const pixels = noise(WIDTH, HEIGHT);
  await shown.show({ planes: [pixels] });
  await shown.client.destroy(await shown.window());
  await until(() => reasons.length === 2);
  deepEqual(reasons, ["the window has gone, and is opened again: another program has destroyed it", undefined]);
  await shown.untilSeen((seen) => equals(opaque(seen), opaque(pixels)));
});

withX("without a server, or on one of few colours, a graph with a display does not start", async () => {
  const start = async (display: string) => {
    await using runtime = new Runtime({ native: "require", mode: "live", pools: POOLS });
    const pattern = runtime.add(nodes.patternSource({ width: 64, height: 32 }), { id: "pattern" });
    const window = runtime.add(nodes.display({ server: { display } }), { id: "display" });
    runtime.connect(pattern.outputs.video, window.inputs.video);
    await runtime.start();
  };
  await rejects(() => start(":60123"), /there is no X server ":60123": .*; start it, or name another one/);
  await using server = await XServer.start(SCREEN, { depth: 16 });
  await rejects(() => start(server.name), /has pixels of depth 16 in 16 bits, wanted 24 bits of colour in 32/);
});

function figuresOf(runtime: Runtime, node: string): { readonly [name: string]: number } {
  return runtime.stats().nodes.find(({ id }) => id === node)!.figures!;
}

function equals(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}
