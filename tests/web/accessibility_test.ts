/** No view has a serious fault of accessibility, in either theme, wide or narrow. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { openPage, pageTest } from "./chromium.ts";
import { serveDemo } from "./live_graph.ts";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** Faults that axe-core calls serious or critical. */
async function seriousFaults(page: Page): Promise<string[]> {
  return await page.evaluate(async () => {
    // deno-lint-ignore no-explicit-any -- axe-core puts itself there
    const { violations } = await (globalThis as any).axe.run(document, { resultTypes: ["violations"] });
    // deno-lint-ignore no-explicit-any -- its results
    return violations.filter(({ impact }: any) => impact === "serious" || impact === "critical").map((each: any) =>
      // deno-lint-ignore no-explicit-any -- its results
      `${each.id}: ${each.help}: ${each.nodes.map((node: any) => `${node.target} ${node.failureSummary}`).join("; ")}`
    );
  });
}

for (const theme of ["dark", "light"] as const) {
  pageTest(`axe-core finds nothing serious in any view, ${theme}`, async () => {
    await using served = await serveDemo();
    for (const viewport of [{ width: 1440, height: 900 }, { width: 390, height: 844 }]) {
      await using browser = await openPage({ theme, viewport });
      const { page } = browser;
      await page.goto(served.server.url);
      await page.locator(".summary li").first().waitFor();
      // As a script of the tool, which the page's policy does not concern.
      const session = await page.context().newCDPSession(page);
      await session.send("Runtime.evaluate", { expression: await Deno.readTextFile(AXE) });
      for (const hash of ["graph", "graph&node=gain", "graph&link=link2", "table", "table&node=level", "log"]) {
        await page.evaluate((hash) => location.hash = hash, hash);
        await page.waitForTimeout(700);
        assert.deepEqual(await seriousFaults(page), [], `#${hash} at ${viewport.width}`);
      }
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Keys and marks" }).waitFor();
      assert.deepEqual(await seriousFaults(page), [], `help at ${viewport.width}`);
    }
  });
}
