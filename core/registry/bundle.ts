/**
 * What the bundle knows of itself. `tools/bundle.ts` puts a module of its own in this one's place.
 *
 * @module
 */

/** The bundle that runs. */
export interface Bundle {
  /**
   * The public modules: the URL of each source, and that of the bundle's module with the same exports. And, after the
   * URL of the standard package and `#`, each of its node types, with a module of a package that has this one alone.
   */
  readonly doors: ReadonlyMap<string, string>;
}

/** The bundle that runs; `undefined` where the sources run. */
export const bundle = undefined as Bundle | undefined;
