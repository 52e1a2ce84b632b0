/** A plugin's own module shows its node on the page, and sets its values. */
import assert from "node:assert/strict";
import { appSource } from "../../core/app/app_source.ts";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { Runtime } from "../../core/runtime.ts";
import { NodeRegistry } from "../../mod.ts";
import { noPlugins, PluginFolder } from "../fixtures/plugins/build.ts";
import { openPage, pageTest } from "./chromium.ts";
import { serveStarted } from "./live_graph.ts";

// The tests of this process have an id once.
const PREFIX = "com.shown";
const TYPE = `${PREFIX}.panic`;

/** Shows the blocks that the stage counts, has buttons for its value and its command, and says when it is left. */
const PANEL = `export default function (element, node) {
  const text = element.appendChild(document.createElement("output"));
  const button = element.appendChild(document.createElement("button"));
  button.textContent = "Set the value";
  button.onclick = () => node.set("value", 7);
  const ask = element.appendChild(document.createElement("button"));
  ask.textContent = "Ask";
  ask.onclick = async () => {
    const none = await node.command("none").catch(({ message }) => message);
    ask.textContent = (await node.command("count")).blocks + ": " + none;
  };
  node.watch(({ figures, config, state }) => {
    text.textContent = [node.id, node.type, state, figures.blocks, config.value].join(" ");
  });
  return () => document.body.dataset.left = node.id;
}
`;

const MANIFEST = 'name = "shown"\nversion = "1.0.0"\nlibrary = "shown"\npanel = "panel.js"\n';

if (noPlugins === undefined) {
  pageTest("a plugin's panel shows its node, sets its values, and ends when another node is selected", async () => {
    await using folder = await PluginFolder.make();
    const options = { manifest: MANIFEST, flags: [`-DPREFIX="${PREFIX}"`] };
    const path = await folder.addC("shown", { file: "panics.c" }, options);
    await Deno.writeTextFile(`${path}/panel.js`, PANEL);
    const { packages, refused } = await loadPlugins([path]);
    assert.deepEqual(refused, []);
    const runtime = new Runtime({ native: "require", registry: new NodeRegistry(packages) });
    const source = runtime.add(appSource.audio({ sampleRateHz: 8_000, channels: 1 }), { id: "source" });
    runtime.addByType(TYPE, {}, { id: "stage" });
    runtime.connectByName("source.audio", "stage.audioIn", { policy: "lossless" });
    await using served = await serveStarted(runtime);
    const other = await fetch(`${served.server.url}/panels/com.example.other.js`);
    assert.deepEqual([other.status, (await other.body?.cancel()) ?? ""], [404, ""]);
    await using browser = await openPage();
    const { page } = browser;
    await page.goto(`${served.server.url}/#node=stage`);
    const panel = page.locator(`[data-panel="${TYPE}"] output`);
    for (let k = 0; k < 3; k++) await source.push({ channels: [Float32Array.of(k)] });
    await panel.filter({ hasText: `stage ${TYPE} running 3 0` }).waitFor();
    await page.getByRole("button", { name: "Set the value" }).click();
    await panel.filter({ hasText: `stage ${TYPE} running 3 7` }).waitFor();
    await page.getByRole("button", { name: "Ask" }).click();
    await page.getByRole("button", { name: /^3: Cannot give "stage" the command "none": / }).waitFor();
    await page.goto(`${served.server.url}/#node=source`);
    await page.locator('body[data-left="stage"]').waitFor();
    assert.equal(await page.locator("[data-panel]").count(), 0);
    await Deno.writeTextFile(`${path}/panel.js`, 'export default () => { throw new Error("not today"); };\n');
    await page.goto(`${served.server.url}/?again#node=stage`);
    await page.getByText("The plugin's panel failed: not today").waitFor();
    await page.locator('[data-inspector] [data-figure="rate"]').waitFor();
    assert.deepEqual(browser.faults, []);
  });
}
