/**
 * Where Sluice's own node types are.
 *
 * @module
 */

/** URL of the generated module of Sluice's own processors. */
export const OWN_PACKAGE_URL: string = new URL("../../sluice.gen.ts", import.meta.url).href;
