/**
 * Refuses a Deno that is too old when a script imports the runtime. The public modules import this module first, so
 * that no other code of theirs has run.
 *
 * @module
 */
import { assertDeno } from "./deno_version.ts";

assertDeno();
