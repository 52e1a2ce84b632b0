/**
 * Refuses a Deno that is too old when a script imports the runtime. The public modules import this one first, so that
 * nothing of theirs has run by then.
 *
 * @module
 */
import { assertDeno } from "./deno_version.ts";

assertDeno();
