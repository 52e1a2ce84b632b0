/** The demo's graph is built on the page from nothing, by mouse and by keyboard alone, and is the one of the file. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { type GraphFile, NodeRegistry } from "../../mod.ts";
import { nodePackage } from "../../sluice.gen.ts";
import { rare } from "../fixtures/rare.ts";
import { ROOT } from "../../tools/root.ts";
import { eventually, openPage, pageTest } from "./chromium.ts";
import { type Served, serveEmpty } from "./live_graph.ts";

const DEMO: GraphFile = JSON.parse(await Deno.readTextFile(`${ROOT}examples/demo.json`));

const REGISTRY = new NodeRegistry([nodePackage]);

/** Where the mouse drops nodes, CSS pixels in the graph. */
const PLACES: Readonly<Record<string, readonly [number, number]>> = {
  speech: [110, 150],
  tone: [110, 300],
  mixer: [340, 220],
  gain: [560, 220],
  reverb: [560, 360],
  level: [560, 500],
  spectrum: [560, 640],
  file: [860, 400],
};

/** Nodes with their types, lanes and values other than defaults, and links, of what runs or of a file. */
function essence({ nodes, links = [] }: GraphFile): unknown {
  const bare = Object.entries(nodes).map(([id, { type, lane, config = {} }]) => {
    const { properties } = REGISTRY.get(type).descriptor.config;
    const given = Object.entries(config).filter(([key, value]) => value !== properties[key].default);
    return { id, type, lane, config: Object.fromEntries(given) };
  });
  return {
    nodes: bare.toSorted((a, b) => a.id.localeCompare(b.id)),
    links: links.map(({ from, to }) => `${from} ${to}`).toSorted(),
  };
}

async function assertBuilt({ runtime }: Served): Promise<void> {
  await eventually(() => Promise.resolve(assert.deepEqual(essence(runtime.graph()), essence(DEMO))), 10_000);
}

/** The values that a form asks for before a node of a type is there. */
function neededOf(type: string, config: Record<string, unknown>): [string, string][] {
  return type === "wav-source" || type === "wav-sink" ? [["path", String(config.path)]] : [];
}

/** The other values that are not defaults. */
function othersOf(type: string, config: Record<string, unknown>): [string, unknown][] {
  const needed = neededOf(type, config).map(([key]) => key);
  const { properties } = REGISTRY.get(type).descriptor.config;
  return Object.entries(config).filter(([key, value]) => !needed.includes(key) && value !== properties[key].default);
}

function panel(page: Page) {
  return page.locator(".edit-panel");
}

rare(pageTest)("the demo's graph is built by mouse", async () => {
  await using served = serveEmpty("offline");
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(served.server.url);
  await page.getByText("The graph has no nodes").waitFor();
  await Deno.mkdir(`${ROOT}out`, { recursive: true });
  const box = (await page.locator(".graph-box").boundingBox())!;
  const inspector = page.locator("[data-inspector]");
  for (let k = 0; k < 3; k++) await page.getByRole("button", { name: "Smaller" }).click();
  for (const [id, { type, config = {}, lane }] of Object.entries(DEMO.nodes)) {
    await page.getByRole("button", { name: "Add", exact: true }).click();
    const entry = panel(page).locator(`li[data-key="${type}"]`);
    await entry.scrollIntoViewIfNeeded();
    const from = (await entry.boundingBox())!;
    await page.mouse.move(from.x + 40, from.y + 12);
    await page.mouse.down();
    await page.mouse.move(box.x + PLACES[id][0], box.y + PLACES[id][1], { steps: 4 });
    await page.mouse.up();
    for (const [key, value] of neededOf(type, config)) {
      await panel(page).getByRole("textbox", { name: key }).fill(value);
      await panel(page).getByRole("button", { name: "Add", exact: true }).click();
    }
    await inspector.filter({ hasText: "Rename" }).waitFor();
    await page.getByRole("button", { name: "Close the inspector" }).waitFor();
    await inspector.getByRole("button", { name: "Lane…" }).click();
    await panel(page).getByRole("combobox").fill(lane!);
    await panel(page).getByRole("combobox").press("Enter");
    await panel(page).waitFor({ state: "detached" });
    const now = await inspector.locator("h2").innerText();
    if (now !== id) {
      await inspector.getByRole("button", { name: "Rename…" }).click();
      await panel(page).getByRole("textbox").fill(id);
      await panel(page).getByRole("button", { name: "Rename" }).click();
      await page.locator(`[data-inspector][aria-label="node ${id}"]`).filter({ hasText: "Rename" }).waitFor();
    }
    await setValues(page, othersOf(type, config));
    await inspector.getByRole("button", { name: "Close the inspector" }).click();
  }
  for (const { from, to } of DEMO.links!) await drawLink(page, from, to);
  await assertBuilt(served);
  assert.deepEqual(browser.faults, []);
});

