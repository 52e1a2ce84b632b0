/**
 * The hash by which generated code knows a file that it was made from.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { HASH_DIGITS, plainSource } from "../../core/registry/staleness.ts";

/**
 * What `hashSource()` of the runtime gives, at once: that one loads no `node:crypto`.
 *
 * @param text the whole file
 */
export function hashSourceNow(text: string): string {
  return createHash("sha256").update(plainSource(text)).digest("hex").slice(0, HASH_DIGITS);
}
