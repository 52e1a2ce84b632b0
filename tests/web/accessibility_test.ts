/** No view has a serious fault of accessibility, in either theme, wide or narrow. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { Runtime } from "../../mod.ts";
import { nodes } from "../../sluice.gen.ts";
import { seriousFaults } from "./axe.ts";
import { openPage, pageTest } from "./chromium.ts";
import { serveDemo, serveStarted } from "./live_graph.ts";

/** Two readings' time: by then the page has asked for what it shows of the node that it has selected. */
const READINGS_MS = 200;

/** Goes to a place of the page, and waits until it is there. */
async function show(page: Page, hash: string): Promise<void> {
  await page.evaluate((hash) => location.hash = hash, hash);
  await page.locator("[data-inspector]").waitFor({ state: hash.includes("&") ? "visible" : "detached" });
  await page.waitForTimeout(READINGS_MS);
}

/** What axe-core looks for in each theme: but for colours, the themes are the same page. */
const RULES = { dark: ["color-contrast", "link-in-text-block"], light: undefined } as const;

for (const theme of ["dark", "light"] as const) {
  pageTest(`axe-core finds nothing serious in any view, ${theme}`, async () => {
    await using served = await serveDemo();
    for (const viewport of [{ width: 1440, height: 900 }, { width: 390, height: 844 }]) {
      await using browser = await openPage({ theme, viewport });
      const { page } = browser;
      await page.goto(served.server.url);
      await page.locator(".summary li").first().waitFor();
      for (const hash of ["graph", "graph&node=gain", "graph&link=link2", "table", "table&node=level", "log"]) {
        await show(page, hash);
        assert.deepEqual(await seriousFaults(page, RULES[theme]), [], `#${hash} at ${viewport.width}`);
      }
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Keys and marks" }).waitFor();
      assert.deepEqual(await seriousFaults(page, RULES[theme]), [], `help at ${viewport.width}`);
    }
  });

  pageTest(`axe-core finds nothing serious while the graph is paused, and after its end, ${theme}`, async () => {
    await using served = await serveDemo();
    await using browser = await openPage({ theme });
    const { page } = browser;
    await page.goto(served.server.url);
    await page.locator(".summary li").first().waitFor();
    const look = async (state: string) => {
      for (const hash of ["graph&node=gain", "graph&link=link2", "table&node=level"]) {
        await show(page, hash);
        assert.deepEqual(await seriousFaults(page, RULES[theme]), [], `#${hash} ${state}`);
      }
    };
    await served.runtime.pause();
    await page.locator(".state", { hasText: "paused" }).waitFor();
    await look("paused");
    await served.runtime.resume();
    await served.runtime.stop();
    await page.locator(".state", { hasText: "stopped" }).waitFor();
    await look("stopped");
    await served.server.close();
    await page.getByText("The graph has ended").waitFor();
    await look("with the server gone");
  });

  pageTest(`axe-core finds nothing serious in what links carry, and in the way to a sink, ${theme}`, async () => {
    await using served = await serveLooks();
    for (const viewport of [{ width: 1440, height: 900 }, { width: 390, height: 844 }]) {
      await using browser = await openPage({ theme, viewport });
      const { page } = browser;
      await page.goto(`${served.server.url}/#graph`);
      await page.locator(".summary li").first().waitFor();
      await page.getByRole("button", { name: "Previews" }).click();
      const looks = [
        ["node=meter", "[data-latency] tbody tr"],
        ["link=link0", '[data-figure="look-level"]'],
        ["link=link2", '[data-figure="look-size"]:has-text("640 × 360 rgba8")'],
        ["link=link4", '[data-figure="look-size"]:has-text("640 × 360 h264")'],
        ["link=link5", ".look-rows tbody td:nth-child(2):not(:empty)"],
        ["node=units", "[data-latency] tbody tr"],
      ];
      for (const [place, sign] of looks) {
        await show(page, `graph&${place}`);
        await page.locator(sign).first().waitFor();
        assert.deepEqual(await seriousFaults(page, RULES[theme]), [], `${place} at ${viewport.width}`);
      }
      assert.deepEqual(browser.faults, []);
    }
  });
}

/** Sound that two nodes get, pictures as they are and encoded, and values; each kind leads to a sink. */
async function serveLooks() {
  const runtime = new Runtime();
  runtime.add(nodes.toneSource({ amplitude: 0.5, channels: 2 }), { id: "tone" });
  runtime.add(nodes.levelMeter(), { id: "meter" });
  runtime.add(nodes.levelMeter(), { id: "other" });
  runtime.add(nodes.patternSource({ width: 640, height: 360, frameRate: 15 }), { id: "pattern" });
  runtime.add(nodes.convert(), { id: "convert" });
  runtime.add(nodes.h264Encode({ keyInterval: 15 }), { id: "encode" });
  for (const id of ["units", "levels"]) runtime.add(nodes.delay({ delayFrames: 0 }), { id });
  const links = [
    ["tone.audio", "meter.audioIn"],
    ["tone.audio", "other.audioIn"],
    ["pattern.video", "convert.videoIn"],
    ["convert.videoOut", "encode.video"],
    ["encode.encoded", "units.frameIn"],
    ["other.levels", "levels.frameIn"],
  ];
  for (const [from, to] of links) runtime.connectByName(from, to);
  return await serveStarted(runtime);
}
