/** What an address selects, and what is selected as the inspector opens beside it, is in view. */
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { eventually, openPage, pageTest } from "./chromium.ts";
import { graphShown, serveDemo } from "./live_graph.ts";
import { serveMany } from "./many_sinks.ts";

/** Fails unless all of an element lies in the part of the view that nothing covers. */
async function inView(page: Page, what: Locator, view = ".graph-box"): Promise<void> {
  const [inner, outer] = [await what.boundingBox({ timeout: 500 }), await page.locator(view).boundingBox()];
  assert.ok(inner !== null && outer !== null, `${what} is there`);
  const fits = inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height;
  assert.ok(fits, `${what}: ${JSON.stringify(inner)} in ${JSON.stringify(outer)}`);
}

const card = (page: Page, id: string) => page.locator(`.card[data-node="${id}"]`);
const label = (page: Page, id: string) => page.locator(`.link-label[data-link="${id}"]`);

pageTest("the inspector hides no lane of the demo: every node and figure stays in view at 1440 pixels", async () => {
  await using served = await serveDemo();
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(served.server.url);
  await graphShown(page, "level");
  await card(page, "level").click();
  await page.locator("[data-inspector]").waitFor();
  const { nodes, links } = served.runtime.stats();
  await eventually(async () => {
    for (const { id } of nodes) await inView(page, card(page, id));
    for (const { id } of links) await inView(page, label(page, id));
  });
});

pageTest(
  "an address brings the node or link that it selects into view, also a later one, and a table's row",
  async () => {
    await using served = await serveMany();
    await using browser = await openPage();
    const { page } = browser;
    await page.goto(`${served.server.url}/#graph&link=link71`);
    await eventually(() => inView(page, label(page, "link71")));
    const goTo = (hash: string) => page.evaluate((hash) => void (location.hash = hash), hash);
    await goTo("#graph&node=sink5");
    await eventually(() => inView(page, card(page, "sink5")));
    await goTo("#graph&link=link44");
    await eventually(() => inView(page, label(page, "link44")));
    await goTo("#table&link=link88");
    await eventually(() => inView(page, page.locator('tr[data-link="link88"]'), ".table-scroll"));
    await goTo("#table&node=sink80");
    await eventually(() => inView(page, page.locator('tr[data-node="sink80"]'), ".table-scroll"));
  },
);

pageTest("a view that somebody has moved goes on as it was, but for what is selected under the inspector", async () => {
  await using served = await serveDemo();
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(served.server.url);
  await graphShown(page, "level");
  // A zoom about its place leaves the node there, at the right edge.
  const before = (await card(page, "level").boundingBox())!;
  await page.mouse.move(before.x + before.width, before.y);
  await page.mouse.wheel(0, -100);
  await eventually(async () => assert.ok((await card(page, "level").boundingBox())!.width > before.width));
  const scale = page.locator(".graph-tools").getByText("%");
  const shown = await scale.innerText();
  await card(page, "level").click({ position: { x: 20, y: 10 } });
  await page.locator("[data-inspector]").waitFor();
  await eventually(() => inView(page, card(page, "level")));
  assert.equal(await scale.innerText(), shown);
});
