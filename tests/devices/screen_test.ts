/** What `screen` captures of an X server: pixel for pixel what was drawn there, and what it says where it cannot. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { listDevices } from "../../core/registry/devices.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import * as stages from "../../stages.gen.ts";
import { sameBytes } from "../fixtures/plugins/media.ts";
import { sleep, until, untilUnlessFailed } from "../fixtures/waiting.ts";
import { noise, opaque, place, POOLS, Watched } from "./fixtures/watched.ts";
import { XClient } from "./fixtures/x_client.ts";
import { withX, XServer } from "./fixtures/x_server.ts";

const SIZE = [320, 200] as const;

/** As many pictures a second as a test needs not to wait. */
const FAST = { frameRate: 200, cursor: false };

withX("screen captures a window that moves, pixel for pixel, in BGRA", async () => {
  await using server = await XServer.start(SIZE);
  using client = await XClient.connect(server.name);
  const pixels = noise(60, 40);
  const window = await client.createWindow({ width: 60, height: 40 });
  await client.draw(window, pixels, 60);
  await using watched = await Watched.start({ display: server.name, ...FAST });
  const places = [[0, 0], [17, 5], [18, 150], [260, 160], [-20, -10], [300, 190], [100, 80]];
  for (const [x, y] of places) {
    await client.move(window, x, y);
    // What was covered shows through; without a background it is drawn anew.
    await client.draw(client.root, new Uint8Array(4 * SIZE[0] * SIZE[1]), SIZE[0]);
    await client.draw(window, pixels, 60);
    const { pixelFormat, width, height, planes } = await watched.after();
    deepEqual([pixelFormat, width, height], ["bgra8", ...SIZE]);
    sameBytes(planes[0], place(SIZE, pixels, 60, { x, y }));
  }
});

withX("screen fetches what has changed, and each picture is whole", async () => {
  await using server = await XServer.start(SIZE);
  using client = await XClient.connect(server.name);
  await using watched = await Watched.start({ display: server.name, ...FAST, onlyChanges: true });
  const whole = new Uint8Array(4 * SIZE[0] * SIZE[1]);
  const drawn = noise(8, 4);
  const first = await watched.next();
  sameBytes(first.planes[0], opaque(whole));
  for (const [x, y] of [[0, 0], [312, 196], [5, 100], [200, 3]]) {
    await client.draw(client.root, drawn, 8, { x, y });
    for (let row = 0; row < 4; row++) {
      whole.set(drawn.subarray(32 * row, 32 * row + 32), 4 * ((y + row) * SIZE[0] + x));
    }
    sameBytes((await watched.next()).planes[0], opaque(whole));
  }
  await until(() => watched.figure("unchanged") > 3);
  deepEqual([watched.figure("frames"), watched.figure("late")], [5, 0]);
});

withX("screen sends a picture for each time where nothing changes", async () => {
  await using server = await XServer.start(SIZE);
  await using watched = await Watched.start({ display: server.name, ...FAST });
  const first = await watched.next();
  await until(() => watched.figure("unchanged") > 3);
  const second = await watched.after();
  ok(second.ptsNs > first.ptsNs);
  equal(second.durationNs, 5e6);
  sameBytes(second.planes[0], first.planes[0]);
});

withX("screen captures a part of the screen, or of a window inside of its border", async () => {
  await using server = await XServer.start(SIZE);
  using client = await XClient.connect(server.name);
  const pixels = noise(...SIZE);
  await client.draw(client.root, pixels, SIZE[0]);
  const part = { x: 33, y: 7, width: 50, height: 20 };
  {
    await using watched = await Watched.start({ display: server.name, ...FAST, ...part });
    const { width, height, planes } = await watched.next();
    deepEqual([width, height], [50, 20]);
    sameBytes(planes[0], place([50, 20], pixels, SIZE[0], { x: -33, y: -7 }));
  }
  const window = await client.createWindow({ title: "Bordered", x: 10, y: 10, width: 90, height: 40, border: 3 });
  await client.draw(window, pixels.subarray(0, 4 * 90 * 40), 90);
  await using watched = await Watched.start({ display: server.name, ...FAST, window: "Bordered", ...part });
  sameBytes((await watched.next()).planes[0], place([50, 20], pixels.subarray(0, 4 * 90 * 40), 90, { x: -33, y: -7 }));
});

