/** At a pause every figure of the page is the runtime's, also of what fails and drops. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { NodeHandle } from "../../core/registry/handle.ts";
import type { NodeType } from "../../core/registry/node_type.ts";
import { nodes, Runtime } from "../../mod.ts";
import { formatCount, formatMeasured, formatNs } from "../../web/model/format_figures.ts";
import { fixture, port } from "../fixtures/define.ts";
import { eventually, openPage, pageTest } from "./chromium.ts";
import { graphShown, serveStarted, showDetails } from "./live_graph.ts";

type SinkType = NodeType<Record<never, never>, NodeHandle<{ audio: AudioFrame }, Record<never, never>>>;

/** Reads one frame in six calls, so that its link is full and drops. */
const slow: SinkType = sink("slow", (audio, call) => {
  if (call % 6 === 0) audio.read();
});

/** Fails at its tenth call. */
const broken: SinkType = sink("broken", (audio, call) => {
  audio.read();
  if (call === 10) throw new Error("the lens broke");
});

function sink(type: string, process: (audio: StreamInput<AudioFrame>, call: number) => void): SinkType {
  return fixture(() => {
    let calls = 0;
    const processor = {
      audio: undefined as unknown as StreamInput<AudioFrame>,
      process: () => process(processor.audio, ++calls),
    };
    return processor;
  }, { type, lane: "main", ports: [port({ name: "audio", direction: "input", kind: "audio" })] });
}

async function textsOf(page: Page, selector: string, attribute: string): Promise<Record<string, string>> {
  return Object.fromEntries(
    await page.locator(`[${attribute}]:has(${selector})`).evaluateAll(
      (elements, [selector, attribute]) =>
        elements.map((each) => [each.getAttribute(attribute)!, each.querySelector(selector)!.textContent!] as const),
      [selector, attribute] as const,
    ),
  );
}

