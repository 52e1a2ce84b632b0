/** No view has a serious fault of accessibility, in either theme, wide or narrow. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { seriousFaults } from "./axe.ts";
import { openPage, pageTest } from "./chromium.ts";
import { serveDemo } from "./live_graph.ts";

/** Two readings' time: by then the page has asked for what it shows of the node that it has selected. */
const READINGS_MS = 200;

/** Goes to a place of the page, and waits until it is there. */
async function show(page: Page, hash: string): Promise<void> {
  await page.evaluate((hash) => location.hash = hash, hash);
  await page.locator("[data-inspector]").waitFor({ state: hash.includes("&") ? "visible" : "detached" });
  await page.waitForTimeout(READINGS_MS);
}

/** What axe-core looks for in each theme: but for colours, the themes are the same page. */
const RULES = { dark: ["color-contrast", "link-in-text-block"], light: undefined } as const;

for (const theme of ["dark", "light"] as const) {
  pageTest(`axe-core finds nothing serious in any view, ${theme}`, async () => {
    await using served = await serveDemo();
    for (const viewport of [{ width: 1440, height: 900 }, { width: 390, height: 844 }]) {
      await using browser = await openPage({ theme, viewport });
      const { page } = browser;
      await page.goto(served.server.url);
      await page.locator(".summary li").first().waitFor();
      for (const hash of ["graph", "graph&node=gain", "graph&link=link2", "table", "table&node=level", "log"]) {
        await show(page, hash);
        assert.deepEqual(await seriousFaults(page, RULES[theme]), [], `#${hash} at ${viewport.width}`);
      }
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Keys and marks" }).waitFor();
      assert.deepEqual(await seriousFaults(page, RULES[theme]), [], `help at ${viewport.width}`);
    }
  });

  pageTest(`axe-core finds nothing serious while the graph is paused, and after its end, ${theme}`, async () => {
    await using served = await serveDemo();
    await using browser = await openPage({ theme });
    const { page } = browser;
    await page.goto(served.server.url);
    await page.locator(".summary li").first().waitFor();
    const look = async (state: string) => {
      for (const hash of ["graph&node=gain", "graph&link=link2", "table&node=level"]) {
        await show(page, hash);
        assert.deepEqual(await seriousFaults(page, RULES[theme]), [], `#${hash} ${state}`);
      }
    };
    await served.runtime.pause();
    await page.locator(".state", { hasText: "paused" }).waitFor();
    await look("paused");
    await served.runtime.resume();
    await served.runtime.stop();
    await page.locator(".state", { hasText: "stopped" }).waitFor();
    await look("stopped");
    await served.server.close();
    await page.getByText("The graph has ended").waitFor();
    await look("with the server gone");
  });
}
