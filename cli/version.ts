/**
 * What this program is called and which version it is.
 *
 * @module
 */
import manifest from "../deno.json" with { type: "json" };

/** The name people type. */
export const PROGRAM = "sluice";

/** The package's version. */
export const VERSION: string = manifest.version;
