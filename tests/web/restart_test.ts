/** The graph is started again from the page: while it runs, after a question, and once it was stopped. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { eventually, openPage, pageTest } from "./chromium.ts";
import { graphShown, inspected, type Served, serveDemo, stopByButton } from "./live_graph.ts";
import { rare } from "../fixtures/rare.ts";

/** Which run the server tells of. */
async function runOf({ server }: Served): Promise<string> {
  return (await (await fetch(`${server.url}/api/graph`)).json()).run;
}

function restartButton(page: Page) {
  return page.getByRole("group", { name: "Graph" }).getByRole("button", { name: "Restart" });
}

pageTest("Restart begins the graph again, after a question: a new run whose counts begin at 0", async () => {
  await using served = await serveDemo();
  const { runtime } = served;
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(`${served.server.url}/#graph&node=gain`);
  await graphShown(page, "gain");
  const first = runtime.finished;
  const before = await runOf(served);
  await eventually(async () => assert.ok(await inspected(page, "ticks") > 100));

  await restartButton(page).click();
  const asked = page.getByRole("dialog", { name: "Restart the graph?" });
  await asked.getByRole("button", { name: "Let it run" }).click();
  await asked.waitFor({ state: "hidden" });
  assert.equal(await runOf(served), before);

  await restartButton(page).click();
  await asked.getByRole("button", { name: "Restart the graph" }).click();
  assert.equal((await first).outcome, "stopped");
  await eventually(async () => assert.notEqual(await runOf(served), before));
  await page.getByText("The runtime was restarted: counts begin at 0").waitFor();
  await page.locator(".state", { hasText: "running" }).waitFor();
  await graphShown(page, "gain");
  await page.keyboard.press("p");
  await eventually(() => Promise.resolve(assert.ok(runtime.paused)));
  await eventually(async () => {
    const { ticks } = runtime.stats().nodes.find(({ id }) => id === "gain")!;
    assert.equal(await inspected(page, "ticks"), ticks);
  });
  assert.deepEqual(browser.faults, []);
});

rare(pageTest)("Restart begins a graph again that was stopped, without a question", async () => {
  await using served = await serveDemo();
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(served.server.url);
  await graphShown(page, "gain");
  await stopByButton(page);
  await page.locator(".state", { hasText: "stopped" }).waitFor();
  await eventually(async () =>
    assert.deepEqual([
      await page.getByRole("button", { name: "Pause" }).isDisabled(),
      await page.getByRole("button", { name: "Stop", exact: true }).isDisabled(),
      await restartButton(page).isDisabled(),
    ], [true, true, false])
  );
  await restartButton(page).click();
  await page.locator(".state", { hasText: "running" }).waitFor();
  await graphShown(page, "gain");
  assert.equal(served.runtime.running, true);
  assert.equal(await page.getByRole("button", { name: "Stop", exact: true }).isDisabled(), false);
  assert.deepEqual(browser.faults, []);
});
