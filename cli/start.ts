/**
 * The `sluice` command as it is installed. It runs the bundle that the set-up has made, which starts faster, and the
 * sources where there is no bundle, it is older than they are or not whole, or they are watched for changes.
 *
 * @module
 */
import { BUNDLE_FOLDER, findChangedSources, isPart, watchesSources } from "../core/registry/bundle_state.ts";

const changed = watchesSources(Deno.args) ? undefined : findChangedSources(BUNDLE_FOLDER, 1);
const main = changed?.length === 0 ? new URL("./main.js", BUNDLE_FOLDER) : new URL("./main.ts", import.meta.url);
if (changed?.some(isPart)) {
  console.error(`note: ${changed[0]} is missing or cut, so that the command starts from its sources; deno task bundle`);
}
const { runProgram }: typeof import("./main.ts") = await import(main.href);
await runProgram(Deno.args);
