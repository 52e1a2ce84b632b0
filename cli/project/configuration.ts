/**
 * The `deno.json` that a process runs with. Deno uses the one beside the main module if the module is named by its
 * path, and the one of the current directory for `deno run @sluice/sluice/cli`. Only the user's own finds the imports
 * of the user's processors.
 *
 * @module
 */
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { SluiceError } from "../../core/errors.ts";
import type { Project } from "./project.ts";

/** A name that only Sluice's own `deno.json` maps. */
const MARK = "@sluice/checkout";

/** The command line with the configuration of the current directory. */
export const COMMAND_LINE = "deno run -A @sluice/sluice/cli";

const MANIFESTS = ["deno.json", "deno.jsonc"];

/**
 * Refuses a project whose imports this process would not find, or would find in other versions: the process runs with
 * the configuration of the checkout, and the project has its own.
 *
 * @throws {SluiceError} `InvalidConfig`
 */
export async function assertConfiguration(projects: readonly Project[]): Promise<void> {
  const own = fileURLToPath(new URL("../../deno.json", import.meta.url));
  for (const { name, folder, classFiles } of projects) {
    if (classFiles.length === 0) continue;
    const manifest = await findManifest(folder);
    if (manifest === undefined || await isSame(manifest, own) || !await hasOwnConfiguration()) continue;
    throw new SluiceError(
      "InvalidConfig",
      `Cannot use package "${name}" with the configuration of "${own}": it has its own, "${
        relative(".", manifest)
      }", ` +
        `by which its imports are found; start the command line in its folder with "${COMMAND_LINE} …"`,
    );
  }
}

/** Whether this process runs with the configuration of Sluice's own checkout. */
async function hasOwnConfiguration(): Promise<boolean> {
  // A module of the checkout finds the checkout's imports under any configuration; this module belongs to no folder.
  const module = `data:text/javascript,import.meta.resolve(${JSON.stringify(MARK)})`;
  return await import(module).then(() => true, () => false);
}

/** The nearest `deno.json` of a folder and those above. */
async function findManifest(folder: string): Promise<string | undefined> {
  for (let at = folder;; at = dirname(at)) {
    for (const path of MANIFESTS.map((each) => join(at, each))) {
      if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) return path;
    }
    if (dirname(at) === at) return undefined;
  }
}

async function isSame(path: string, other: string): Promise<boolean> {
  return await Deno.realPath(path) === await Deno.realPath(other).catch(() => other);
}
