/** Changes of a running graph on the page: refused, undone, copied, saved. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { ControlClient } from "../../control/client/client.ts";
import { NodeRegistry, Runtime } from "../../mod.ts";
import { nodePackage, nodes } from "../../sluice.gen.ts";
import { rare } from "../fixtures/rare.ts";
import { seriousFaults } from "./axe.ts";
import { eventually, openPage, pageTest } from "./chromium.ts";
import { graphShown, type Served, serveDemo, serveStarted } from "./live_graph.ts";

const panel = (page: Page) => page.locator(".edit-panel");
const ids = ({ runtime }: Served) => Object.keys(runtime.graph().nodes);

/** Selects a node by its card. */
async function selectNode(page: Page, id: string): Promise<void> {
  await page.locator(`.card[data-node="${id}"]`).click({ position: { x: 60, y: 20 } });
  await page.locator(`[data-inspector][aria-label="node ${id}"]`).waitFor();
}

pageTest("a step is refused where it happened, undone and redone by name, copied and pasted", async () => {
  await using served = await serveDemo();
  await using browser = await openPage({ theme: "light" });
  const { page } = browser;
  const { keyboard } = page;
  await page.goto(served.server.url);
  await graphShown(page, "gain");

  // An output led to a taken input: the input says why before, and the node afterwards.
  const port = (await page.locator('.card[data-node="mixer"] .port[title="audioOut"]').boundingBox())!;
  const reverb = (await page.locator('.card[data-node="reverb"]').boundingBox())!;
  await page.mouse.move(port.x + 3, port.y + 3);
  await page.mouse.down();
  await page.mouse.move(reverb.x + 40, reverb.y + 40, { steps: 4 });
  await page.locator('.edit-word[data-fits="false"]', { hasText: "the input is taken by" }).waitFor();
  assert.ok(await page.locator('.edit-target[data-fits="true"]').count() >= 6, "free inputs of the mixer light up");
  await page.mouse.up();
  const refusal = page.locator(".edit-refusal");
  await refusal.filter({ hasText: "an input takes one link" }).waitFor();
  const shown = (await refusal.boundingBox())!;
  assert.ok(Math.abs(shown.y - reverb.y - reverb.height) < 40, "below its node");
  await keyboard.press("Escape");
  await refusal.waitFor({ state: "detached" });

  // Kinds that do not fit say so in the list.
  await selectNode(page, "level");
  await keyboard.press("c");
  await panel(page).locator('li[aria-disabled="true"]', { hasText: "takes audio, not data" }).first().waitFor();
  assert.deepEqual(await seriousFaults(page), []);
  await keyboard.press("Escape");

  // A value that cannot be is refused in its form, which stays open.
  await keyboard.press("a");
  await keyboard.type("wav-sink");
  await keyboard.press("Enter");
  await panel(page).getByRole("textbox", { name: "path" }).waitFor();
  await keyboard.type("/etc/passwd");
  await keyboard.press("Enter");
  await panel(page).getByRole("alert").filter({ hasText: "a folder that the server allows" }).waitFor();
  assert.deepEqual(await seriousFaults(page), []);
  await keyboard.press("Escape");
  await panel(page).waitFor({ state: "detached" });

  // Removed, and brought back by its name.
  await selectNode(page, "spectrum");
  await keyboard.press("Delete");
  await eventually(() => Promise.resolve(assert.ok(!ids(served).includes("spectrum"))));
  await page.getByRole("button", { name: "Undo: remove spectrum" }).click();
  await eventually(() => Promise.resolve(assert.ok(ids(served).includes("spectrum"))));
  await page.getByRole("button", { name: "Redo: remove spectrum" }).waitFor();
  await page.locator(".graph-box").focus();
  await keyboard.press("Control+y");
  await eventually(() => Promise.resolve(assert.ok(!ids(served).includes("spectrum"))));
  await keyboard.press("Control+z");
  await eventually(() => Promise.resolve(assert.ok(ids(served).includes("spectrum"))));

  // Two nodes copied with the link between them, and pasted.
  await selectNode(page, "gain");
  await page.locator('.card[data-node="reverb"]').click({ position: { x: 60, y: 20 }, modifiers: ["Shift"] });
  await page.locator('.card.marked[data-node="reverb"]').waitFor();
  await keyboard.press("Control+c");
  await page.getByText("2 nodes are copied").waitFor();
  await keyboard.press("Control+v");
  await eventually(() => {
    const { nodes, links = [] } = served.runtime.graph();
    assert.ok("gain_2" in nodes && "reverb_2" in nodes);
    assert.ok(links.some(({ from, to }) => from === "gain_2.audioOut" && to === "reverb_2.audioIn"));
    return Promise.resolve();
  });
  assert.deepEqual(browser.faults, []);
});

