/** A lane that hangs: the page names the node, and goes on showing the others. */
import assert from "node:assert/strict";
import { nodes, Runtime } from "../../mod.ts";
import { hanging } from "../fixtures/hanging.ts";
import { Hold } from "../fixtures/hold.ts";
import { seriousFaults } from "./axe.ts";
import { eventually, openPage, pageTest } from "./chromium.ts";
import { graphShown, serveStarted, toNumber } from "./live_graph.ts";

/** How long after it began a call that does not return is shown as stuck at the latest, milliseconds. */
const NAMED_WITHIN_MS = 2_000;

/** No tick of the graph below is so long apart from the one before, milliseconds. */
const SURELY_MS = 600;

pageTest("the page names the node that holds its lane within two seconds, and shows the others' figures", async () => {
  using hold = new Hold();
  const runtime = new Runtime({ mode: "live" });
  const tone = runtime.add(nodes.toneSource(), { id: "tone", lane: "make" });
  const level = runtime.add(nodes.levelMeter(), { id: "level", lane: "look" });
  const bad = runtime.add(hanging({ atFrame: 150, hold: hold.path }), { id: "bad", lane: "trap" });
  const victim = runtime.add(nodes.gain(), { id: "victim", lane: "trap" });
  runtime.connect(tone.outputs.audio, level.inputs.audioIn);
  runtime.connect(tone.outputs.audio, bad.inputs.audio);
  runtime.connect(tone.outputs.audio, victim.inputs.audioIn);
  const hostile = '<img src=x onerror="document.title=1">';
  await using served = await serveStarted(runtime, { title: hostile });
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(served.server.url);
  await graphShown(page, "level");

  const ticks = (id: string) => runtime.stats().nodes.find((node) => node.id === id)!.ticks;
  // It has hung at the earliest since its count was last seen to move, and surely once that was long ago.
  let [count, movedMs] = [0, performance.now()];
  while (count === 0 || performance.now() - movedMs < SURELY_MS) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const now = ticks("bad");
    if (now !== count) [count, movedMs] = [now, performance.now()];
  }
  const leftMs = NAMED_WITHIN_MS - (performance.now() - movedMs);
  await page.locator('.card[data-node="bad"][data-health="stuck"]').waitFor({ timeout: leftMs });
  assert.match(await page.locator('.card[data-node="bad"]').innerText(), /stuck/);
  assert.equal(await page.title(), `stuck: ${hostile} · Sluice`);

  await page.locator('.card[data-node="victim"]').click();
  await page.getByText('Its lane "trap" is held by "bad", which is stuck').waitFor();
  await page.getByRole("button", { name: "Go to bad" }).click();
  await page.getByText(/One call of process\(\) has not returned for .* one other node of lane "trap" waits/).waitFor();

  await page.keyboard.press("2");
  const shown = async (id: string) =>
    toNumber(await page.locator(`tr[data-node="${id}"] [data-figure="ticks"]`).innerText());
  const [tone0, level0] = [await shown("tone"), await shown("level")];
  await eventually(async () => assert.ok(await shown("tone") > tone0 && await shown("level") > level0));
  assert.equal(await shown("bad"), ticks("bad"));

  // Names and docs of others are text.
  assert.equal(await page.locator(".brand").innerText(), hostile);
  assert.notEqual(await page.title(), "1");
  await page.getByText("Documentation", { exact: true }).click();
  await page.getByText("<script>document.title='owned'</script>", { exact: false }).first().waitFor();
  assert.notEqual(await page.title(), "owned");
  assert.deepEqual(browser.faults, []);
  for (const theme of ["light", "dark"]) {
    await page.locator(`:root[data-theme="${theme}"]`).count() > 0 || await page.keyboard.press("t");
    await page.waitForTimeout(400);
    assert.deepEqual(await seriousFaults(page), [], `stuck, ${theme}`);
  }
  hold.release();
});
