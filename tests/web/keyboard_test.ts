/** Everything on the page can be done by keyboard. */
import assert from "node:assert/strict";
import { ControlClient } from "../../control/client/client.ts";
import { seriousFaults } from "./axe.ts";
import { eventually, nextPicture, openPage, pageTest } from "./chromium.ts";
import { graphShown, serveDemo, toNumber } from "./live_graph.ts";

/** What the level meter reads, as the server tells it. */
async function levelDb(client: ControlClient): Promise<number> {
  return (await client.call("node.describe", { node: "level" })).figures?.rmsDb_0 ?? -Infinity;
}

pageTest("the page can be used by keyboard alone: find, inspect, change, pause, resume, stop", async () => {
  await using served = await serveDemo();
  await using browser = await openPage();
  const { page } = browser;
  const { keyboard } = page;
  const client = new ControlClient({ url: `${served.server.url.replace("http", "ws")}/rpc` });
  await using _closed = { [Symbol.asyncDispose]: () => Promise.resolve(client.close()) };
  const spoken = page.locator("[data-spoken]");
  await page.goto(served.server.url);
  await graphShown(page, "gain");

  // A fresh page takes the graph's keys at once.
  await keyboard.press("ArrowRight");
  await eventually(async () => assert.match(await spoken.innerText(), /, lane /));
  await keyboard.press("Escape");

  // Find, and leave what finds.
  await keyboard.press("/");
  await keyboard.press("Escape");
  await eventually(async () =>
    assert.equal(await page.evaluate(() => document.activeElement?.matches(".graph-box")), true)
  );
  await keyboard.press("/");
  await keyboard.type("mix");
  await page.getByRole("option", { name: "mixer" }).waitFor();
  await keyboard.press("Enter");
  await eventually(async () => assert.match(await spoken.innerText(), /^mixer, mixer, lane make/));

  // Along a link to the gain, and through the links of a node.
  await keyboard.press("ArrowRight");
  await eventually(async () => assert.match(await spoken.innerText(), /^gain, gain, lane shape/));
  await keyboard.press("]");
  await eventually(async () => assert.match(await spoken.innerText(), /^Link mixer.audioOut → gain.audioIn/));
  await page.locator('[data-inspector] [data-figure="depth"]').waitFor();
  await keyboard.press("ArrowRight");
  await eventually(async () => assert.match(await spoken.innerText(), /^gain/));

  // Into the inspector, to the slider, and 10 dB down with it: the node has it, and the level meter hears it.
  const box = page.getByRole("textbox", { name: "gainDb" });
  await box.waitFor();
  await keyboard.press("Enter");
  await eventually(async () =>
    assert.equal(await page.evaluate(() => document.activeElement?.matches("[data-inspector]")), true)
  );
  for (let k = 0; k < 24; k++) {
    await keyboard.press("Tab");
    if (await page.getByLabel("gainDb, slider").evaluate((slider) => slider === document.activeElement)) break;
  }
  const before = toNumber(await box.inputValue());
  await eventually(async () => assert.ok(await levelDb(client) > -40));
  const loudDb = await levelDb(client);
  for (let k = 0; k < 20; k++) await keyboard.press("ArrowLeft");
  await eventually(async () => assert.equal(toNumber(await box.inputValue()), before - 10));
  await eventually(async () => {
    assert.equal((await client.call("node.describe", { node: "gain" })).config.gainDb, before - 10);
    const fallDb = loudDb - await levelDb(client);
    assert.ok(Math.abs(fallDb - 10) < 3, `${fallDb} dB`);
  });

  // Back to the graph; move and zoom.
  await keyboard.press("Escape");
  await eventually(async () =>
    assert.equal(await page.evaluate(() => document.activeElement?.matches(".graph-box")), true)
  );
  const zoomText = page.locator(".zoom-text");
  await keyboard.press("0");
  await nextPicture(page);
  const whole = await zoomText.innerText();
  await keyboard.press("+");
  await eventually(async () => assert.notEqual(await zoomText.innerText(), whole));
  await keyboard.press("Shift+ArrowRight");
  await keyboard.press("0");
  await eventually(async () => assert.equal(await zoomText.innerText(), whole));

  // Pause and resume.
  await keyboard.press("p");
  await eventually(() => Promise.resolve(assert.equal(served.runtime.paused, true)));
  await page.locator(".state", { hasText: "paused" }).waitFor();
  await keyboard.press("2");
  await eventually(async () => {
    for (const { id, ticks } of served.runtime.stats().nodes) {
      assert.equal(toNumber(await page.locator(`tr[data-node="${id}"] [data-figure="ticks"]`).innerText()), ticks, id);
    }
  });
  await keyboard.press("1");
  await keyboard.press("p");
  await eventually(() => Promise.resolve(assert.equal(served.runtime.paused, false)));

  // The other views, the theme, the help.
  await keyboard.press("2");
  await page.locator('tr[data-node="reverb"]').waitFor();
  await keyboard.press("i");
  await eventually(async () =>
    assert.equal(await page.evaluate(() => document.activeElement?.matches("[data-inspector]")), true)
  );
  await keyboard.press("Escape");
  await eventually(async () =>
    assert.equal(await page.evaluate(() => document.activeElement?.matches(".table-scroll")), true)
  );
  await keyboard.press("3");
  await page.locator(".news").waitFor();
  await keyboard.press("t");
  await page.locator(':root[data-theme="light"]').waitFor();
  await keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys and marks" }).waitFor();
  await keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });

  // Stop, by its button.
  for (let k = 0; k < 40; k++) {
    await keyboard.press("Tab");
    if (await page.getByRole("button", { name: "Stop" }).evaluate((each) => each === document.activeElement)) break;
  }
  // One press asks, and nothing ends by it.
  await keyboard.press("Enter");
  const asked = page.getByRole("dialog", { name: "Stop the graph?" });
  await asked.waitFor();
  await keyboard.press("Enter");
  await asked.waitFor({ state: "hidden" });
  assert.equal(served.runtime.summary(), undefined);
  await keyboard.press("Enter");
  await asked.waitFor();
  assert.deepEqual(await seriousFaults(page), []);
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await page.locator(".state", { hasText: "stopped" }).waitFor();
  assert.equal((await served.runtime.finished).outcome, "stopped");
  assert.deepEqual(browser.faults, []);
});

