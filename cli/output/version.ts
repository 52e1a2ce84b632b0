/**
 * The name and the version of this program.
 *
 * @module
 */
import manifest from "../../deno.json" with { type: "json" };

/** The name people type. */
export const PROGRAM = "sluice";

/** The package's version. */
export const VERSION: string = manifest.version;
