/** The quiet default: one value of each node, links that speak only when something is wrong, and all figures on demand. */
import assert from "node:assert/strict";
import { nodes, Runtime } from "../../mod.ts";
import { numberedSource } from "../fixtures/numbered.ts";
import { working } from "../fixtures/working.ts";
import { seriousFaults, showTheme } from "./axe.ts";
import { eventually, openPage, pageTest } from "./chromium.ts";
import { graphShown, serveDemo, serveStarted, showDetails, toNumber } from "./live_graph.ts";
import { rare } from "../fixtures/rare.ts";

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

rare(pageTest)(
  "texts of cards change at most about twice a second, while readings come ten times as often",
  async () => {
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
  },
);

pageTest(
  "Find leaves a graph that can be read where it is, and shows as much as it can of one that it enlarges",
  async () => {
    await using served = await serveDemo();
    await using browser = await openPage();
    const { page } = browser;
    await page.goto(served.server.url);
    await graphShown(page, "gain");
    const scale = await page.locator(".zoom-text").innerText();
    await page.keyboard.press("/");
    await page.keyboard.type("spec");
    await page.getByRole("option", { name: "spectrum" }).first().waitFor();
    await page.keyboard.press("Enter");
    await page.locator('.card.selected[data-node="spectrum"]').waitFor();
    // The inspector takes room, in which the graph is fitted once more: all of it stays in view.
    await eventually(async () => {
      const view = (await page.locator(".graph-box").boundingBox())!;
      for (const card of await page.locator(".card").all()) {
        const box = (await card.boundingBox())!;
        assert.ok(box.x >= view.x && box.x + box.width <= view.x + view.width, scale);
      }
      assert.equal(await page.locator(".card").count(), served.runtime.stats().nodes.length);
    });
    assert.deepEqual(browser.faults, []);
  },
);

pageTest("the inspector has four figures that matter, and the others on demand", async () => {
  await using served = await serveDemo();
  await using browser = await openPage();
  const { page } = browser;
  const links = served.runtime.stats().links;
  const names = async () =>
    await page.locator("[data-inspector] .figures.large dd").evaluateAll((all) =>
      all.map((each) => each.getAttribute("data-figure"))
    );
  await page.goto(`${served.server.url}/#graph&node=level`);
  await eventually(async () => assert.deepEqual(await names(), ["value", "rate", "busy", "errors"]));
  assert.equal(await page.locator('[data-inspector] [data-figure="ticks"]').isVisible(), false);
  await page.getByText("More figures").click();
  await page.locator('[data-inspector] [data-figure="ticks"]').waitFor();
  await page.evaluate((id) => location.hash = `#graph&link=${encodeURIComponent(id)}`, links[0].id);
  await eventually(async () => assert.deepEqual(await names(), ["rate", "depth", "age", "dropped"]));
  // With all details they are there at once.
  await showDetails(page);
  await page.locator('[data-inspector] [data-figure="written"]').waitFor();
  assert.deepEqual(browser.faults, []);
});

pageTest("a phone begins with a list, the gravest first, and the log with warnings", async () => {
  const log = await Deno.makeTempFile();
  try {
    const runtime = new Runtime({ mode: "live" });
    const source = runtime.add(numberedSource({ count: 1e9, intervalMs: 10 }), { id: "source", lane: "drive" });
    const slow = runtime.add(working({ workMs: 25, log }), { id: "slow", lane: "hard" });
    runtime.connect(source.outputs.audio, slow.inputs.audio, { policy: "drop-newest", capacity: 8 });
    await using served = await serveStarted(runtime);
    await using browser = await openPage({ viewport: { width: 390, height: 844 } });
    const { page } = browser;
    await page.goto(served.server.url);
    const names = page.locator(".watch .watch-name bdi:first-child");
    await eventually(async () => assert.deepEqual(await names.allInnerTexts(), ["source → slow", "slow", "source"]));
    assert.match(await page.locator('.watch [data-link] [data-figure="value"]').innerText(), /dropped$/);
    for (const theme of ["light", "dark"] as const) {
      await showTheme(page, theme);
      assert.deepEqual(await seriousFaults(page), []);
    }
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
    await page.locator('.watch [data-node="slow"] button').click();
    await page.locator('[data-inspector][aria-label="node slow"]').waitFor();
    await showDetails(page);
    await page.locator('tr[data-node="slow"]').waitFor();
    await page.getByRole("button", { name: "Log", exact: true }).click();
    assert.equal(await page.getByRole("combobox", { name: "Show" }).inputValue(), "warn");
    // An address with a view leads there.
    await page.evaluate(() => location.hash = "#graph");
    await page.locator(".graph-box").waitFor();
    assert.deepEqual(browser.faults, []);
  } finally {
    await Deno.remove(log);
  }
});

rare(pageTest)("lanes are drawn where the cards are in every frame, also while the view is resized", async () => {
  await using served = await serveDemo();
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(served.server.url);
  await graphShown(page, "gain");
  // After the page has taken up another size, and before the frame is shown: whether the canvas is painted for it.
  await page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>(".graph-canvas")!;
    const seen = { sizes: 0, wrong: 0 };
    new ResizeObserver(() => {
      seen.sizes++;
      if (canvas.width !== Math.round(canvas.clientWidth * devicePixelRatio)) seen.wrong++;
    }).observe(canvas);
    Object.assign(globalThis, { seen });
  });
  const card = page.locator('.card[data-node="gain"]');
  for (let k = 0; k < 4; k++) {
    await card.click();
    await page.locator("[data-inspector]").waitFor();
    await page.getByRole("button", { name: "Close the inspector" }).click();
    await page.locator("[data-inspector]").waitFor({ state: "detached" });
    await page.setViewportSize({ width: 1440 - 40 * k, height: 900 });
  }
  const seen = await page.evaluate(() => (globalThis as unknown as { seen: { sizes: number; wrong: number } }).seen);
  assert.ok(seen.sizes > 8, `${seen.sizes} sizes`);
  assert.equal(seen.wrong, 0, `${seen.wrong} of ${seen.sizes} sizes`);
  assert.deepEqual(browser.faults, []);
});
