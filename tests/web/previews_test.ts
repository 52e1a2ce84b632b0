/** Small pictures and level meters on nodes: what they show, and that nothing is spent while they are off. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { appSource } from "../../core/app/app_source.ts";
import { Runtime } from "../../mod.ts";
import { nodes } from "../../sluice.gen.ts";
import { countHidden } from "../fixtures/hidden_nodes.ts";
import { seriousFaults } from "./axe.ts";
import { rare } from "../fixtures/rare.ts";
import { eventually, nextPicture, openPage, pageTest } from "./chromium.ts";
import { hidePage } from "./hidden_page.ts";
import { graphShown, serveStarted } from "./live_graph.ts";

const HEIGHT = 360;

/** A picture that is red above, and green below. */
function redAndGreen(): Uint8Array {
  return new Uint8Array(640 * HEIGHT * 4).map((_, k) => {
    const isAbove = k < 640 * HEIGHT * 2;
    return k % 4 === 3 || k % 4 === (isAbove ? 0 : 1) ? 255 : 0;
  });
}

/** Runs a tone of -6 dB into a meter, and pictures into a node that hands them on. */
async function servePreviewed() {
  const runtime = new Runtime();
  runtime.add(nodes.toneSource({ frequencyHz: 1_000, amplitude: 0.5 }), { id: "tone" });
  runtime.add(nodes.levelMeter(), { id: "meter" });
  runtime.connectByName("tone.audio", "meter.audioIn");
  const source = runtime.add(appSource.video({ pixelFormat: "rgba8", width: 640, height: HEIGHT }), { id: "pictures" });
  runtime.add(nodes.delay({ delayFrames: 0 }), { id: "delay" });
  runtime.connectByName("pictures.video", "delay.frameIn");
  return { served: await serveStarted(runtime), hidden: countHidden(runtime), source };
}

/** The colours of a canvas at some shares of its width and height. */
async function colorsAt(page: Page, node: string, places: readonly (readonly [number, number])[]) {
  return await page.locator(`.card[data-node="${node}"] [data-preview]`).evaluate(
    (canvas: HTMLCanvasElement, places) =>
      places.map(([x, y]) => {
        const { data } = canvas.getContext("2d")!.getImageData(x * canvas.width, y * canvas.height, 1, 1);
        return [...data.slice(0, 3)];
      }),
    places,
  );
}

pageTest("previews are off at first; then nodes show pictures and levels, until they are off again", async () => {
  const { served, hidden, source } = await servePreviewed();
  await using _served = served;
  await using browser = await openPage();
  const { page } = browser;
  let opened = 0;
  page.on("websocket", (socket) =>
    socket.on("framesent", ({ payload }) => {
      if (payload.includes("tap.open")) opened++;
    }));
  await page.goto(served.server.url);
  await graphShown(page, "tone");
  const previews = page.getByRole("button", { name: "Previews" });
  assert.equal(await previews.getAttribute("aria-pressed"), "false");
  assert.deepEqual([await page.locator("[data-preview]").count(), hidden()], [0, 0]);
  await previews.click();
  // Both ends of a link show the same output, by one tap.
  for (const node of ["pictures", "delay"]) {
    await eventually(async () => {
      await source.push({ planes: [redAndGreen()] });
      const [above, below] = await colorsAt(page, node, [[0.5, 0.25], [0.5, 0.75]]);
      assert.ok(above[0] > 230 && above[1] < 30 && below[0] < 30 && below[1] > 230, `${node}: ${above}, ${below}`);
    });
  }
  // From -60 to 0 dB: the mean, -9 dB, covers 85 %, the peak 90 %.
  for (const node of ["tone", "meter"]) {
    await eventually(async () => {
      const [mean, peak, none] = await colorsAt(page, node, [[0.83, 0.5], [0.87, 0.5], [0.95, 0.5]]);
      assert.ok(mean[1] > peak[1] + 40 && peak[1] > none[1] + 40, `${node}: ${mean}, ${peak}, ${none}`);
    });
  }
  assert.equal(hidden(), 2);
  assert.deepEqual(await seriousFaults(page), []);

  await hidePage(page, true);
  await eventually(() => Promise.resolve(assert.equal(hidden(), 0)));
  await hidePage(page, false);
  await eventually(() => Promise.resolve(assert.equal(hidden(), 2)));
  await page.reload();
  await eventually(() => Promise.resolve(assert.equal(hidden(), 2)));
  assert.equal(await previews.getAttribute("aria-pressed"), "true");
  await previews.click();
  await eventually(() => Promise.resolve(assert.equal(hidden(), 0)));
  assert.equal(await page.locator("[data-preview]").count(), 0);

  // What is shown for a moment opens no tap: each is an edit of the graph.
  const before = opened;
  for (let k = 0; k < 6; k++) {
    await page.evaluate(() => document.querySelector<HTMLElement>(".previews-switch")!.click());
    await nextPicture(page);
  }
  await page.waitForTimeout(500);
  assert.equal(opened, before);
  assert.deepEqual(browser.faults, []);
});

rare(pageTest)("of many nodes in view twelve have a preview, and the inspector has its taps beside them", async () => {
  const runtime = new Runtime();
  for (let k = 0; k < 20; k++) {
    runtime.add(nodes.toneSource({ amplitude: 0.5 }), { id: `tone${k}`, lane: "a" });
    runtime.add(nodes.levelMeter(), { id: `meter${k}`, lane: "b" });
    runtime.connectByName(`tone${k}.audio`, `meter${k}.audioIn`);
  }
  await using served = await serveStarted(runtime);
  const hidden = countHidden(runtime);
  await using browser = await openPage({ viewport: { width: 1600, height: 2400 } });
  const { page } = browser;
  await page.goto(served.server.url);
  await graphShown(page, "tone0");
  await page.getByRole("button", { name: "Previews" }).click();
  await eventually(() => Promise.resolve(assert.equal(hidden(), 12)));
  await page.evaluate(() => location.hash = "graph&link=link19");
  await page.locator('[data-figure="look-level"]', { hasText: "Peak -6.0" }).waitFor();
  await page.getByRole("button", { name: "Listen" }).click();
  await page.locator('[data-figure="heard"]', { hasText: "Hz" }).waitFor();
  assert.equal(await page.locator(".look .field-problem").count(), 0);
  // A view of few nodes has taps for all of them, also for those that had none before.
  await page.setViewportSize({ width: 800, height: 600 });
  await page.getByRole("button", { name: "Close the inspector" }).click();
  await page.getByRole("combobox", { name: "Find a node" }).fill("tone19");
  await page.keyboard.press("Enter");
  for (let k = 0; k < 6; k++) await page.getByRole("button", { name: "Larger" }).click();
  await eventually(async () => {
    const [mean] = await colorsAt(page, "tone19", [[0.8, 0.5]]);
    assert.ok(mean[1] > 150, `${mean}`);
  });
  assert.deepEqual(browser.faults, []);
});
