/**
 * Where the checkout stands. Every tool works from there, whatever folder it is called from.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** Absolute path of the checkout, ending with a separator. */
export const ROOT: string = fileURLToPath(new URL("../", import.meta.url));
