/**
 * How large the page is on the wire, and how soon it is there.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { type Browser, chromium } from "playwright-core";
import { graphShown, serveDemo } from "../../tests/web/live_graph.ts";
import { CHROMIUM_ARGS, findChromium } from "../../tools/chromium.ts";
import { isPageCurrent } from "../../tools/page_build.ts";
import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { median, type Row } from "../measure.ts";

const MAX_KB = 150;
const MAX_MS = 1_000;

/** Loads of one run. */
const LOADS = 3;

/** What one load found. */
interface Load {
  /** Bodies of all answers, as compressed as they came, bytes. */
  readonly bytes: number;
  /** Until the graph is drawn and its figures have come, milliseconds. */
  readonly interactiveMs: number;
}

export const firstLoad: Benchmark = {
  name: "first-load",
  about:
    "The page of the live demo in headless Chromium over loopback, each load with an empty cache, until the graph " +
    "is drawn and the rates of its nodes have come.",
  async run({ runs, skip }: BenchOptions): Promise<Row[]> {
    const executablePath = await findChromium();
    if (executablePath === undefined) {
      skip("first-load: there is no Chromium on the PATH");
      return [];
    }
    if (!await isPageCurrent()) {
      skip('first-load: the page is not built; run "deno task build:web"');
      return [];
    }
    await using served = await serveDemo();
    const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGS, "--disable-gpu"] });
    const loads: Load[] = [];
    try {
      // The first page of a browser pays for the browser.
      await load(browser, served.server.url);
      for (let k = 0; k < runs * LOADS; k++) loads.push(await load(browser, served.server.url));
    } finally {
      await browser.close();
    }
    const kilobytes = Math.max(...loads.map(({ bytes }) => bytes)) / 1e3;
    const times = loads.map(({ interactiveMs }) => interactiveMs);
    ok(kilobytes > 20, "the page was loaded");
    return [
      {
        what: "page, first load: on the wire, compressed",
        peer: "",
        result: `${kilobytes.toFixed(0)} kB`,
        spread: "",
        goal: `≤ ${MAX_KB} kB`,
        hit: kilobytes <= MAX_KB,
        detail: `${loads.length} loads`,
      },
      {
        what: "page, first load: until the graph and its rates are there",
        peer: "",
        result: `${median(times).toFixed(0)} ms`,
        spread: `${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)} ms`,
        goal: `≤ ${MAX_MS} ms`,
        hit: median(times) <= MAX_MS,
        detail: `${loads.length} loads`,
      },
    ];
  },
};

async function load(browser: Browser, url: string): Promise<Load> {
  // Nothing in its cache.
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const sizes: Promise<number>[] = [];
    page.on("requestfinished", (request) => void sizes.push(request.sizes().then((size) => size.responseBodySize)));
    const startedMs = performance.now();
    await page.goto(url);
    await graphShown(page, "gain");
    const interactiveMs = performance.now() - startedMs;
    return { bytes: (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0), interactiveMs };
  } finally {
    await context.close();
  }
}
