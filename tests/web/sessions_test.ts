/** The sessions of pipelines on the page, and the graph of each. */
import assert from "node:assert/strict";
import { serveControl } from "../../control.ts";
import { passing, testRegistry } from "../../core/pipeline/fixtures/node_types.ts";
import { Runtime } from "../../mod.ts";
import { PipelineRunner, SessionRouter, TransportData } from "../../pipelines.ts";
import { rare } from "../fixtures/rare.ts";
import { openPage, pageTest } from "./chromium.ts";
import { graphShown } from "./live_graph.ts";

rare(pageTest)("the page shows sessions as rows, and the graph of each behind its number", async () => {
  const transport = new PipelineRunner({ registry: testRegistry });
  await using router = new SessionRouter({ transport, graphs: { pass: passing("data") } });
  await using runtime = new Runtime();
  await using server = serveControl(runtime, { port: 0, sessions: router });
  const access = await router.authenticate({ transport: "test" });
  const [first] = [await access.stream("pass"), await access.stream("pass")];
  await first.sendInput(new TransportData({ kind: "text", text: "a" }));
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(server.url);
  const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: "1", exact: true }) });
  await row.getByText("1, 0/s").waitFor();
  assert.match(await row.innerText(), /pass\s+anonymous\s+test\s+running/);
  assert.equal(await page.getByRole("row").count(), 3);
  await row.getByRole("link").click();
  await graphShown(page, "pass");
  assert.equal(await page.locator(".title").innerText(), "pass, session 1");
  assert.deepEqual(browser.faults, []);
});
