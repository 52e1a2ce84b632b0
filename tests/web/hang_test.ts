/** A lane that hangs: the page names the node, and goes on showing the others. */
import assert from "node:assert/strict";
import { nodes, Runtime } from "../../mod.ts";
import { hanging } from "../fixtures/hanging.ts";
import { Hold } from "../fixtures/hold.ts";
import { seriousFaults } from "./axe.ts";
import { eventually, openPage, pageTest } from "./chromium.ts";
import { graphShown, serveStarted, toNumber } from "./live_graph.ts";

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
  // It hangs once its count stands still while the others' go on.
  let before = -1;
  await eventually(async () => {
    const [now, others] = [ticks("bad"), ticks("tone")];
    await new Promise((resolve) => setTimeout(resolve, 100));
    before = ticks("bad");
    assert.ok(now > 0 && before === now && ticks("tone") > others);
  }, 30_000);
  await page.locator('.card[data-node="bad"][data-health="stuck"]').waitFor({ timeout: 2_000 });
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
