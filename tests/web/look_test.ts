/** What a link carries is seen and heard on the page, and nothing is spent once it is not. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { appSource } from "../../core/app/app_source.ts";
import { Runtime } from "../../mod.ts";
import { nodes } from "../../sluice.gen.ts";
import { countHidden } from "../fixtures/hidden_nodes.ts";
import { seriousFaults } from "./axe.ts";
import { eventually, openPage, pageTest } from "./chromium.ts";
import { hidePage } from "./hidden_page.ts";
import { graphShown, serveStarted, toNumber } from "./live_graph.ts";

/** Returns how many pixels of a canvas are not as the first one is, and the colour in its middle. */
async function seen(page: Page, selector: string) {
  return await page.locator(selector).evaluate((canvas: HTMLCanvasElement) => {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, width, height);
    const middle = 4 * (width * (height >> 1) + (width >> 1));
    let others = 0;
    for (let k = 0; k < data.length; k += 4) if (data[k] !== data[0] || data[k + 2] !== data[2]) others++;
    return { others, middle: [...data.slice(middle, middle + 3)] };
  });
}

/** The height, pixels from the top, at which the line of a plot begins at the left and ends at the right. */
async function plotEnds(page: Page, selector: string): Promise<[number, number]> {
  return await page.locator(selector).evaluate((canvas: HTMLCanvasElement) => {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, width, height);
    const rows: number[] = [];
    for (let x = 0; x < width; x++) {
      for (let y = 0; y < height; y++) {
        const at = 4 * (y * width + x);
        // The accent is the only colour of the plot with far more green than red.
        if (data[at + 3] < 200 || data[at + 1] < data[at] + 60) continue;
        rows.push(y);
        break;
      }
    }
    return [rows[0], rows[rows.length - 1]];
  });
}

pageTest(
  "a link is heard: its level and frequency are those of the tone, and the tap goes with the panel",
  async () => {
    const runtime = new Runtime();
    const tone = runtime.add(nodes.toneSource({ frequencyHz: 1_000, amplitude: 0.5 }), { id: "tone" });
    const meter = runtime.add(nodes.levelMeter(), { id: "meter" });
    runtime.connect(tone.outputs.audio, meter.inputs.audioIn);
    await using served = await serveStarted(runtime);
    const hidden = countHidden(runtime);
    await using browser = await openPage({ viewport: { width: 390, height: 844 } });
    const { page } = browser;
    await page.goto(`${served.server.url}/#graph&link=link0`);
    await page.locator('[data-figure="look-level"]', { hasText: "Peak -6.0" }).waitFor();
    for (const view of ["levels", "waveform", "spectrum", "waterfall"]) {
      await eventually(async () => assert.ok((await seen(page, `[data-sound="${view}"]`)).others > 100, view));
    }
    assert.equal(hidden(), 1);
    await page.getByRole("slider", { name: "Volume" }).fill("1");
    await page.getByRole("button", { name: "Listen" }).click();
    await eventually(async () => {
      const text = await page.locator('[data-figure="heard"]').innerText();
      const [hz, db] = text.split(", ");
      assert.match(text, /Hz/);
      const inHz = toNumber(hz) * (hz.includes("k") ? 1_000 : 1);
      assert.ok(Math.abs(inHz - 1_000) < 30 && Math.abs(toNumber(db) + 6) < 1, text);
    });
    assert.deepEqual(await seriousFaults(page), []);
    await page.getByRole("button", { name: "Close the inspector" }).click();
    await eventually(() => Promise.resolve(assert.equal(hidden(), 0)));
    // The way of a sink's latency begins at the source.
    await page.goto(`${served.server.url}/#graph&node=meter`);
    await page.locator("[data-latency] tbody tr").nth(1).waitFor();
    assert.deepEqual(await page.locator("[data-latency] td:first-child").allInnerTexts(), ["tone", "meter"]);
    assert.deepEqual(browser.faults, []);
  },
);

