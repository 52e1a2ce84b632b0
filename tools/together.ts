/**
 * Loads the test modules that it is given into one isolate: `deno test tools/together.ts -- FILES`. Each module that
 * `deno test` is given itself has an isolate of its own, and loads all that it imports anew.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { ROOT } from "./root.ts";

for (const file of Deno.args) await import(pathToFileURL(ROOT + file).href);
