/** The overview beside what the runtime counts: drops a second, how busy the lanes are, how old frames are at the end. */
import assert from "node:assert/strict";
import { nodes, Runtime } from "../../mod.ts";
import { numberedSource } from "../fixtures/numbered.ts";
import { working } from "../fixtures/working.ts";
import { seriousFaults } from "./axe.ts";
import { eventually, openPage, pageTest } from "./chromium.ts";
import { serveStarted, showDetails, toNumber } from "./live_graph.ts";

/** By how much drops may differ from those that were counted beside, as a share: the two seconds are not the same. */
const SHARE = 0.25;

const VIEWPORTS = [{ width: 1440, height: 900 }, { width: 390, height: 844 }];

pageTest(
  "the overview has the drops, the busy lane and the latency of a sink that is too slow, and leads there",
  async () => {
    const log = await Deno.makeTempFile();
    try {
      const runtime = new Runtime({ mode: "live" });
      const source = runtime.add(numberedSource({ count: 1e9, intervalMs: 10 }), { id: "source", lane: "drive" });
      const slow = runtime.add(working({ workMs: 25, log }), { id: "slow", lane: "hard" });
      runtime.connect(source.outputs.audio, slow.inputs.audio, { policy: "drop-newest", capacity: 8 });
      await using served = await serveStarted(runtime);
      const { id } = runtime.stats().links[0];
      for (const viewport of VIEWPORTS) {
        await using browser = await openPage({ viewport });
        const { page } = browser;
        await page.goto(`${served.server.url}/#graph`);
        await showDetails(page);
        const overview = page.getByRole("region", { name: "Overview" });
        const figure = async (name: string, within = overview) =>
          await within.locator(`[data-figure="overview-${name}"]`).innerText();
        const counted = () => {
          const { links: [{ dropped }], elapsedNs } = runtime.stats();
          return { dropped: dropped.full, seconds: elapsedNs / 1e9 };
        };
        await eventually(async () => {
          const before = counted();
          await page.waitForTimeout(1_200);
          const shown = toNumber(await figure("drops"));
          const now = counted();
          const rate = (now.dropped - before.dropped) / (now.seconds - before.seconds);
          assert.ok(rate > 10 && Math.abs(shown / rate - 1) < SHARE, `${shown}/s shown, ${rate}/s counted`);
        });
        await eventually(async () => {
          assert.ok(toNumber(await figure("busy", overview.locator('[data-lane="hard"]'))) > 85);
          // What waits before it is at least as old as it takes to work off.
          assert.match(await figure("p50"), /^\d{2,} ms$/);
          assert.ok(parseFloat(await figure("p50")) > 100 && parseFloat(await figure("p99")) > 0);
        });
        assert.deepEqual(await seriousFaults(page), []);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), viewport.width);
        // By keys alone.
        await overview.getByRole("button", { name: "slow", exact: true }).focus();
        await page.keyboard.press("Enter");
        await page.waitForURL((url) => url.hash === "#graph&node=slow");
        await overview.getByRole("button", { name: "source → slow" }).focus();
        await page.keyboard.press("Enter");
        await page.waitForURL((url) => url.hash === `#graph&link=${encodeURIComponent(id)}`);
        await page.locator("[data-inspector]").waitFor();
        assert.deepEqual(browser.faults, []);
      }
    } finally {
      await Deno.remove(log);
    }
  },
);

pageTest("the overview and /api/graph have the slots that pools have now, also once they have grown", async () => {
  const runtime = new Runtime({ mode: "live" });
  const tone = runtime.add(nodes.toneSource(), { id: "tone" });
  const gain = runtime.add(nodes.gain(), { id: "gain" });
  runtime.connect(tone.outputs.audio, gain.inputs.audioIn);
  await using served = await serveStarted(runtime);
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(served.server.url);
  await showDetails(page);
  const slots = () => runtime.stats().pools.find(({ name }) => name === "audio")!.slots;
  const shown = page.locator('[data-pool="audio"] [data-figure="overview-slots"]');
  const assertShown = async () => {
    const { pools } = await (await fetch(`${served.server.url}/api/graph`)).json();
    assert.equal(pools.find(({ name }: { name: string }) => name === "audio").slots, slots());
    const [taken, all] = (await shown.innerText()).split("/").map(toNumber);
    assert.equal(all, slots());
    assert.ok(taken >= 0 && taken < all, `${taken} of ${all}`);
  };
  await eventually(assertShown);
  const before = slots();
  await runtime.edit((edit) => {
    for (let k = 0; k < 60; k++) {
      const { id } = edit.add(nodes.gain(), { id: `gain${k}` });
      edit.connectByName("tone.audio", `${id}.audioIn`, { capacity: 64 });
    }
  });
  await eventually(assertShown);
  assert.ok(slots() > before, `${slots()} slots after ${before}`);
  await runtime.pause();
  await eventually(async () => {
    const { free } = runtime.stats().pools.find(({ name }) => name === "audio")!;
    assert.equal(toNumber((await shown.innerText()).split("/")[0]), slots() - free);
  });
  assert.deepEqual(browser.faults, []);
});