pageTest("the picture and the records of links are seen", async () => {
  const runtime = new Runtime();
  const shape = { pixelFormat: "rgba8", width: 640, height: 360 } as const;
  const source = runtime.add(appSource.video(shape), { id: "pictures" });
  runtime.add(nodes.delay({ delayFrames: 0 }), { id: "delay" });
  runtime.connectByName("pictures.video", "delay.frameIn");
  const records = runtime.add(appSource.packet({ fields: { x: "f32", n: "i32" } }), { id: "records" });
  runtime.add(nodes.delay({ delayFrames: 0 }), { id: "behind" });
  runtime.connectByName("records.packet", "behind.frameIn");
  await using served = await serveStarted(runtime);
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(`${served.server.url}/#graph&link=link0`);
  const red = new Uint8Array(640 * 360 * 4).map((_, k) => k % 4 === 0 || k % 4 === 3 ? 255 : 0);
  await eventually(async () => {
    await source.push({ planes: [red] });
    const { middle: [r, g, b] } = await seen(page, ".look-picture");
    assert.ok(r > 240 && g < 20 && b < 20, `${r} ${g} ${b}`);
  });
  await page.locator('[data-figure="look-size"]', { hasText: "640 × 360 rgba8" }).waitFor();
  assert.deepEqual(await seriousFaults(page), []);
  await page.goto(`${served.server.url}/#graph&link=link1`);
  const table = page.getByRole("region", { name: "The newest on the link" });
  let k = 0;
  await eventually(async () => {
    await records.push({ columns: { x: [k, k + 0.5], n: [-k, -k] }, ptsNs: k * 0.5e9 });
    k++;
    assert.deepEqual(await table.locator("th").allInnerTexts(), ["Time, s", "x", "n"]);
    const [, x, n] = await table.locator("tbody tr").first().locator("td").allInnerTexts();
    assert.ok(Number(x) > 20 && Number(x) + Number(n) === 0.5, `${x} ${n}`);
  });
  // The first field rises, and the other falls.
  const rises = async () => {
    const [left, right] = await plotEnds(page, ".look .plot-box canvas");
    return Math.sign(left - right);
  };
  await eventually(async () => assert.equal(await rises(), 1));
  await page.getByRole("combobox", { name: "Plot" }).selectOption("n");
  await page.getByRole("img", { name: "n over the last 30 seconds" }).waitFor();
  await eventually(async () => assert.equal(await rises(), -1));
  assert.deepEqual(await seriousFaults(page), []);
  assert.deepEqual(browser.faults, []);
});

pageTest(
  "what the inspector shows of a link is looked at while the page is seen, and the link is selected",
  async () => {
    const runtime = new Runtime();
    runtime.add(nodes.toneSource({ amplitude: 0.5 }), { id: "tone" });
    runtime.add(nodes.levelMeter(), { id: "meter" });
    runtime.connectByName("tone.audio", "meter.audioIn");
    await using served = await serveStarted(runtime);
    const hidden = countHidden(runtime);
    await using browser = await openPage();
    const { page } = browser;
    await page.goto(served.server.url);
    await graphShown(page, "tone");
    assert.equal(hidden(), 0);
    await page.evaluate(() => location.hash = "graph&link=link0");
    const level = page.locator('[data-figure="look-level"]', { hasText: "Peak -6.0" });
    await level.waitFor();
    assert.equal(hidden(), 1);
    await hidePage(page, true);
    await eventually(() => Promise.resolve(assert.equal(hidden(), 0)));
    await hidePage(page, false);
    await eventually(() => Promise.resolve(assert.equal(hidden(), 1)));
    await level.waitFor();
    await page.getByRole("button", { name: "Close the inspector" }).click();
    await eventually(() => Promise.resolve(assert.equal(hidden(), 0)));
    assert.deepEqual(browser.faults, []);
  },
);
