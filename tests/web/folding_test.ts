/** Lanes fold to one card each and unfold again, by hand and by keys; a large graph starts so. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { serveControl } from "../../control/server/server.ts";
import { nodes, Runtime } from "../../mod.ts";
import { seriousFaults, showTheme } from "./axe.ts";
import { eventually, openPage, pageTest } from "./chromium.ts";
import { graphShown, serveDemo, showDetails } from "./live_graph.ts";

const LANES = 5;
const NODES_A_LANE = 50;

/** The lane that a node stands in: the one whose title is nearest above it. */
async function laneOf(page: Page, node: string): Promise<string> {
  const box = (await page.locator(`.card[data-node="${node}"]`).boundingBox())!;
  const titles = await page.locator(".lane-title").evaluateAll((all) =>
    all.map((each) => {
      const { left, right, top } = each.getBoundingClientRect();
      return { lane: (each as HTMLElement).dataset.laneTitle!, left, right, top };
    })
  );
  const above = titles.filter(({ left, right, top }) => left <= box.x && box.x + box.width <= right && top < box.y);
  return above.toSorted((a, b) => b.top - a.top)[0].lane;
}

pageTest("a lane folds by a click on its title, and unfolds by Enter; its links lead to its card", async () => {
  await using served = await serveDemo();
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(served.server.url);
  await graphShown(page, "gain");
  const lane = await laneOf(page, "gain");
  const before = await page.locator(".card").count();
  const title = page.locator(`.lane-title[data-lane-title="${lane}"]`);
  const { x, y } = (await title.boundingBox())!;
  await page.mouse.click(x + 30, y + 12);
  const card = page.locator(`.lane-card[data-lane="${lane}"]`);
  await card.waitFor();
  assert.equal(await page.locator('.card[data-node="gain"]').count(), 0);
  await eventually(async () => {
    const inside = before - await page.locator(".card").count() + 1;
    assert.ok(inside > 1, `${inside} nodes`);
    assert.equal(await card.locator('[data-figure="nodes"]').innerText(), `${inside} nodes`);
    assert.match(await card.locator('[data-figure="busy"]').innerText(), /busy \d+ %|busy <1 %/);
  });
  for (const theme of ["light", "dark"] as const) {
    await showTheme(page, theme);
    assert.deepEqual(await seriousFaults(page), []);
  }
  // The choice is that of the run.
  await page.reload();
  await card.waitFor();
  assert.equal(await title.getAttribute("aria-expanded"), "false");
  await title.focus();
  await page.keyboard.press("Enter");
  await graphShown(page, "gain");
  await eventually(async () => assert.equal(await title.getAttribute("aria-expanded"), "true"));

  // Whoever looks for a node finds it, and `f` folds its lane again.
  await page.getByRole("button", { name: "Fold all lanes", exact: true }).click();
  await card.waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("gain");
  await page.getByRole("option", { name: "gain" }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.locator('.card.selected[data-node="gain"]').waitFor();
  await page.keyboard.press("f");
  await card.waitFor();
  await page.keyboard.press("Enter");
  await page.locator('.card[data-node="gain"]').waitFor();
  assert.deepEqual(browser.faults, []);
});

pageTest("a large graph of several lanes starts folded, with one link for all between two lanes", async () => {
  await using runtime = new Runtime({ mode: "live" });
  const lanes = Array.from(
    { length: LANES },
    (_, lane) =>
      Array.from(
        { length: NODES_A_LANE },
        (_, k) => runtime.add(nodes.mixer(), { id: `n${lane}x${k}`, lane: `lane${lane}` }),
      ),
  );
  for (const [lane, all] of lanes.slice(1).entries()) {
    all.forEach((node, k) => runtime.connect(lanes[lane][k].outputs.audioOut, node.inputs.audioIn[0]));
  }
  await using server = serveControl(runtime, { port: 0 });
  await using browser = await openPage({ viewport: { width: 1900, height: 1000 } });
  const { page } = browser;
  await page.goto(server.url);
  await page.locator(".lane-title[aria-expanded=false]").first().waitFor();
  assert.equal(await page.locator(".lane-title[aria-expanded=false]").count(), LANES);
  await page.locator(".lane-card").first().waitFor();
  await showDetails(page);
  assert.equal(await page.locator(".lane-card").count(), LANES);
  await eventually(async () => assert.equal(await page.locator(`.link-label[data-links="50"]`).count(), LANES - 1));

  // From lane to lane by the arrow keys, and into one.
  await page.locator(".graph-box").focus();
  await page.keyboard.press("ArrowRight");
  await page.locator(".lane-card.selected").waitFor();
  const name = await page.locator(".lane-card.selected").getAttribute("data-lane");
  await page.keyboard.press("Enter");
  await page.locator(`.lane-title[data-lane-title="${name}"][aria-expanded=true]`).waitFor();

  // An address leads to a node in a folded lane.
  await page.evaluate(() => location.hash = "#graph&node=n3x7");
  await page.locator('.card.selected[data-node="n3x7"]').waitFor();
  await page.getByRole("button", { name: "Unfold all lanes" }).click();
  await page.locator('.graph-box[data-mode="canvas"]').waitFor();
  await eventually(async () => assert.equal(await page.locator(".lane-title[aria-expanded=true]").count(), LANES));
  assert.deepEqual(browser.faults, []);
});
