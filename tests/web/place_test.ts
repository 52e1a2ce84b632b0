/** What an address selects, and what is selected as the inspector opens beside it, is in view. */
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { eventually, openPage, pageTest } from "./chromium.ts";
import { graphShown, serveDemo, showDetails } from "./live_graph.ts";
import { serveMany } from "./many_sinks.ts";

/** How long one look at an element may take, milliseconds: it is looked at again and again. */
const LOOK_MS = 3_000;

/** Fails unless all of an element lies in the part of the view that nothing covers. */
async function inView(page: Page, what: Locator, view = ".graph-box"): Promise<void> {
  const [inner, outer] = [await what.boundingBox({ timeout: LOOK_MS }), await page.locator(view).boundingBox()];
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
  await showDetails(page);
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
    await showDetails(page);
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
  // What the inspector leads to comes into view, too.
  await page.locator("[data-inspector]").getByRole("button", { name: /^reverb/ }).click();
  await page.locator('[data-inspector][aria-label^="link reverb"]').waitFor();
  await page.locator(".graph-box").focus();
  for (let k = 0; k < 12; k++) await page.keyboard.press("Shift+ArrowLeft");
  await page.locator("[data-inspector]").getByRole("button", { name: "reverb", exact: true }).click();
  await eventually(() => inView(page, card(page, "reverb")));
});

for (const viewport of [{ width: 768, height: 1024 }, { width: 844, height: 390 }, { width: 390, height: 844 }]) {
  pageTest(`nothing covers a node that the arrow keys select, at ${viewport.width} by ${viewport.height}`, async () => {
    await using served = await serveDemo();
    await using browser = await openPage({ viewport });
    const { page } = browser;
    await page.goto(`${served.server.url}/#graph&node=mixer`);
    await graphShown(page, "mixer");
    await page.locator(".graph-box").focus();
    for (const id of ["gain", "reverb", "level"]) {
      await page.keyboard.press("ArrowRight");
      await page.locator(`[data-inspector][aria-label="node ${id}"]`).waitFor();
      await eventually(async () => assert.deepEqual(await covers(page, id), []));
    }
  });
}

/** What lies over a card, at its middle and within its corners. */
function covers(page: Page, id: string): Promise<string[]> {
  return card(page, id).evaluate(
    (element) => {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      const points = [[left + 8, top + 8], [right - 8, top + 8], [left + 8, bottom - 8], [right - 8, bottom - 8]];
      return [...points, [(left + right) / 2, (top + bottom) / 2]].flatMap(([x, y]) => {
        const found = document.elementFromPoint(x, y);
        return element.contains(found) ? [] : [found?.className ?? "nothing"];
      });
    },
    undefined,
    { timeout: LOOK_MS },
  );
}
