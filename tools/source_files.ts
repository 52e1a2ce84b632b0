/**
 * Finds the files that checks look at.
 *
 * @module
 */
import { ROOT } from "./root.ts";

/** Folders that hold nothing of ours, or inputs that are wrong on purpose. */
const SKIPPED: ReadonlySet<string> = new Set([
  "node_modules",
  "target",
  "out",
  "dist",
  "testdata",
  "fixtures",
  "coverage",
]);

/**
 * Lists the TypeScript files of a checkout.
 *
 * @param root absolute path, ending with a separator
 * @returns paths relative to `root`, with `/`, sorted; no files of folders whose names start with a dot
 */
export function listTypeScript(root: string = ROOT): string[] {
  const found: string[] = [];
  const walk = (folder: string) => {
    for (const entry of Deno.readDirSync(root + folder)) {
      const path = folder + entry.name;
      if (entry.isDirectory) {
        if (!SKIPPED.has(entry.name) && !entry.name.startsWith(".")) walk(`${path}/`);
      } else if (entry.isFile && /\.(ts|tsx)$/.test(entry.name)) {
        found.push(path);
      }
    }
  };
  walk("");
  return found.sort();
}
