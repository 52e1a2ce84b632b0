/**
 * Where Sluice itself is, and its own node types.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** URL of the generated module of Sluice's own processors. */
export const OWN_PACKAGE_URL: string = new URL("../../sluice.gen.ts", import.meta.url).href;

/** The folder of Sluice, if it is a checkout rather than an installed package. */
export function ownCheckout(): string | undefined {
  const here = new URL("../../", import.meta.url);
  if (here.protocol !== "file:" || here.pathname.includes("/node_modules/")) return undefined;
  return fileURLToPath(here).replace(/[\\/]$/, "");
}
