/**
 * The `sluice` command as it is installed. It runs the bundle that the set-up has made, which starts three times as
 * fast, and the sources where there is no bundle, it is older than they are, or they are watched for changes.
 *
 * @module
 */
import { BUNDLE_FOLDER, isBundleCurrent, watchesSources } from "./bundle_state.ts";

const isBundled = !watchesSources(Deno.args) && isBundleCurrent();
const main = isBundled ? new URL("./main.js", BUNDLE_FOLDER) : new URL("./main.ts", import.meta.url);
const { runProgram }: typeof import("./main.ts") = await import(main.href);
await runProgram(Deno.args);
