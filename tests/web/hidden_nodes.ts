/** What the page spends on looks into the graph: hidden nodes, which go while the page is not seen. */
import type { Page } from "playwright-core";
import { hiddenSite } from "../../core/hidden_site.ts";
import type { Runtime } from "../../mod.ts";

/** Counts the hidden nodes of a runtime that are there. */
export function countHidden(runtime: Runtime): () => number {
  const site = hiddenSite(runtime) as { -readonly [K in keyof ReturnType<typeof hiddenSite>]: unknown };
  const add = site.add as (...args: unknown[]) => Promise<unknown>;
  const remove = site.remove as (ids: Iterable<unknown>) => Promise<unknown>;
  let count = 0;
  site.add = async (...args: unknown[]) => {
    const added = await add.apply(site, args);
    count++;
    return added;
  };
  site.remove = async (ids: Iterable<unknown>) => {
    const all = [...ids];
    await remove.call(site, all);
    count -= all.length;
  };
  return () => count;
}

/** Has the page believe that it is hidden, or seen again. */
export async function hidePage(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
}