rare(pageTest)(
  "others' changes are asked about on the way back; a graph that is saved opens without a change",
  async () => {
    await using served = await serveDemo();
    await using browser = await openPage();
    const { page } = browser;
    const { keyboard } = page;
    const client = new ControlClient({ url: `${served.server.url.replace("http", "ws")}/rpc` });
    await using _closed = { [Symbol.asyncDispose]: () => Promise.resolve(client.close()) };
    await page.goto(served.server.url);
    await graphShown(page, "gain");
    await selectNode(page, "gain");
    await keyboard.press("d");
    await eventually(() => Promise.resolve(assert.ok(ids(served).includes("gain_2"))));
    await client.call("graph.edit", { commands: [{ op: "remove", node: "spectrum" }], by: "another" });

    await keyboard.press("3");
    await page.getByRole("button", { name: "Changes" }).click();
    await page.locator(".changes li", { hasText: "another" }).filter({ hasText: "remove spectrum" }).waitFor();
    assert.deepEqual(await seriousFaults(page), []);
    await page.getByRole("button", { name: "Go back to here: add gain_2" }).click();
    const question = page.getByRole("dialog", { name: "Undo what others did, too?" });
    await question.getByText("remove spectrum (another)").waitFor();
    await question.getByRole("button", { name: "Go back all the same" }).click();
    await eventually(() => Promise.resolve(assert.ok(ids(served).includes("spectrum"))));

    // Moved by mouse: the place is in the graph, and so in the file.
    await keyboard.press("1");
    await page.getByRole("button", { name: "All in view" }).click();
    const card = (await page.locator('.card[data-node="level"]').boundingBox())!;
    await page.mouse.move(card.x + 60, card.y + 20);
    await page.mouse.down();
    await page.mouse.move(card.x + 90, card.y + 60, { steps: 4 });
    await page.mouse.up();
    await eventually(() => Promise.resolve(assert.ok(served.runtime.graph().nodes.level.position !== undefined)));

    const before = served.runtime.graph();
    const downloading = page.waitForEvent("download");
    await page.getByRole("button", { name: "File" }).click();
    await panel(page).locator("li", { hasText: "Download" }).click();
    const path = await (await downloading).path();
    await page.reload();
    await graphShown(page, "gain");
    const open = async () => {
      const choosing = page.waitForEvent("filechooser");
      await keyboard.press("Control+o");
      await (await choosing).setFiles(path);
    };
    await open();
    const asked = page.getByRole("dialog", { name: /^Open / });
    await asked.getByText("nothing changes").waitFor();
    await asked.getByRole("button", { name: "Leave the graph" }).click();

    // A new graph, and the file again.
    await page.getByRole("button", { name: "File" }).click();
    await panel(page).locator("li", { hasText: "New graph" }).click();
    await page.getByRole("dialog", { name: "Begin a new graph?" }).getByRole("button", { name: "Do it" }).click();
    await page.getByText("The graph has no nodes").waitFor();
    await open();
    await asked.getByText("Adds: ").waitFor();
    await asked.getByRole("button", { name: "Do it" }).click();
    await eventually(() => Promise.resolve(assert.deepEqual(served.runtime.graph().nodes, before.nodes)));
    assert.deepEqual(browser.faults, []);
  },
);

