/**
 * `deno task screenshots`: runs `examples/studio.json`, opens its page in Chromium, and writes the pictures of the README to
 * `docs/images/`. Takes about a minute: the plots are to have a past.
 *
 * @module
 */
import { chromium } from "playwright-core";
import { CHROMIUM_ARGS, findChromium } from "./chromium.ts";
import { leashed } from "./command.ts";
import { ROOT } from "./root.ts";
import { setUpOrExit } from "./setup.ts";

const FOLDER = `${ROOT}docs/images/`;

/** How long the page is open before it is taken, milliseconds: what its plots show. */
const PAST_MS = 45_000;

/** The pictures: what is shown, and in which theme. */
const SHOTS = [
  { file: "page_dark.png", theme: "dark", place: "graph&node=gain" },
  { file: "page_light.png", theme: "light", place: "graph&link=link6" },
] as const;

const executablePath = await findChromium();
if (executablePath === undefined) {
  console.error("Cannot take screenshots: there is no Chromium on the PATH; install it, or name it in SLUICE_CHROMIUM");
  Deno.exit(1);
}
await setUpOrExit({ page: true });
await Deno.mkdir(FOLDER, { recursive: true });
const demo = leashed(
  Deno.execPath(),
  ["run", "-A", "cli/main.ts", "run", "examples/studio.json", "--serve", "--json"],
  {
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  },
).spawn();
try {
  await takeAll(await readUrl(demo.stdout), executablePath);
} finally {
  demo.kill("SIGINT");
  await demo.status;
}

async function takeAll(url: string, executablePath: string): Promise<void> {
  const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGS] });
  try {
    const open = SHOTS.map(async ({ file, theme, place }) => {
      const page = await browser.newPage({ viewport: { width: 1800, height: 900 }, colorScheme: theme });
      await page.goto(`${url}/#${place}`);
      await page.locator("[data-inspector]").waitFor();
      await page.getByRole("button", { name: "Previews" }).click();
      return { file, page };
    });
    const pages = await Promise.all(open);
    console.error(`Watching the graph for ${PAST_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, PAST_MS));
    for (const { file, page } of pages) {
      await page.bringToFront();
      await page.waitForTimeout(1000);
      await page.screenshot({ path: FOLDER + file });
      console.error(`Wrote docs/images/${file}`);
    }
  } finally {
    await browser.close();
  }
}

/** The address, from the first event of `sluice run --json`. */
async function readUrl(stdout: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = "";
  const reader = stdout.pipeThrough(new TextDecoderStream()).getReader();
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error("Cannot take screenshots: the demo ended before it served its page");
    text += value;
  }
  // The rest is read away, so that the demo never waits for a reader.
  void drain(reader);
  return (JSON.parse(text.split("\n", 1)[0]) as { url: string }).url;
}

async function drain(reader: ReadableStreamDefaultReader<string>): Promise<void> {
  while (!(await reader.read()).done);
}