withX("screen captures a window by a part of its title, without what lies over it", async () => {
  await using server = await XServer.start(SIZE);
  using client = await XClient.connect(server.name);
  const window = await client.createWindow({ title: "Report - Editor", x: 290, y: 20, width: 80, height: 50 });
  const pixels = noise(80, 50);
  await using watched = await Watched.start({ display: server.name, ...FAST, window: "editor" });
  await client.draw(window, pixels, 80);
  sameBytes((await watched.after()).planes[0], opaque(pixels));
  const over = await client.createWindow({ title: "Over it", x: 280, y: 0, width: 40, height: 100 });
  await client.draw(over, noise(40, 100, 7), 40);
  sameBytes((await watched.after()).planes[0], opaque(pixels));
});

withX(
  "screen follows the size of its window, waits while it is hidden, and for another one once it is closed",
  async () => {
    await using server = await XServer.start(SIZE);
    using client = await XClient.connect(server.name);
    const window = await client.createWindow({ title: "Player", width: 40, height: 30 });
    await using watched = await Watched.start({ display: server.name, ...FAST, window: "Player" });
    const first = await watched.next();
    deepEqual([first.width, first.height], [40, 30]);
    await client.resize(window, 100, 60);
    const pixels = noise(100, 60);
    await client.draw(window, pixels, 100);
    const larger = await watched.after();
    deepEqual([larger.width, larger.height], [100, 60]);
    sameBytes(larger.planes[0], opaque(pixels));
    await client.unmap(window);
    await until(() => watched.said.length === 1);
    await client.map(window);
    const shown = await watched.afterGap();
    deepEqual([shown.width, shown.height], [100, 60]);
    await client.destroy(window);
    await until(() => watched.said.length === 3);
    const other = await client.createWindow({ title: "Player", width: 24, height: 16 });
    await client.draw(other, noise(24, 16), 24);
    await watched.afterGap();
    const { width, height, planes } = await watched.after();
    deepEqual([width, height], [24, 16]);
    sameBytes(planes[0], opaque(noise(24, 16)));
    await until(() => watched.said.length === 4);
    deepEqual(watched.said, [
      "unavailable: the window is not shown; waits for it",
      "available",
      'unavailable: window "Player" has been closed; waits for one of that title',
      "available",
    ]);
  },
);

withX("screen ends with its window where it is not to wait, or the window was named by its number", async () => {
  await using server = await XServer.start(SIZE);
  using client = await XClient.connect(server.name);
  for (const byNumber of [true, false]) {
    const window = await client.createWindow({ title: "Gone", width: 40, height: 30 });
    const named = byNumber ? { window: `0x${window.toString(16)}` } : { window: "Gone", whenClosed: "end" as const };
    await using watched = await Watched.start({ display: server.name, ...FAST, ...named });
    await watched.next();
    await client.destroy(window);
    ok(await watched.ends());
  }
});

withX("screen draws the pointer where it is, and nowhere else", async () => {
  await using server = await XServer.start(SIZE);
  using client = await XClient.connect(server.name);
  const pixels = noise(...SIZE);
  await client.draw(client.root, pixels, SIZE[0]);
  await using watched = await Watched.start({ display: server.name, frameRate: 200 });
  for (const [x, y] of [[100, 100], [0, 0], [319, 199]]) {
    await client.warpPointer(x, y);
    const isNear = (at: number) =>
      Math.abs((at >> 2) % SIZE[0] - x) < 32 && Math.abs(Math.floor((at >> 2) / SIZE[0]) - y) < 32;
    // The server may still tell of the place where it was.
    let found = (await watched.after()).planes[0];
    while (!found.some((byte, at) => isNear(at) && byte !== opaque(pixels.subarray(at & ~3, (at & ~3) + 4))[at % 4])) {
      found = (await watched.after()).planes[0];
    }
    const far = found.findIndex((byte, at) =>
      !isNear(at) && byte !== opaque(pixels.subarray(at & ~3, (at & ~3) + 4))[at % 4]
    );
    equal(far, -1);
  }
});

withX("a pause leaves no picture of the time before it behind", async () => {
  await using server = await XServer.start(SIZE);
  using client = await XClient.connect(server.name);
  await using watched = await Watched.start({ display: server.name, ...FAST, onlyChanges: true });
  await watched.next();
  await watched.runtime.pause();
  const pixels = noise(...SIZE);
  await client.draw(client.root, pixels, SIZE[0]);
  await watched.runtime.resume();
  sameBytes((await watched.next()).planes[0], opaque(pixels));
});

