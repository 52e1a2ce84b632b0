/**
 * The `sluice` command as it is installed. It runs the bundle that the set-up has made, which starts three times as
 * fast, and the sources where there is no bundle or it is older than they are.
 *
 * @module
 */
import { BUNDLE_FOLDER, isBundleCurrent } from "./bundle_state.ts";

const main = isBundleCurrent() ? new URL("./main.js", BUNDLE_FOLDER) : new URL("./main.ts", import.meta.url);
const { runProgram }: typeof import("./main.ts") = await import(main.href);
await runProgram(Deno.args);
