/** The graph of the live demo, and graphs with nodes of tests, served in this process. */
import type { Page } from "playwright-core";
import { type ControlOptions, type ControlServer, serveControl } from "../../control.ts";
import { buildGraph, graphOptions, loadGraph, NodeRegistry, Runtime } from "../../mod.ts";
import { nodePackage } from "../../sluice.gen.ts";
import { ROOT } from "../../tools/root.ts";

/** A runtime that runs, and its server. */
export interface Served extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly server: ControlServer;
}

/** Runs `examples/live.json` and serves it on a free port. */
export async function serveDemo(options: ControlOptions = {}): Promise<Served> {
  const registry = new NodeRegistry([nodePackage]);
  const document = await loadGraph(`${ROOT}examples/live.json`, registry);
  const runtime = new Runtime({ ...graphOptions(document), registry });
  buildGraph(document, runtime);
  return await serveStarted(runtime, { title: "examples/live.json", ...options });
}

/** Serves an empty graph that has not started, on a free port. */
export function serveEmpty(mode: "live" | "offline" = "live"): Served {
  const runtime = new Runtime({ registry: new NodeRegistry([nodePackage]), mode });
  return served(runtime, serveControl(runtime, { port: 0, title: "new" }));
}

/** Starts a graph and serves it on a free port. */
export async function serveStarted(runtime: Runtime, options: ControlOptions = {}): Promise<Served> {
  await runtime.start();
  return served(runtime, serveControl(runtime, { port: 0, ...options }));
}

function served(runtime: Runtime, server: ControlServer): Served {
  return {
    runtime,
    server,
    async [Symbol.asyncDispose]() {
      await server.close();
      await runtime[Symbol.asyncDispose]();
    },
  };
}

/** Waits until the graph is drawn and figures have come. */
export async function graphShown(page: Page, node: string): Promise<void> {
  const figure = `[data-node="${node}"] :is([data-figure="value"], [data-figure="rate"])`;
  await page.locator(figure).filter({ hasText: /\d/ }).first().waitFor();
}

/** Has the page show all figures: it begins with those that matter. */
export async function showDetails(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Details", pressed: false }).click();
  await page.getByRole("button", { name: "Details", pressed: true }).waitFor();
}

/** A figure of the inspector as a number, of those that matter or the others; without spaces between thousands. */
export async function inspected(page: Page, figure: string): Promise<number> {
  const closed = page.locator("[data-inspector] .more-figures:not([open]) > summary");
  if (await closed.count() > 0) await closed.click();
  return toNumber(await page.locator(`[data-inspector] [data-figure="${figure}"]`).innerText());
}

/** The number at the beginning of a text, without the spaces between thousands. */
export function toNumber(text: string): number {
  return parseFloat(text.replace(/(?<=\d)[\s\u202f](?=\d{3})/g, ""));
}

/** Stops the graph by the page's button, and says yes when it asks. */
export async function stopByButton(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await page.getByRole("dialog", { name: "Stop the graph?" }).getByRole("button", { name: "Stop the graph" }).click();
}
