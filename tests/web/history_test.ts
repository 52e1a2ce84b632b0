/** Histories on the page: plots that are drawn and move, bars that count every tick, and memory that has a bound. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { ControlClient } from "../../control/client/client.ts";
import { eventually, openPage, pageTest } from "./chromium.ts";
import { graphShown, inspected, serveDemo, toNumber } from "./live_graph.ts";
import { countPixels } from "./pixels.ts";

/** How many readings the page's memory is watched for; there are ten a second. */
const READINGS = Deno.env.get("SLUICE_DEEP") === "1" ? 600 : 40;

/** Growth of the page's memory that is not noise, bytes: histories are allocated at once, feeds are rings. */
const MAX_GROWTH_BYTES = 2_000_000;

/** What is left and right of the lines of a plot, pixels: its axis, and the end of its last number. */
const PLOT_EDGES = [50, 14] as const;

const PLOT = '.plot:has([aria-label="Ticks over the last minute"]) canvas';

async function pictureOf(page: Page, selector: string): Promise<string> {
  return await page.locator(selector).first().evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
}

pageTest("the history of a node is drawn and moves with the readings", async () => {
  await using served = await serveDemo();
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(`${served.server.url}/#graph&node=gain`);
  await graphShown(page, "gain");
  await eventually(async () => {
    const { count } = await countPixels(page, PLOT, "--accent");
    assert.ok(count > 10, `${count} pixels of the line`);
  });
  const before = await pictureOf(page, PLOT);
  await eventually(async () => assert.notEqual(await pictureOf(page, PLOT), before));
  assert.deepEqual(browser.faults, []);
});

pageTest("plots that are opened late show what was before the page was loaded, over a minute and over 15", async () => {
  await using served = await serveDemo();
  await using browser = await openPage();
  const { page } = browser;
  // Nobody follows meanwhile.
  while (served.runtime.stats().elapsedNs < 6e9) await new Promise((resolve) => setTimeout(resolve, 100));
  const openedMs = performance.now();
  const links = served.runtime.stats().links;
  for (const [place, title] of [["node=gain", "Ticks"], [`link=${encodeURIComponent(links[0].id)}`, "Frames"]]) {
    await page.goto(`${served.server.url}/#graph&${place}`);
    const plot = `.plot:has([aria-label="${title} over the last minute"]) canvas`;
    await eventually(async () => {
      // Two seconds older than the page.
      const share = ((performance.now() - openedMs) / 1e3 + 2) / 60;
      const { width, height } = (await page.locator(plot).boundingBox())!;
      const [left, right] = PLOT_EDGES;
      const part = { x: left, y: 0, width: Math.max(1, (width - left - right) * (1 - share)), height };
      const { count } = await countPixels(page, plot, "--accent", part);
      assert.ok(count > 5, `${count} pixels of ${place} are older than the page`);
    });
  }
  await page.getByRole("button", { name: "15 min" }).click();
  await eventually(async () => {
    const long = '.plot:has([aria-label="Frames over the last 15 minutes"]) canvas';
    const { count } = await countPixels(page, long, "--accent");
    assert.ok(count > 5, `${count} pixels of the line`);
  });
  assert.deepEqual(browser.faults, []);
});

pageTest("a change of a node and a pause are marked on its plots, and told below them", async () => {
  await using served = await serveDemo();
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(`${served.server.url}/#graph&node=gain`);
  await graphShown(page, "gain");
  const marked = async () => (await countPixels(page, PLOT, "--health-blocked")).count;
  await eventually(async () => assert.ok((await countPixels(page, PLOT, "--accent")).count > 10));
  assert.equal(await marked(), 0);
  const input = page.getByRole("textbox", { name: "gainDb" });
  await input.fill("-20");
  await input.press("Enter");
  await page.locator(".plot-marks .mark-change", { hasText: "gainDb" }).waitFor();
  await eventually(async () => assert.ok(await marked() > 10, `${await marked()} pixels of the mark`));
  await served.runtime.pause();
  await page.locator(".plot-marks .mark-run", { hasText: "graph paused" }).waitFor();
  await served.runtime.resume();
  assert.deepEqual(browser.faults, []);
});

pageTest("the bars of the tick histogram count every tick of the node that was timed", async () => {
  await using served = await serveDemo();
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(`${served.server.url}/#graph&node=gain`);
  await graphShown(page, "gain");
  await page.locator(".histogram").waitFor();
  const client = new ControlClient({ url: `${served.server.url.replace("http", "ws")}/rpc` });
  await using _closed = { [Symbol.asyncDispose]: () => Promise.resolve(client.close()) };
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("button", { name: "Resume" }).waitFor();
  await eventually(async () => {
    const { ticks } = served.runtime.stats().nodes.find(({ id }) => id === "gain")!;
    const { tick } = await client.call("node.describe", { node: "gain" });
    const timed = tick.counts.reduce((sum, count) => sum + count, 0);
    const bars = await page.locator(".histogram rect").evaluateAll((rects) =>
      rects.map((rect) => ({ height: Number(rect.getAttribute("height")), title: rect.textContent! }))
    );
    const counts = bars.map(({ title }) => toNumber(title.split(": ")[1]));
    bars.forEach(({ height }, k) => assert.equal(height > 0, counts[k] > 0));
    // Not every short tick is timed.
    assert.ok(timed > 10 && timed <= ticks, `${timed} of ${ticks}`);
    assert.equal(counts.reduce((sum, count) => sum + count, 0), timed);
  });
  assert.deepEqual(browser.faults, []);
});

pageTest("the page's memory does not grow with the readings", async () => {
  await using served = await serveDemo();
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(`${served.server.url}/#graph&node=gain`);
  await graphShown(page, "gain");
  const session = await page.context().newCDPSession(page);
  const heapBytes = async () => {
    await session.send("HeapProfiler.collectGarbage");
    // Typed arrays lie outside of the heap.
    const { usedSize, backingStorageSize } = await session.send("Runtime.getHeapUsage");
    assert.ok(backingStorageSize > 0);
    return usedSize + backingStorageSize;
  };
  await page.waitForTimeout(2_000);
  const before = await heapBytes();
  await page.waitForTimeout(100 * READINGS);
  const grownBytes = await heapBytes() - before;
  assert.ok(grownBytes < MAX_GROWTH_BYTES, `${grownBytes} bytes more after ${READINGS} readings`);
  assert.deepEqual(browser.faults, []);
});

pageTest("a page whose clock leaps by an hour shows the newest figures and goes on", async () => {
  await using served = await serveDemo();
  await using browser = await openPage();
  const { page } = browser;
  await page.clock.install();
  await page.goto(`${served.server.url}/#graph&node=gain`);
  await graphShown(page, "gain");
  const ticks = () => served.runtime.stats().nodes.find(({ id }) => id === "gain")!.ticks;
  const slept = ticks();
  await page.clock.fastForward("01:00:00");
  await eventually(async () => assert.ok(await inspected(page, "ticks") >= slept));
  const shown = await inspected(page, "ticks");
  assert.ok(shown <= ticks());
  await eventually(async () => assert.ok(await inspected(page, "ticks") > shown));
  await page.locator(".state", { hasText: "running" }).waitFor();
  assert.equal(await page.locator(".notice").count(), 0);
  assert.deepEqual(browser.faults, []);
});
