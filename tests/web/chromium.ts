/** Chromium for tests of the page: where it is, and a page in it. */
import { type Browser, chromium, type Page } from "playwright-core";
import { CHROMIUM_ARGS, findChromium } from "../../tools/chromium.ts";
import { isPageCurrent } from "../../tools/page_build.ts";
import { ROOT } from "../../tools/root.ts";

/** How long a step in the browser may take, milliseconds: other tests run beside it. */
const STEP_TIMEOUT_MS = 60_000;

/** Options of {@linkcode pageTest}. */
export interface PageTestOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly theme?: "dark" | "light";
}

/** A page that shares nothing with other ones but the browser's program: it has cookies and a cache of its own. */
export interface OpenPage extends AsyncDisposable {
  readonly browser: Browser;
  readonly page: Page;
  /** What went wrong in the page so far: exceptions, and errors on its console. */
  readonly faults: string[];
}

const executablePath = await findChromium();

let launched: Promise<Browser> | undefined;

Deno.test.afterAll(async () => await (await launched)?.close());

/**
 * Registers a test that needs Chromium. Where there is none it is left out, but not in CI. The page is built first if
 * it is missing or outdated.
 */
export function pageTest(name: string, body: () => Promise<void>): void {
  Deno.test({
    name,
    ignore: executablePath === undefined && Deno.env.get("CI") === undefined,
    // Playwright keeps a process and timers of its own.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await buildPage();
      await body();
    },
  });
}

/** Opens an empty page, in the one browser that all tests of this process share. */
export async function openPage(options: PageTestOptions = {}): Promise<OpenPage> {
  if (executablePath === undefined) throw new Error("Cannot find Chromium: install it, or name it in SLUICE_CHROMIUM");
  const browser = await (launched ??= launch(executablePath));
  const page = await browser.newPage({
    viewport: options.viewport ?? { width: 1440, height: 900 },
    colorScheme: options.theme ?? "dark",
  });
  page.setDefaultTimeout(STEP_TIMEOUT_MS);
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    // Chromium itself reports a WebSocket that does not open.
    if (message.type() === "error" && !message.text().startsWith("WebSocket connection")) faults.push(message.text());
  });
  return { browser, page, faults, [Symbol.asyncDispose]: () => page.context().close() };
}

/** Starts the browser. One that does not start, or crashes, fails the test that it does so in, and no other. */
async function launch(executablePath: string): Promise<Browser> {
  try {
    const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGS], timeout: STEP_TIMEOUT_MS });
    browser.on("disconnected", () => launched = undefined);
    return browser;
  } catch (error) {
    launched = undefined;
    throw error;
  }
}

/** Tries until a check no longer throws, and throws what it threw last when the time is over. */
export async function eventually(check: () => Promise<void>, timeoutMs = STEP_TIMEOUT_MS): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (true) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > endMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Waits for the page to show what it has taken up: keys that were pressed, for one. */
export async function nextPicture(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

let built: Promise<void> | undefined;

function buildPage(): Promise<void> {
  return built ??= (async () => {
    if (await isPageCurrent()) return;
    const args = ["run", "-A", `${ROOT}tools/build_web.ts`, "--if-needed"];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT }).output();
    if (!success) throw new Error(`Cannot build the page:\n${new TextDecoder().decode(stderr)}`);
  })();
}