pageTest("a question that is asked while the last one closes is shown, and so is the help", async () => {
  await using served = await serveDemo();
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(served.server.url);
  await graphShown(page, "gain");
  await page.getByRole("button", { name: "Stop" }).click();
  const asked = page.getByRole("dialog", { name: "Stop the graph?" });
  await asked.waitFor();
  await page.evaluate(() => {
    document.querySelector<HTMLElement>(".confirmation button")!.click();
    document.querySelector<HTMLElement>(".commands button:last-child")!.click();
  });
  await nextPicture(page);
  await asked.waitFor();
  await page.keyboard.press("Escape");
  await asked.waitFor({ state: "hidden" });

  const help = page.getByRole("dialog", { name: "Keys and marks" });
  await page.keyboard.press("?");
  await help.waitFor();
  await page.evaluate(() => {
    document.querySelector<HTMLElement>(".help header button")!.click();
    document.querySelector<HTMLElement>(".help-button")!.click();
  });
  await nextPicture(page);
  await help.waitFor();
  assert.equal(served.runtime.summary(), undefined);
  assert.deepEqual(browser.faults, []);
});

pageTest("keys that are typed without a pause all arrive where they belong, and pause nothing", async () => {
  await using served = await serveDemo();
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(served.server.url);
  await graphShown(page, "gain");
  for (const view of ["2", "1", "3"]) {
    for (let round = 0; round < 5; round++) {
      await page.keyboard.type(`${view}/typed`);
      const field = page.locator("[data-search]");
      await eventually(async () => assert.equal(await field.inputValue(), "typed", `view ${view}, round ${round}`));
      await field.fill("");
      await page.keyboard.press("Escape");
    }
  }
  assert.equal(served.runtime.paused, false);
  assert.equal(await page.locator(":root").getAttribute("data-theme"), "dark");
});

pageTest("single keys can be turned off, which the page remembers; those of the graph go on", async () => {
  await using served = await serveDemo();
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(served.server.url);
  await graphShown(page, "gain");
  await page.keyboard.press("?");
  await page.getByRole("switch", { name: /^Single keys act/ }).uncheck();
  await page.keyboard.press("Escape");
  await page.reload();
  await graphShown(page, "gain");
  await page.keyboard.type("p2t?");
  await page.keyboard.press("ArrowRight");
  await eventually(async () => assert.match(await page.locator("[data-spoken]").innerText(), /, lane /));
  assert.equal(await page.locator(".graph-box").count(), 1);
  assert.equal(await page.locator("dialog[open]").count(), 0);
  assert.equal(await page.locator(":root").getAttribute("data-theme"), "dark");
  assert.equal(served.runtime.paused, false);
  await page.getByRole("button", { name: "Keys and marks" }).click();
  await page.getByRole("switch", { name: /^Single keys act/ }).check();
  await page.keyboard.press("Escape");
  await page.keyboard.press("2");
  await page.locator(".table-view").waitFor();
});