pageTest(
  "cards, labels and the table show at a pause what the runtime counts: drops, errors, depths, ages, times",
  async () => {
    const runtime = new Runtime({ mode: "live" });
    const tone = runtime.add(nodes.toneSource(), { id: "tone" });
    const lazy = runtime.add(slow({}), { id: "lazy" });
    const fails = runtime.add(broken({}), { id: "fails", supervision: "disable" });
    const level = runtime.add(nodes.levelMeter(), { id: "level" });
    runtime.connect(tone.outputs.audio, lazy.inputs.audio, { capacity: 3 });
    runtime.connect(tone.outputs.audio, fails.inputs.audio);
    runtime.connect(tone.outputs.audio, level.inputs.audioIn);
    await using served = await serveStarted(runtime, { title: "lossy" });
    await using browser = await openPage();
    const { page } = browser;
    await page.goto(served.server.url);
    await graphShown(page, "level");
    await showDetails(page);
    await eventually(() => {
      const { nodes, links } = runtime.stats();
      return Promise.resolve(
        assert.ok(nodes.some(({ errors }) => errors > 0) && links.some(({ dropped }) => dropped.full > 3)),
      );
    });
    // Cards have quantiles of the last ten seconds, to the width of a bucket: a quarter of an octave.
    await eventually(async () => {
      const times = await textsOf(page, '[data-figure="times"]', "data-node");
      const [p50, p99] = [...times.level.matchAll(/[\d.]+ [nµm]?s/g)].map(([text]) => nsOf(text));
      const { maxTickNs } = runtime.stats().nodes.find(({ id }) => id === "level")!;
      assert.ok(p50 > 0 && p50 <= p99 && p99 < maxTickNs * 1.3, `${times.level}, longest ${formatMeasured(maxTickNs)}`);
    });
    await page.keyboard.press("p");
    await eventually(() => Promise.resolve(assert.ok(runtime.paused)));

    const sum = (dropped: Readonly<Record<string, number>>) => Object.values(dropped).reduce((a, b) => a + b, 0);
    await eventually(async () => {
      const { links } = runtime.stats();
      const drops = await textsOf(page, '[data-figure="drops"]', "data-link");
      const depths = await textsOf(page, '[data-figure="depth"]', "data-link");
      const ages = await textsOf(page, '[data-figure="age"]', "data-link");
      assert.equal(Object.keys(ages).length, links.length);
      for (const { id, dropped, queued, capacity, ageNs } of links) {
        assert.equal(drops[id] ?? "0 dropped", `${sum({ ...dropped })} dropped`, id);
        assert.equal(depths[id], `${queued}/${capacity}`, id);
        // A reading has it with the precision of an f32. A frame that came as the pause began has no age.
        assert.equal(ages[id], formatNs(Math.fround(ageNs)), id);
      }
      assert.ok(Object.values(drops).length > 0);
    });
    await page.keyboard.press("2");
    await eventually(async () => {
      const errors = await textsOf(page, '[data-figure="errors"]', "data-node");
      for (const node of runtime.stats().nodes) assert.equal(errors[node.id], formatCount(node.errors), node.id);
      assert.equal(errors.fails, "1");
    });
    // The graph goes on without the node, so only the events know what it failed with.
    await page.locator('tr[data-node="fails"] td').nth(1).click();
    const message = 'Node "fails" (broken) failed in process(): the lens broke';
    await page.locator('[data-inspector][aria-label="node fails"] [data-health="failed"]').waitFor();
    assert.equal(await page.locator("[data-words]").innerText(), `NodeFailed: ${message}`);
    // The header tells it too, and the log once.
    assert.equal(
      await page.locator(".summary li").first().innerText().then((text) => text.split("\n").at(-1)),
      "failed",
    );
    assert.match(await page.title(), /^failed: /);
    await page.keyboard.press("3");
    await page.locator(".news .news-message", { hasText: "does not run any more" }).waitFor();
    assert.deepEqual(await page.locator(".news .news-message", { hasText: "the lens broke" }).allInnerTexts(), [
      `${message}; it does not run any more`,
    ]);
    await page.keyboard.press("2");
    // A click anywhere in a row selects.
    await page.locator('tr[data-node="lazy"] td').nth(1).click();
    await page.locator('[data-inspector][aria-label="node lazy"]').waitFor();
    assert.equal(await page.locator("[data-failure]").count(), 0);
    assert.equal(await page.locator('[data-inspector] [data-figure="state"]').innerText(), "· paused");
    // Its category turns what follows it around, but not the page's own words.
    assert.deepEqual(
      await page.locator(".about bdi").evaluateAll((all) => all.map((each) => getComputedStyle(each).unicodeBidi)),
      ["isolate", "isolate", "isolate"],
    );
    await page.getByRole("button", { name: /^Links/ }).click();
    await eventually(async () => {
      const dropped = await textsOf(page, '[data-figure="dropped"]', "data-link");
      const queued = await textsOf(page, '[data-figure="queued"]', "data-link");
      for (const link of runtime.stats().links) {
        assert.equal(dropped[link.id], formatCount(sum({ ...link.dropped })), link.id);
        assert.equal(queued[link.id], `${link.queued}/${link.capacity}`, link.id);
      }
    });
    // What was dropped is no alarm for ever: it is said when, and can be acknowledged.
    await page.locator('tr[data-link="link0"] td').nth(1).click();
    await page.locator('[data-inspector] [data-figure="last-drop"]', { hasText: "within the last minute" }).waitFor();
    await eventually(async () => assert.equal(await page.locator(".bad[data-figure=dropped]").count(), 0));
    await page.keyboard.press("1");
    const label = page.locator('.link-label[data-link="link0"] [data-figure="drops"]');
    await label.waitFor();
    assert.doesNotMatch(await label.getAttribute("class") ?? "", /drops/);
    await page.getByRole("button", { name: /^Acknowledge \d+ drops/ }).click();
    await label.waitFor({ state: "detached" });
    await runtime.resume();
    await page.locator('.link-label[data-link="link0"] .drops').waitFor();
    assert.deepEqual(browser.faults, []);
  },
);

/** `12.5 µs` in nanoseconds. */
function nsOf(text: string): number {
  const [figure, unit] = text.split(" ");
  return Number(figure) * { ns: 1, "µs": 1e3, ms: 1e6, s: 1e9 }[unit]!;
}
