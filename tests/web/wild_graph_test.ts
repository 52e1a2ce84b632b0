/** A graph in which everything crosses: its layout takes too long, and the page goes on. */
import assert from "node:assert/strict";
import { serveControl } from "../../control/server/server.ts";
import { nodes, Runtime } from "../../mod.ts";
import { PATIENCE_MS } from "../../web/model/layouter.ts";
import { openPage, pageTest } from "./chromium.ts";

/**
 * Makes the layout take for ever: keeps timers of so many milliseconds from running until `runHeld()` is called, and
 * workers from hearing of any layout but simple ones. Run in the page.
 */
function holdLayouts(heldMs: number): void {
  const { setTimeout, Worker } = globalThis;
  const held: (() => void)[] = [];
  globalThis.setTimeout =
    ((run: () => void, ms: number) => ms === heldMs ? held.push(run) : setTimeout(run, ms)) as typeof setTimeout;
  globalThis.Worker = class extends Worker {
    override postMessage(question: { readonly input: { readonly simple?: boolean } }): void {
      if (question.input.simple) super.postMessage(question);
    }
  };
  Object.assign(globalThis, { runHeld: () => held.splice(0).forEach((run) => run()) });
}

const MIXERS = 300;
const INPUTS = 8;

pageTest(
  "a graph that takes too long to lay out is laid out simply, which is said; other views work meanwhile",
  async () => {
    await using runtime = new Runtime({ mode: "live" });
    const mixers = Array.from(
      { length: MIXERS },
      (_, k) => runtime.add(nodes.mixer(), { id: `mixer${k}`, lane: "one" }),
    );
    let state = 1;
    const next = (below: number) => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) % 65_536 % below;
    for (let k = 1; k < MIXERS; k++) {
      for (let input = 0; input < INPUTS; input++) {
        runtime.connect(mixers[next(k)].outputs.audioOut, mixers[k].inputs.audioIn[input]);
      }
    }
    await using server = serveControl(runtime, { port: 0 });
    await using browser = await openPage();
    const { page } = browser;
    await page.addInitScript(holdLayouts, PATIENCE_MS);
    await page.goto(server.url);
    await page.getByText("Laying the graph out").waitFor();
    await page.keyboard.press("2");
    await page.locator('tr[data-node="mixer0"]').click();
    await page.locator('[data-inspector][aria-label="node mixer0"]').waitFor();
    await page.keyboard.press("1");
    await page.getByText("Laying the graph out").waitFor();
    await page.evaluate(() => (globalThis as unknown as { runHeld: () => void }).runHeld());
    await page.locator("[data-simple]").waitFor();
    assert.equal(await page.getByText("Laying the graph out").count(), 0);
    // What is said beside the zoom buttons stands in their box, each remark for itself.
    await page.locator("[data-crossing]").waitFor();
    const boxes = await page.locator(".graph-tools, .graph-remark").evaluateAll((all) =>
      all.map((each) => {
        const { left, right, top, bottom } = each.getBoundingClientRect();
        return { left, right, top, bottom, overflows: each.scrollWidth > each.clientWidth };
      })
    );
    const [tools, ...remarks] = boxes;
    assert.ok(remarks.length >= 2, `${remarks.length} remarks`);
    remarks.forEach((each, k) => {
      assert.ok(!each.overflows && each.left >= tools.left && each.right <= tools.right && each.bottom <= tools.bottom);
      for (const other of remarks.slice(0, k)) assert.ok(each.left >= other.right || each.top >= other.bottom);
    });
    // It is looked for, so it is drawn.
    await page.locator('.card[data-node="mixer0"]').waitFor();
    assert.deepEqual(browser.faults, []);
  },
);