rare(pageTest)(
  "a converter is offered, a recording is locked until the graph is paused, and the graph is saved",
  async () => {
    const folder = await Deno.makeTempDir();
    const registry = new NodeRegistry([nodePackage]);
    const runtime = new Runtime({ registry });
    const tone = runtime.add(nodes.toneSource({ sampleRateHz: 44_100 }), { id: "tone" });
    runtime.add(nodes.gain({}), { id: "gain" });
    await using served = await serveStarted(runtime, { commands: { roots: [folder] } });
    await using browser = await openPage();
    const { page } = browser;
    const { keyboard } = page;
    await page.goto(served.server.url);
    await graphShown(page, "tone");
    assert.equal(tone.id, "tone");

    await keyboard.press("a");
    await keyboard.type("opus-encode");
    await keyboard.press("Enter");
    await page.locator('[data-inspector][aria-label="node opus-encode"]').waitFor();
    await drag(page, "tone", "audio", "opus-encode");
    await page.locator(".edit-refusal").filter({ hasText: "wanted 48000 Hz" })
      .getByRole("button", { name: "Connect with a converter" }).click();
    await eventually(() => Promise.resolve(assert.ok("resampler" in served.runtime.graph().nodes)));

    await keyboard.press("a");
    await keyboard.type("wav-sink");
    await keyboard.press("Enter");
    await panel(page).getByRole("textbox", { name: "path" }).fill("tone.wav");
    await keyboard.press("Enter");
    await page.locator('[data-inspector][aria-label="node wav-sink"]').waitFor();
    await page.locator(".graph-box").focus();
    await keyboard.press("0");
    await drag(page, "tone", "audio", "wav-sink");
    await page.locator(".state .rec").waitFor();
    const red = await page.locator(".state .rec").evaluate((rec) =>
      getComputedStyle(rec).color.match(/\d+/g)!.map(Number)
    );
    assert.ok(red[0] > 120 && red[0] > 1.5 * red[1] && red[0] > 1.5 * red[2], `${red}`);
    await page.locator("[data-locked]", { hasText: "It records" }).waitFor();
    for (const name of ["Remove", "Replace…", "Lane…", "Rename…"]) {
      assert.equal(await page.getByRole("button", { name, exact: true }).isDisabled(), true, name);
    }
    // So is the link that it records, and the one on another branch is not.
    const remove = page.locator("[data-inspector]").getByRole("button", { name: "Remove" });
    const showLinkTo = (id: string) =>
      page.locator("[data-inspector] .link-list button", { hasText: id === "wav-sink" ? "tone.audio" : id }).click();
    await showLinkTo("wav-sink");
    await page.locator("[data-locked]", { hasText: "wav-sink records what it carries" }).waitFor();
    assert.equal(await remove.isDisabled(), true);
    await selectNode(page, "tone");
    await page.locator("[data-locked]", { hasText: "wav-sink records its frames" }).waitFor();
    await showLinkTo("resampler");
    await page.locator("[data-locked]").waitFor({ state: "detached" });
    assert.equal(await remove.isEnabled(), true);
    await selectNode(page, "wav-sink");
    await page.locator(".graph-box").focus();
    await keyboard.press("Delete");
    await page.locator(".edit-refusal", { hasText: "pause or stop the graph first" }).waitFor();
    // Saved, which the page remembers, and saved over another file.
    const file = page.getByRole("button", { name: /^File/ });
    await page.getByRole("button", { name: "File, not saved" }).waitFor();
    await keyboard.press("Control+s");
    await panel(page).getByRole("textbox", { name: "path" }).fill("first.json");
    await keyboard.press("Enter");
    await page.getByText("Saved to ").waitFor();
    await panel(page).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "File", exact: true }).waitFor();
    await Deno.remove(`${folder}/first.json`);
    await keyboard.press("Control+s");
    await eventually(async () => assert.ok((await Deno.stat(`${folder}/first.json`)).isFile));
    await Deno.writeTextFile(`${folder}/made.json`, "{}");
    await file.click();
    await panel(page).getByText("Save as").click();
    await panel(page).getByRole("textbox", { name: "path" }).fill("made.json");
    await keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Overwrite made.json?" }).getByRole("button", { name: "Overwrite it" })
      .click();
    await eventually(async () =>
      assert.deepEqual(
        Object.keys(JSON.parse(await Deno.readTextFile(`${folder}/made.json`)).nodes).toSorted(),
        ids(served).toSorted(),
      )
    );
    await panel(page).waitFor({ state: "detached" });
    await page.locator(".graph-box").focus();
    await keyboard.press("p");
    await page.getByRole("button", { name: "Remove" }).click();
    await eventually(() => Promise.resolve(assert.ok(!ids(served).includes("wav-sink"))));
    assert.deepEqual(browser.faults, []);
  },
);

