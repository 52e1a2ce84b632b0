/**
 * Finds the files that checks look at.
 *
 * @module
 */
import { ROOT } from "./root.ts";

/** Folders that hold nothing of ours. */
const FOREIGN: readonly string[] = ["node_modules", "target", "out", "dist", "coverage"];

/** Folders whose files are inputs of tests, some of them wrong on purpose. */
const INPUTS_OF_TESTS: readonly string[] = ["testdata", "fixtures"];

/**
 * Lists the TypeScript files of a checkout.
 *
 * @param root absolute path, ending with a separator
 * @param withInputs whether to list the inputs of tests too, by default not
 * @returns paths relative to `root`, with `/`, sorted; no files of folders whose names start with a dot
 */
export function listTypeScript(root: string = ROOT, withInputs = false): string[] {
  const skipped = new Set(withInputs ? FOREIGN : [...FOREIGN, ...INPUTS_OF_TESTS]);
  const found: string[] = [];
  const walk = (folder: string) => {
    for (const entry of Deno.readDirSync(root + folder)) {
      const path = folder + entry.name;
      if (entry.isDirectory) {
        if (!skipped.has(entry.name) && !entry.name.startsWith(".")) walk(`${path}/`);
      } else if (entry.isFile && /\.(ts|tsx)$/.test(entry.name)) {
        found.push(path);
      }
    }
  };
  walk("");
  return found.sort();
}
