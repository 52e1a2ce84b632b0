/** A port is selected by what it carries, by pointer and by keyboard, and one that carries nothing says so. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { seriousFaults } from "./axe.ts";
import { eventually, openPage, pageTest } from "./chromium.ts";
import { graphShown, serveDemo } from "./live_graph.ts";

/** Clicks on a port of a node that is selected. */
async function clickPort(page: Page, address: string): Promise<void> {
  const box = await page.locator(`[data-port="${address}"]`).boundingBox();
  assert.ok(box !== null, address);
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
}

/** Waits until a link between two ports is selected. */
async function linkSelected(page: Page, name: string): Promise<void> {
  await page.locator(`[data-inspector][aria-label="link ${name}"]`).waitFor();
}

pageTest("a click on a port selects its link, of several the first and then the next, and lists them", async () => {
  await using served = await serveDemo();
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(`${served.server.url}/#graph&node=reverb`);
  await graphShown(page, "reverb");
  await clickPort(page, "reverb.audioIn");
  await linkSelected(page, "gain.audioOut → reverb.audioIn");
  assert.equal(await page.locator(".port-links").count(), 0);
  await clickPort(page, "reverb.audioOut");
  await linkSelected(page, "reverb.audioOut → level.audioIn");
  const list = page.getByRole("list", { name: "reverb.audioOut leads to" });
  assert.deepEqual(await list.getByRole("button").allInnerTexts(), ["level.audioIn", "spectrum.audio"]);
  assert.equal(await list.locator('[aria-current="true"]').innerText(), "level.audioIn");
  await clickPort(page, "reverb.audioOut");
  await linkSelected(page, "reverb.audioOut → spectrum.audio");
  await list.getByRole("button", { name: "level.audioIn" }).click();
  await linkSelected(page, "reverb.audioOut → level.audioIn");
  assert.deepEqual(await seriousFaults(page), []);

  // The selected link's other end has ports, too: this one leads nowhere.
  await clickPort(page, "level.levels");
  await page.getByRole("alert").getByText('"level.levels" has no link, so it carries nothing').waitFor();
  await page.locator('[data-inspector][aria-label="node level"]').waitFor();
  assert.deepEqual(browser.faults, []);
});

pageTest("ports are reached by Tab, are named for a screen reader, and keep the focus", async () => {
  await using served = await serveDemo();
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(served.server.url);
  await graphShown(page, "gain");
  await page.keyboard.press("/");
  await page.keyboard.type("reverb");
  await page.getByRole("option", { name: "reverb" }).waitFor();
  await page.keyboard.press("Enter");
  const output = page.getByRole("button", { name: "Output reverb.audioOut, to level.audioIn and spectrum.audio" });
  await output.waitFor();
  await page.getByRole("button", { name: "Input reverb.audioIn, from gain.audioOut" }).waitFor();
  for (let k = 0; k < 12; k++) {
    await page.keyboard.press("Tab");
    if (await output.evaluate((each) => each === document.activeElement)) break;
  }
  await page.keyboard.press("Enter");
  await linkSelected(page, "reverb.audioOut → level.audioIn");
  await eventually(async () =>
    assert.match(await page.locator("[data-spoken]").innerText(), /^Link reverb.audioOut → level.audioIn/)
  );
  assert.equal(await output.evaluate((each) => each === document.activeElement), true);
  await page.keyboard.press("Enter");
  await linkSelected(page, "reverb.audioOut → spectrum.audio");
  assert.deepEqual(browser.faults, []);
});
