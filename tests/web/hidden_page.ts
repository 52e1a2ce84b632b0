import type { Page } from "playwright-core";

/** Has the page believe that it is hidden, or seen again. */
export async function hidePage(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
}
