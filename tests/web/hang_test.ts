/** A lane that hangs: the page names the node, and goes on showing the others. */
import assert from "node:assert/strict";
import { nodes, Runtime } from "../../mod.ts";
import { hanging } from "../fixtures/hanging.ts";
import { Hold } from "../fixtures/hold.ts";
import { seriousFaults, showTheme } from "./axe.ts";
import { eventually, openPage, pageTest } from "./chromium.ts";
import { graphShown, serveStarted, toNumber } from "./live_graph.ts";
import { BEAT_MS, countLostMs } from "./lost_time.ts";

/**
 * How long after it began a call that does not return is shown as stuck at the latest, milliseconds: of the time that
 * the machine gives to this process and to the page.
 */
const NAMED_WITHIN_MS = 2_500;

pageTest(
  "the page names the node that holds its lane within two and a half seconds, and shows the others' figures",
  async () => {
    using hold = new Hold("later");
    const runtime = new Runtime({ mode: "live" });
    const tone = runtime.add(nodes.toneSource(), { id: "tone", lane: "make" });
    const level = runtime.add(nodes.levelMeter(), { id: "level", lane: "look" });
    const bad = runtime.add(hanging({ atFrame: 1, hold: hold.path }), { id: "bad", lane: "trap" });
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
    const here = countLostMs(BEAT_MS);
    const inPage = await page.evaluateHandle(countLostMs, BEAT_MS);
    hold.begin();
    while (hold.sinceMs === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    await page.locator('.card[data-node="bad"][data-health="stuck"]').waitFor();
    const namedMs = Date.now() - hold.sinceMs;
    const lostMs = here.lostMs() + await inPage.evaluate((count) => count.lostMs());
    clearInterval(here.timer);
    assert.ok(namedMs <= NAMED_WITHIN_MS + lostMs, `named after ${namedMs} ms, of which ${lostMs} ms were lost`);
    assert.match(await page.locator('.card[data-node="bad"]').innerText(), /stuck/);
    await eventually(async () => assert.equal(await page.title(), `stuck: ${hostile} · Sluice`));

    await page.locator('.card[data-node="victim"]').click();
    await page.getByText('Its lane "trap" is held by "bad", which is stuck').waitFor();
    await page.getByRole("button", { name: "Go to bad" }).click();
    await page.getByText(/One call of process\(\) has not returned for .* one other node of lane "trap" waits/)
      .waitFor();

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
    for (const theme of ["light", "dark"] as const) {
      await showTheme(page, theme);
      assert.deepEqual(await seriousFaults(page), [], `stuck, ${theme}`);
    }
    // From here it can be helped: the thread that it keeps is given up, and both nodes run again on another.
    await page.keyboard.press("1");
    await page.locator('[data-inspector][aria-label="node bad"]').getByRole("button", { name: "Restart" }).click();
    await eventually(() => Promise.resolve(assert.ok(ticks("victim") > 0)));
    hold.release();
    const [bad0, victim0] = [ticks("bad"), ticks("victim")];
    await eventually(() => Promise.resolve(assert.ok(ticks("bad") > bad0 && ticks("victim") > victim0)));
    await page.locator('.card[data-node="bad"][data-health="healthy"]').waitFor();
    await page.getByRole("button", { name: "Disable" }).click();
    await page.getByRole("dialog", { name: "Disable bad?" }).getByRole("button", { name: "Disable it" }).click();
    await page.locator('[data-inspector] [data-figure="state"]', { hasText: "disabled" }).waitFor();
    await page.locator('.card[data-node="victim"]').click();
    await page.getByRole("button", { name: "Bypass" }).click();
    await page.getByRole("button", { name: "Bypassed", pressed: true }).waitFor();
    assert.deepEqual(browser.faults, []);
  },
);