withX("a server that is killed is connected to again, and the graph goes on", async () => {
  const server = await XServer.start(SIZE);
  await using watched = await Watched.start({ display: server.name, ...FAST });
  await watched.next();
  await server.kill();
  await until(() => watched.said.length === 1);
  match(watched.said[0], /^unavailable: the X server has gone, and is tried again: /);
  await using again = await XServer.start([100, 60], { name: server.name });
  equal(again.name, server.name);
  for (;;) {
    const { width, height, discontinuity } = await watched.next();
    if (width !== 100) continue;
    deepEqual([height, discontinuity], [60, true]);
    break;
  }
  equal(watched.figure("reconnects"), 1);
  await until(() => watched.said.at(-1) === "available");
});

withX("a graph of native nodes alone lives while its server is gone, and shows pictures again", async () => {
  const server = await XServer.start(SIZE);
  await using runtime = new Runtime({ native: "require", mode: "live", pools: POOLS });
  const screen = runtime.add(nodes.screen({ display: server.name }), { id: "screen" });
  const display = runtime.add(nodes.display({ server: { display: server.name } }), { id: "display" });
  runtime.connect(screen.outputs.video, display.inputs.video);
  await runtime.start();
  const figures = (node: string) => runtime.stats().nodes.find(({ id }) => id === node)!.figures!;
  await untilUnlessFailed(runtime)(() => figures("display").shown > 0);
  await server.kill();
  // A graph at a stop is ended after two looks, half a second apart.
  await sleep(1_500);
  const { shown } = figures("display");
  await using _again = await XServer.start(SIZE, { name: server.name });
  await untilUnlessFailed(runtime)(() => figures("screen").reconnects === 1 && figures("display").shown > shown);
});

withX("what cannot be captured is refused with what is there, and what to do", async () => {
  await using server = await XServer.start(SIZE);
  const refused = (config: Parameters<typeof Watched.start>[0]) =>
    rejects(async () => {
      await using _ = await Watched.start(config);
    }, (error: Error) => {
      messages.push(error.message.replaceAll(server.name, ":N"));
      return true;
    });
  const messages: string[] = [];
  await refused({ display: server.name, window: "Clock" });
  using client = await XClient.connect(server.name);
  const window = await client.createWindow({ title: "Player", width: 40, height: 30 });
  await refused({ display: server.name, window: "Clock" });
  await refused({ display: server.name, x: 300, width: 21 });
  await refused({ display: server.name, window: "Player", y: 30 });
  await refused({ display: ":60123" });
  const wanted = [
    /the X server ":N" has no window "Clock" that is shown; no window there has a title/,
    RegExp(
      `the X server ":N" has no window "Clock" that is shown; available: "Player" \\(0x${window.toString(16)}\\)`,
    ),
    /the area of 21 × 0 at 300, 0 is not inside of the screen, which has 320 × 200; set x, y, width and height to a part/,
    /the area of 0 × 0 at 0, 30 is not inside of the window, which has 40 × 30/,
    /there is no X server ":60123": .*; start it, or name another one/,
  ];
  equal(messages.length, wanted.length);
  for (const [at, pattern] of wanted.entries()) match(messages[at], pattern);
});

withX("listDevices() has the screen and its windows, and nothing without a server", async () => {
  await using server = await XServer.start(SIZE);
  using client = await XClient.connect(server.name);
  const window = await client.createWindow({ title: 'A "quoted" title', width: 40, height: 30 });
  const before = Deno.env.get("DISPLAY");
  try {
    Deno.env.set("DISPLAY", server.name);
    const whole = { name: server.name, label: "whole screen", isDefault: true, formats: ["320 × 200"] };
    deepEqual(listDevices(stages.screen), [
      whole,
      { name: `0x${window.toString(16)}`, label: 'A "quoted" title', isDefault: false, formats: ["40 × 30"] },
    ]);
    deepEqual(listDevices(stages.display), [whole]);
    Deno.env.set("DISPLAY", ":60123");
    deepEqual(listDevices(stages.screen), []);
  } finally {
    if (before === undefined) Deno.env.delete("DISPLAY");
    else Deno.env.set("DISPLAY", before);
  }
});

withX("a screen of few colours is refused with its depth", async () => {
  await using server = await XServer.start(SIZE, { depth: 16 });
  await rejects(
    async () => {
      await using _ = await Watched.start({ display: server.name });
    },
    /has pixels of depth 16 in 16 bits, wanted 24 bits of colour in 32, blue lowest; start it with a depth of 24/,
  );
});
