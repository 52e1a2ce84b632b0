/**
 * The page's heap stays as it is while previews are open, and while somebody looks at what links carry, one after the
 * other. `SLUICE_HEAP_MINUTES` says how long it is looked at, by default one minute; the deep gate takes ten.
 */
import assert from "node:assert/strict";
import type { CDPSession } from "playwright-core";
import { Runtime } from "../../mod.ts";
import { nodes } from "../../sluice.gen.ts";
import { type Sample, slopeOf } from "../../tools/soak/slope.ts";
import { openPage, pageTest } from "./chromium.ts";
import { graphShown, serveStarted } from "./live_graph.ts";

const MINUTES = Number(Deno.env.get("SLUICE_HEAP_MINUTES") ?? 1);

/** Looks at the heap in all, and share of the time that is not judged: the page compiles and fills what it keeps. */
const LOOKS = 40;
const WARM_UP = 0.3;

/** The most that the heap may grow while it is judged, as the line of least squares has it, megabytes. */
const MOST_GROWTH_MB = MINUTES < 10 ? 2 : 0.5;

/** Looks of which the least counts, and the time between them, milliseconds: readings come meanwhile. */
const LEAST_OF = 8;
const LOOK_AGAIN_MS = 40;

/** What is looked at in turn: sound, pictures, values, encoded video, a sink. */
const PLACES = ["link=link0", "link=link3", "link=link2", "link=link6", "node=meter"];

async function serveAllKinds() {
  const runtime = new Runtime();
  runtime.add(nodes.toneSource({ amplitude: 0.5, channels: 2 }), { id: "tone" });
  runtime.add(nodes.gain({ gainDb: -6 }), { id: "gain" });
  runtime.add(nodes.levelMeter(), { id: "meter" });
  runtime.add(nodes.patternSource({ width: 640, height: 360, frameRate: 15 }), { id: "pattern" });
  runtime.add(nodes.scale({ width: 320, height: 180 }), { id: "scale" });
  runtime.add(nodes.convert(), { id: "convert" });
  runtime.add(nodes.h264Encode({ keyInterval: 15 }), { id: "encode" });
  for (const id of ["levels", "units", "pictures"]) runtime.add(nodes.delay({ delayFrames: 0 }), { id });
  const links = [
    ["tone.audio", "gain.audioIn"],
    ["gain.audioOut", "meter.audioIn"],
    ["meter.levels", "levels.frameIn"],
    ["pattern.video", "scale.videoIn"],
    ["scale.videoOut", "convert.videoIn"],
    ["convert.videoOut", "encode.video"],
    ["encode.encoded", "units.frameIn"],
    ["scale.videoOut", "pictures.frameIn"],
  ];
  for (const [from, to] of links) runtime.connectByName(from, to);
  return await serveStarted(runtime);
}

/** Megabytes in use on the heap once its garbage is collected, and nodes of documents. */
async function look(session: CDPSession) {
  let heapMb = Infinity;
  for (let k = 0; k < LEAST_OF; k++) {
    await session.send("HeapProfiler.collectGarbage");
    const { usedSize } = await session.send("Runtime.getHeapUsage");
    heapMb = Math.min(heapMb, usedSize / 1e6);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  const { nodes } = await session.send("Memory.getDOMCounters");
  return { heapMb, nodes };
}

pageTest(`the page's heap is flat for ${MINUTES} min with previews open`, async () => {
  await using served = await serveAllKinds();
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(served.server.url);
  await graphShown(page, "tone");
  await page.getByRole("button", { name: "Previews" }).click();
  await page.locator(".card-meter:not([hidden])").first().waitFor();
  await page.locator(".card-picture:not([hidden])").first().waitFor();
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.enable");
  const fromMs = performance.now();
  const stepMs = MINUTES * 60_000 / LOOKS / PLACES.length;
  const heap: Sample[] = [];
  const documents: number[] = [];
  for (let k = 0; k < LOOKS; k++) {
    for (const [at, place] of PLACES.entries()) {
      await page.evaluate((hash) => location.hash = hash, `graph&${place}`);
      await page.waitForTimeout(Math.max(0, fromMs + (k * PLACES.length + at + 1) * stepMs - performance.now()));
    }
    const { heapMb, nodes } = await look(session);
    heap.push({ atSeconds: (performance.now() - fromMs) / 1e3, value: heapMb });
    documents.push(nodes);
  }
  const seconds = (1 - WARM_UP) * MINUTES * 60;
  const judged = heap.filter(({ atSeconds }) => atSeconds >= WARM_UP * MINUTES * 60);
  const { perHour, marginPerHour } = slopeOf(judged);
  const told = `heap of the page: ${judged.length} of ${heap.length} looks judged, ` +
    `${judged[0].value.toFixed(2)} to ${judged.at(-1)!.value.toFixed(2)} MB, ` +
    `${perHour.toFixed(2)} ± ${marginPerHour.toFixed(2)} MB an hour; ` +
    `nodes of documents ${documents[0]} to ${documents.at(-1)}`;
  console.log(`${told}; all: ${heap.map(({ value }) => value.toFixed(2)).join(" ")}`);
  assert.ok((perHour - marginPerHour) * seconds / 3_600 < MOST_GROWTH_MB, told);
  assert.ok(documents.at(-1)! < documents[Math.round(LOOKS * WARM_UP)] * 1.2, told);
  assert.deepEqual(browser.faults, []);
});
