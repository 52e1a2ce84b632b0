/**
 * `deno task new FOLDER`: sets the checkout up, the page and the bundled command included, then makes a project that links to it, as
 * `sluice new project FOLDER` does.
 *
 * @module
 */
import { resolve } from "node:path";
import { setUpOrExit } from "./setup.ts";

const [folder, ...rest] = Deno.args;
if (folder === undefined || folder.startsWith("-") || rest.length > 0) {
  console.error('Cannot make a project: wanted one folder, as in "deno task new ../my-graphs"');
  Deno.exit(2);
}
await setUpOrExit({ regenerate: false, page: true, bundle: true });
console.error();
// A task runs in the folder of its deno.json, and people mean the one that they are in.
const path = resolve(Deno.env.get("INIT_CWD") ?? ".", folder);
// Only now, since the set-up installs what it imports.
const { runProgram }: typeof import("../cli/main.ts") = await import(`${new URL("../cli/main.ts", import.meta.url)}`);
await runProgram(["new", "project", path]);
