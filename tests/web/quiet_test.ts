/** The quiet default: one value of each node, links that speak only when something is wrong, and all figures on demand. */
import assert from "node:assert/strict";
import { nodes, Runtime } from "../../mod.ts";
import { numberedSource } from "../fixtures/numbered.ts";
import { working } from "../fixtures/working.ts";
import { seriousFaults, showTheme } from "./axe.ts";
import { eventually, openPage, pageTest } from "./chromium.ts";
import { graphShown, serveDemo, serveStarted, showDetails, toNumber } from "./live_graph.ts";

pageTest("a card has its name, type and one value; the rest comes under the pointer, or with Details", async () => {
  await using served = await serveDemo();
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(served.server.url);
  await graphShown(page, "gain");
  const card = (id: string) => page.locator(`.card[data-node="${id}"]`);
  await eventually(async () => {
    assert.deepEqual((await card("level").innerText()).split("\n").slice(0, 2), ["level", "level-meter"]);
    assert.match(await card("level").locator('[data-figure="value"]').innerText(), /^-\d+\.\d dB$/);
    assert.match(await card("gain").locator('[data-figure="value"]').innerText(), /^\d+\/s$/);
  });
  assert.equal(await page.locator('.card [data-figure="times"]').count(), 0);
  assert.equal(await page.locator('[data-figure="overview-busy"]').count(), 0);
  await eventually(async () => assert.match(await page.locator('[data-figure="overview-latency"]').innerText(), /s$/));

  await card("gain").hover();
  const hover = page.locator("[data-hover-card]");
  await hover.locator('[data-figure="p99"]').filter({ hasText: /\d/ }).waitFor();
  assert.match(await hover.innerText(), /lane shape/);
  await page.mouse.move(5, 400);
  await hover.waitFor({ state: "detached" });

  // The switch and its key, which the page keeps.
  await showDetails(page);
  await card("gain").locator('[data-figure="times"]').filter({ hasText: "p99" }).waitFor();
  await page.reload();
  await graphShown(page, "gain");
  await card("gain").locator('[data-figure="times"]').waitFor();
  await page.keyboard.press("v");
  await card("gain").locator('[data-figure="value"]').waitFor();
  assert.deepEqual(browser.faults, []);
});

pageTest("a link is bare while it is well; one that drops says how many, and later when that was", async () => {
  const log = await Deno.makeTempFile();
  try {
    const runtime = new Runtime({ mode: "live" });
    const source = runtime.add(numberedSource({ count: 1e9, intervalMs: 10 }), { id: "source", lane: "drive" });
    const slow = runtime.add(working({ workMs: 25, log }), { id: "slow", lane: "hard" });
    const level = runtime.add(nodes.levelMeter(), { id: "level", lane: "look" });
    runtime.connect(source.outputs.audio, slow.inputs.audio, { policy: "drop-newest", capacity: 8 });
    runtime.connect(source.outputs.audio, level.inputs.audioIn, { policy: "latest" });
    await using served = await serveStarted(runtime);
    const lossy = runtime.stats().links[0].id;
    await eventually(() => Promise.resolve(assert.ok(runtime.stats().links[0].dropped.full > 20)));
    await runtime.setConfig("source", "intervalMs", 100);
    await using browser = await openPage();
    const { page } = browser;
    await page.goto(served.server.url);
    const label = page.locator(`.link-label[data-link="${lossy}"]`);
    const total = () => toNumber(runtime.stats().links[0].dropped.full.toString());
    await eventually(async () => {
      assert.equal(await label.locator('[data-figure="fault"]').innerText(), `${total()} dropped`);
      assert.equal(await label.getAttribute("data-health"), "healthy");
    });
    // This page saw no drop: the runtime's history tells when.
    await eventually(async () => {
      assert.match(await label.locator('[data-figure="fault-ago"]').innerText(), /^(just now|\d0 s ago)$/);
    });
    assert.equal(toNumber(await page.locator('[data-figure="overview-lost"]').innerText()), total());
    assert.equal(await page.locator(".link-label").count(), 1, "the other link says nothing");
    for (const theme of ["light", "dark"] as const) {
      await showTheme(page, theme);
      assert.deepEqual(await seriousFaults(page), []);
    }
    await label.click();
    await page.getByRole("button", { name: /^Acknowledge/ }).click();
    await label.waitFor({ state: "detached" });
    assert.deepEqual(browser.faults, []);
  } finally {
    await Deno.remove(log);
  }
});

pageTest("texts of cards change at most about twice a second, while readings come ten times as often", async () => {
  await using served = await serveDemo();
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(served.server.url);
  await graphShown(page, "gain");
  await showDetails(page);
  const changes = await page.evaluate(async () => {
    const perNode = new Map<Element, number>();
    new MutationObserver((records) => {
      for (const each of new Set(records.map(({ target }) => target.parentElement!))) {
        perNode.set(each, (perNode.get(each) ?? 0) + 1);
      }
    }).observe(document.querySelector(".cards")!, { characterData: true, subtree: true });
    await new Promise((done) => setTimeout(done, 4_000));
    return [...perNode.values()];
  });
  assert.ok(changes.length > 0, "something moves");
  assert.ok(Math.max(...changes) <= 10, `${Math.max(...changes)} changes in 4 s`);
});