/** Draws a link from an output onto a node. */
async function drag(page: Page, from: string, port: string, to: string): Promise<void> {
  await page.locator(`.card[data-node="${to}"]`).waitFor();
  const start = (await page.locator(`.card[data-node="${from}"] .port[title="${port}"]`).boundingBox())!;
  const end = (await page.locator(`.card[data-node="${to}"]`).boundingBox())!;
  await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
  await page.mouse.down();
  await page.mouse.move(end.x + 40, end.y + end.height / 2, { steps: 4 });
  await page.mouse.up();
}

pageTest("a graph that is served with a lock is shown with its changes greyed out, and says why", async () => {
  await using served = await serveDemo({ lock: true });
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(served.server.url);
  await graphShown(page, "gain");
  assert.equal(await page.getByRole("button", { name: "Add", exact: true }).isDisabled(), true);
  await selectNode(page, "gain");
  await page.locator("[data-locked]", { hasText: "served with a lock" }).waitFor();
  for (const name of ["Remove", "Replace…", "Connect…", "Duplicate"]) {
    assert.equal(await page.getByRole("button", { name, exact: true }).isDisabled(), true, name);
  }
  assert.equal(await page.locator("[data-inspector] .field input").first().isDisabled(), true);
  assert.deepEqual(browser.faults, []);
});

pageTest(
  "while a node records, values that would restart it or a node before it are greyed out, and live ones are not",
  async () => {
    const folder = await Deno.makeTempDir();
    const runtime = new Runtime({ registry: new NodeRegistry([nodePackage]) });
    runtime.add(nodes.toneSource(), { id: "tone" });
    runtime.add(nodes.wavSink({ path: `${folder}/tone.wav` }), { id: "file" });
    runtime.add(nodes.toneSource(), { id: "beside" });
    runtime.connectByName("tone.audio", "file.audio");
    {
      await using served = await serveStarted(runtime);
      await using browser = await openPage();
      const { page } = browser;
      await page.goto(served.server.url);
      await graphShown(page, "tone");
      const isOff = async (node: string, key: string) => {
        await selectNode(page, node);
        await page.locator(`[data-inspector][aria-label="node ${node}"]`).waitFor();
        return await page.locator("[data-inspector] .field", { hasText: key }).locator("input, select").first()
          .isDisabled();
      };
      const shown = async () => [
        await isOff("file", "path"),
        await isOff("tone", "sampleRateHz"),
        await isOff("tone", "frequencyHz"),
        await isOff("beside", "sampleRateHz"),
      ];
      await eventually(async () => assert.deepEqual(await shown(), [true, true, false, false]));
      await runtime.pause();
      await eventually(async () => assert.deepEqual(await shown(), [false, false, false, false]));
      assert.deepEqual(browser.faults, []);
    }
    await Deno.remove(folder, { recursive: true });
  },
);
