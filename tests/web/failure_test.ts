/** A graph that fails: the page says why, and which node. */
import assert from "node:assert/strict";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { NodeHandle } from "../../core/registry/handle.ts";
import type { NodeType } from "../../core/registry/node_type.ts";
import { nodes, Runtime } from "../../mod.ts";
import { fixture, port } from "../fixtures/define.ts";
import { seriousFaults, showTheme } from "./axe.ts";
import { eventually, openPage, pageTest } from "./chromium.ts";
import { graphShown, serveStarted } from "./live_graph.ts";

/** Whether the node below throws: it runs on `main`, in the isolate of this test. */
let broken = false;

/** Reads frames until it is broken. */
const failing: NodeType<Record<never, never>, NodeHandle<{ audio: AudioFrame }, Record<never, never>>> = fixture(
  () => {
    const processor = {
      audio: undefined as unknown as StreamInput<AudioFrame>,
      process() {
        while (processor.audio.read() !== undefined) if (broken) throw new Error("the lens <b>broke</b>");
      },
    };
    return processor;
  },
  { type: "failing", lane: "main", ports: [port({ name: "audio", direction: "input", kind: "audio" })] },
);

pageTest("the page says why a graph failed, and marks the node", async () => {
  const runtime = new Runtime({ mode: "live" });
  const tone = runtime.add(nodes.toneSource(), { id: "tone" });
  const lens = runtime.add(failing({}), { id: "lens" });
  runtime.connect(tone.outputs.audio, lens.inputs.audio);
  await using served = await serveStarted(runtime, { title: "failing" });
  // Its server ends with it, as that of "sluice run --serve".
  const ended = runtime.finished.then(() => assert.fail("it did not fail"), () => served.server.close());
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(served.server.url);
  await graphShown(page, "tone");
  broken = true;
  await ended;
  await page.locator(".state", { hasText: "failed" }).waitFor();
  await page.locator(".notice", { hasText: "The graph failed:" }).filter({ hasText: "the lens <b>broke</b>" })
    .waitFor();
  await page.locator('.card[data-node="lens"][data-health="failed"]').waitFor();
  assert.equal(await page.getByRole("button", { name: "Stop" }).isDisabled(), true);
  await eventually(async () => assert.match(await page.title(), /^failed: /));
  await page.getByText("The graph has ended, and its server with it").waitFor();
  assert.equal(await page.locator("[data-problem]").count(), 0);
  assert.deepEqual((await page.locator(".summary-word").allInnerTexts()).sort(), ["ended", "failed"]);
  assert.deepEqual(browser.faults, []);
  await page.locator('.card[data-node="lens"]').click();
  const words = 'NodeFailed: Node "lens" (failing) failed in process(): the lens <b>broke</b>';
  await page.locator("[data-words]").getByText(words, { exact: true }).waitFor();
  assert.equal(await page.locator("[data-failure]").count(), 0);
  for (const theme of ["light", "dark"] as const) {
    await showTheme(page, theme);
    assert.deepEqual(await seriousFaults(page), [], `failed, ${theme}`);
  }
});
