/** The graph view by pixels and by hand: what the canvas paints, the minimap, wheel, drag and keys. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { eventually, openPage, pageTest } from "./chromium.ts";
import { graphShown, serveDemo } from "./live_graph.ts";
import { serveMany } from "./many_sinks.ts";
import { countPixels } from "./pixels.ts";
import { rare } from "../fixtures/rare.ts";

/** Brings a node into the middle, as a card. */
async function lookAt(page: Page, node: string): Promise<void> {
  await page.keyboard.press("/");
  await page.keyboard.type(node);
  await page.getByRole("option", { name: node, exact: false }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.locator(`.card[data-node="${node}"]`).waitFor();
}

/** Has a node painted by the canvas, with nothing selected. @returns where its middle is */
async function lookAtOnCanvas(page: Page, node: string): Promise<{ readonly x: number; readonly y: number }> {
  await lookAt(page, node);
  const { x, y, width, height } = await boxOf(page, `.card[data-node="${node}"]`);
  const middle = { x: x + width / 2, y: y + height / 2 };
  await page.mouse.move(middle.x, middle.y);
  // A zoom leaves the point under the pointer where it is.
  while (await page.locator(".graph-box").getAttribute("data-mode") === "cards") {
    await page.mouse.wheel(0, 120);
    await page.waitForTimeout(100);
  }
  await page.getByRole("button", { name: "Close the inspector" }).click();
  await page.locator("[data-inspector]").waitFor({ state: "detached" });
  return middle;
}

async function boxOf(page: Page, selector: string) {
  const box = await page.locator(selector).boundingBox();
  assert.ok(box !== null, selector);
  return box;
}

function near(found: number, wanted: number, what: string, tolerance = 1.5): void {
  assert.ok(Math.abs(found - wanted) <= tolerance, `${what}: found ${found}, wanted ${wanted}`);
}

pageTest("with many nodes in view the canvas paints them, and a click on the canvas selects one", async () => {
  await using served = await serveMany();
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(served.server.url);
  await page.locator('.graph-box[data-mode="canvas"]').waitFor();
  const middle = await lookAtOnCanvas(page, "sink47");
  const view = await boxOf(page, ".graph-canvas");
  const around = { x: middle.x - view.x - 40, y: middle.y - view.y - 18, width: 80, height: 36 };
  await eventually(async () => {
    const ground = await countPixels(page, ".graph-canvas", "--raised", around);
    assert.ok(ground.share > 0.3, `${ground.share} of the node has its ground`);
    assert.ok(ground.colors > 5, `${ground.colors} colours in the node and its name`);
  });
  await page.mouse.click(middle.x, middle.y);
  await page.locator('[data-inspector][aria-label="node sink47"]').waitFor();
  assert.deepEqual(browser.faults, []);
});

rare(pageTest)("the minimap shows the nodes and the view, and moves the view", async () => {
  await using served = await serveMany();
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(served.server.url);
  await page.locator('.graph-box[data-mode="canvas"]').waitFor();
  await lookAt(page, "sink47");
  const map = page.locator(".minimap");
  await map.waitFor();
  await eventually(async () => {
    assert.ok((await countPixels(page, ".minimap", "--health-healthy")).count > 50, "nodes");
    assert.ok((await countPixels(page, ".minimap", "--raised")).colors > 3, "nodes, lanes and the frame of the view");
  });
  const card = page.locator('.card[data-node="sink47"]');
  const before = await boxOf(page, '.card[data-node="sink47"]');
  const { x, y, width, height } = await boxOf(page, ".minimap");
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width / 2, y + 8, { steps: 3 });
  await page.mouse.up();
  await eventually(async () => {
    const now = await card.count() === 0 ? undefined : await card.boundingBox();
    assert.ok(now === undefined || now === null || Math.abs(now.y - before.y) > 100, "the view has moved");
  });
  assert.deepEqual(browser.faults, []);
});

rare(pageTest)("the wheel zooms about the pointer, a drag pans, and keys zoom and pan", async () => {
  await using served = await serveDemo();
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(served.server.url);
  await graphShown(page, "gain");
  const mixer = '.card[data-node="mixer"]';
  const gain = '.card[data-node="gain"]';

  const before = await boxOf(page, mixer);
  const far = await boxOf(page, gain);
  const pointer = { x: before.x + 20, y: before.y + 10 };
  await page.mouse.move(pointer.x, pointer.y);
  await page.mouse.wheel(0, -120);
  await eventually(async () => assert.ok((await boxOf(page, mixer)).width > before.width * 1.1));
  const zoomed = await boxOf(page, mixer);
  const factor = zoomed.width / before.width;
  near(zoomed.x + 20 * factor, pointer.x, "x under the pointer");
  near(zoomed.y + 10 * factor, pointer.y, "y under the pointer");
  near((await boxOf(page, gain)).x, pointer.x + (far.x - pointer.x) * factor, "x of another node", 3);
  await page.mouse.wheel(0, 120);
  await eventually(async () => near((await boxOf(page, mixer)).width, before.width, "width after the way back"));

  const view = await boxOf(page, ".graph-box");
  await page.mouse.move(view.x + view.width / 2, view.y + view.height - 40);
  await page.mouse.down();
  await page.mouse.move(view.x + view.width / 2 + 90, view.y + view.height - 90, { steps: 5 });
  await page.mouse.up();
  await eventually(async () => {
    const now = await boxOf(page, mixer);
    near(now.x, before.x + 90, "x after the drag");
    near(now.y, before.y - 50, "y after the drag");
  });
  assert.equal(await page.locator("[data-inspector]").count(), 0);

  await page.locator(".graph-box").focus();
  await page.keyboard.press("0");
  await eventually(async () => near((await boxOf(page, mixer)).x, before.x, "x after 0"));
  await page.keyboard.press("+");
  await eventually(async () => near((await boxOf(page, mixer)).width / before.width, 1.25, "factor of +", 0.02));
  const larger = await boxOf(page, mixer);
  await page.keyboard.press("Shift+ArrowDown");
  await eventually(async () => near((await boxOf(page, mixer)).y, larger.y - 80, "y after a step down"));
  await page.keyboard.press("-");
  await eventually(async () => near((await boxOf(page, mixer)).width / before.width, 1, "factor of -", 0.02));
  assert.deepEqual(browser.faults, []);
});
