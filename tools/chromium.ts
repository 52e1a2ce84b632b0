/**
 * Finds the browser that tests and screenshots of the page drive.
 *
 * @module
 */

/** What Chromium is called, by distribution. */
const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** Its sandbox does not start for root, nor in most containers. */
export const CHROMIUM_ARGS: readonly string[] = ["--no-sandbox"];

/**
 * Looks in `SLUICE_CHROMIUM`, then along the `PATH`.
 *
 * @returns the program's path; `undefined` if it is not found
 */
export async function findChromium(): Promise<string | undefined> {
  const given = Deno.env.get("SLUICE_CHROMIUM");
  if (given !== undefined) return given;
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    for (const name of NAMES) {
      try {
        if ((await Deno.stat(`${folder}/${name}`)).isFile) return `${folder}/${name}`;
      } catch {
        // Not in this folder.
      }
    }
  }
  return undefined;
}
