/** Looks for faults of accessibility with axe-core. */
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** Has the page shown in a theme, by its key. */
export async function showTheme(page: Page, theme: "light" | "dark"): Promise<void> {
  const root = page.locator(`:root[data-theme="${theme}"]`);
  if (await root.count() === 0) await page.keyboard.press("t");
  await root.waitFor();
}

/**
 * Faults of a page that axe-core calls serious or critical, once nothing moves to its place any more.
 *
 * @param rules the rules to try, by default all
 */
export async function seriousFaults(page: Page, rules?: readonly string[]): Promise<string[]> {
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter((each) => each.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
  if (await page.evaluate(() => !("axe" in globalThis))) {
    // As a script of the tool, which the page's policy does not concern.
    const session = await page.context().newCDPSession(page);
    await session.send("Runtime.evaluate", { expression: await Deno.readTextFile(AXE) });
  }
  return await page.evaluate(async (runOnly) => {
    // deno-lint-ignore no-explicit-any -- axe-core puts itself there
    const { violations } = await (globalThis as any).axe.run(document, {
      resultTypes: ["violations"],
      ...(runOnly && { runOnly }),
    });
    // deno-lint-ignore no-explicit-any -- its results
    return violations.filter(({ impact }: any) => impact === "serious" || impact === "critical").map((each: any) =>
      // deno-lint-ignore no-explicit-any -- its results
      `${each.id}: ${each.help}: ${each.nodes.map((node: any) => `${node.target} ${node.failureSummary}`).join("; ")}`
    );
  }, rules);
}
