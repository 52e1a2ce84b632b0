/**
 * `deno task build:web`: builds the page with Vite into `web/dist`, which the control plane serves. Everything is a
 * file of its own, with a hash in its name: the content security policy allows no inline script, style or data URL.
 *
 * `--if-needed` builds only what is missing or older than its sources.
 *
 * @module
 */
import { build } from "vite";
import { digestPageSources, isPageCurrent, markPageBuilt, PAGE_FOLDER } from "./page_build.ts";
import { ROOT } from "./root.ts";

/** Browsers that have what the page uses: those of 2024 and later. */
const TARGET = ["chrome123", "firefox125", "safari17.5"];

/** Builds the page. */
export async function buildPage(): Promise<void> {
  // Before the build: what changes while it runs makes it outdated.
  const sources = await digestPageSources();
  await build({
    root: `${ROOT}web`,
    base: "/",
    publicDir: "static",
    configFile: false,
    envDir: false,
    logLevel: "warn",
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    worker: { format: "es" },
    build: {
      outDir: PAGE_FOLDER,
      emptyOutDir: true,
      target: TARGET,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  });
  await markPageBuilt(sources);
}

if (import.meta.main && !(Deno.args.includes("--if-needed") && await isPageCurrent())) await buildPage();