/** Sets parameters of the selected node in the inspector. */
async function setValues(page: Page, values: readonly (readonly [string, unknown])[]): Promise<void> {
  const inspector = page.locator("[data-inspector]");
  if (values.length === 0) return;
  await inspector.locator(".field").first().waitFor({ state: "attached" });
  for (const summary of await inspector.locator("details:not([open]) > summary", { hasText: "restart" }).all()) {
    await summary.click();
  }
  for (const [key, value] of values) {
    const field = inspector.locator(`.field[data-key="${key}"]`);
    if (await field.locator("select").count() > 0) await field.locator("select").selectOption(String(value));
    else {
      const text = field.locator("input:not([type=range])");
      await text.fill(String(value));
      await text.press("Enter");
    }
    await page.waitForTimeout(100);
  }
}

/** Drags from an output to an input. */
async function drawLink(page: Page, from: string, to: string): Promise<void> {
  const [node, port] = from.split(".");
  const start = (await page.locator(`.card[data-node="${node}"] .port[title="${port}"]`).boundingBox())!;
  await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
  await page.mouse.down();
  await page.mouse.move(start.x + 40, start.y + 20, { steps: 2 });
  const target = page.locator(`.edit-target[data-target="${to}"][data-fits="true"]`);
  const end = (await target.boundingBox())!;
  await page.mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 4 });
  await page.mouse.up();
  await page.locator(`.card[data-node="${to.split(".")[0]}"] .port.linked[title="${to.split(".")[1]}"]`).waitFor();
}

rare(pageTest)("the demo's graph is built by keyboard alone", async () => {
  await using served = serveEmpty("offline");
  await using browser = await openPage();
  const { page } = browser;
  const { keyboard } = page;
  await page.goto(served.server.url);
  await page.getByText("The graph has no nodes").waitFor();
  const title = page.locator("[data-inspector] h2");
  await Deno.mkdir(`${ROOT}out`, { recursive: true });
  const search = panel(page).getByRole("combobox");
  const focused = (selector: string) =>
    eventually(async () =>
      assert.equal(await page.evaluate((s) => document.activeElement?.matches(s), selector), true)
    );
  for (const [id, { type, config = {}, lane }] of Object.entries(DEMO.nodes)) {
    await keyboard.press("a");
    await search.waitFor();
    await keyboard.type(type);
    await panel(page).locator(`li[aria-selected="true"][data-key="${type}"]`).waitFor();
    await keyboard.press("Enter");
    for (const [key, value] of neededOf(type, config)) {
      await panel(page).getByRole("textbox", { name: key }).waitFor();
      await keyboard.type(value);
      await keyboard.press("Enter");
    }
    await page.locator(`[data-inspector][aria-label^="node ${type}"]`).filter({ hasText: "Rename" }).waitFor();
    await focused(".graph-box");
    await keyboard.press("m");
    await search.waitFor();
    await keyboard.type(lane!);
    await keyboard.press("Enter");
    await panel(page).waitFor({ state: "detached" });
    await focused(".graph-box");
    if (await title.innerText() !== id) {
      await keyboard.press("n");
      await panel(page).getByRole("textbox").waitFor();
      await keyboard.type(id);
      await keyboard.press("Enter");
      await eventually(async () => assert.equal(await title.innerText(), id));
      await focused(".graph-box");
    }
    await setByKeyboard(page, othersOf(type, config));
    await focused(".graph-box");
  }
  for (const { from, to } of DEMO.links!) {
    const [node] = from.split(".");
    await keyboard.press("/");
    await keyboard.type(node);
    await page.locator('.found li[aria-selected="true"]', { hasText: node }).waitFor();
    await keyboard.press("Enter");
    await eventually(async () => assert.equal(await title.innerText(), node));
    await keyboard.press("c");
    await search.waitFor();
    await keyboard.type(to);
    await panel(page).locator('li[aria-selected="true"]', { hasText: to }).waitFor();
    await keyboard.press("Enter");
    await panel(page).waitFor({ state: "detached" });
    await focused(".graph-box");
  }
  await assertBuilt(served);
  assert.deepEqual(browser.faults, []);
});

/** Goes into the inspector, by Tab to each parameter, types its value, and comes back. */
async function setByKeyboard(page: Page, values: readonly (readonly [string, unknown])[]): Promise<void> {
  if (values.length === 0) return;
  const { keyboard } = page;
  const left = new Map(values);
  await page.locator("[data-inspector] .field").first().waitFor({ state: "attached" });
  await keyboard.press("i");
  for (let k = 0; k < 60 && left.size > 0; k++) {
    await keyboard.press("Tab");
    const { key, kind } = await page.evaluate(() => {
      const at = document.activeElement as HTMLInputElement;
      const isClosed = at.matches("details:not([open]) > summary") && at.textContent!.includes("restart");
      const key = at.closest<HTMLElement>(".field")?.dataset.key ?? "";
      return { key, kind: isClosed ? "closed" : at.tagName === "SELECT" ? "choice" : at.type ?? "" };
    });
    if (kind === "closed") await keyboard.press("Enter");
    if (!left.has(key) || kind === "range") continue;
    if (kind !== "choice") await keyboard.press("Control+a");
    await keyboard.type(String(left.get(key)));
    await keyboard.press(kind === "choice" ? "Tab" : "Enter");
    left.delete(key);
    await page.waitForTimeout(100);
  }
  assert.deepEqual([...left.keys()], []);
  await keyboard.press("Escape");
}
