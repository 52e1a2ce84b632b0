/** Whatever names and values are like, everything stays in its place, can be hit, and looks like what it is. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { logger } from "../../core/log.ts";
import type { NodeType } from "../../core/registry/node_type.ts";
import { nodes, Runtime } from "../../mod.ts";
import { fixture } from "../fixtures/define.ts";
import { eventually, openPage, pageTest } from "./chromium.ts";
import { graphShown, serveStarted } from "./live_graph.ts";

/** The least size of what is hit, CSS pixels. */
const LEAST_TARGET = 24;

const LONG = `${"a-very-long-choice-".repeat(12)}end`;

/** Has a live choice, one of whose values is long. */
const chooser: NodeType = fixture(() => ({ process() {} }), {
  type: "chooser",
  lane: "main",
  ports: [],
  config: {
    type: "object",
    required: [],
    additionalProperties: false,
    properties: { shape: { enum: ["sine", LONG], default: LONG, "x-live": true } },
  },
});

/** Buttons and fields that are too small to be hit, as words. */
function tooSmall(page: Page): Promise<string[]> {
  return page.locator("button:visible, input:visible, select:visible, summary:visible").evaluateAll(
    (all, least) =>
      all.flatMap((each) => {
        const { width, height } = each.getBoundingClientRect();
        if (width >= least && height >= least) return [];
        return [`${each.outerHTML.slice(0, 100)}: ${width} × ${height}`];
      }),
    LEAST_TARGET,
  );
}

for (const viewport of [{ width: 1440, height: 900 }, { width: 390, height: 844 }]) {
  pageTest(`everything can be hit and stays in its place at ${viewport.width} pixels`, async () => {
    const runtime = new Runtime({ mode: "live" });
    const tone = runtime.add(nodes.toneSource(), { id: "tone" });
    const level = runtime.add(nodes.levelMeter(), { id: "level" });
    runtime.connect(tone.outputs.audio, level.inputs.audioIn);
    runtime.add(chooser({}), { id: "chooser" });
    await using served = await serveStarted(runtime, { title: "fit" });
    logger("harness").warn(`\x1b[31mnot red \u202egnp.exe ${"long ".repeat(200)}`);
    await using browser = await openPage({ viewport });
    const { page } = browser;
    await page.goto(served.server.url);
    await graphShown(page, "tone");
    assert.match(await page.getByRole("heading", { level: 1 }).innerText(), /fit/);
    for (const hash of ["graph&node=chooser", "graph&link=link0", "table&node=chooser", "log"]) {
      await page.evaluate((hash) => location.hash = hash, hash);
      await page.locator("[data-inspector]").waitFor({ state: hash.includes("&") ? "visible" : "detached" });
      await eventually(async () => assert.deepEqual(await tooSmall(page), [], hash));
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), viewport.width, hash);
    }
    await page.locator(".news-message", { hasText: "\\x1b[31mnot red \\u{202e}gnp.exe" }).waitFor();
    await page.evaluate(() => location.hash = "graph&node=chooser");
    const select = page.getByRole("combobox", { name: "shape" });
    await select.waitFor();
    const body = (await page.locator(".inspector-body").boundingBox())!;
    const box = (await select.boundingBox())!;
    assert.ok(box.x >= body.x && box.x + box.width <= body.x + body.width, JSON.stringify({ box, body }));
    const overflows = await page.locator(".inspector-body").evaluate((each) => each.scrollWidth > each.clientWidth);
    assert.equal(overflows, false);
    assert.deepEqual(browser.faults, []);
  });
}
