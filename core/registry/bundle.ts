/**
 * The bundle's facts about itself. `tools/bundle.ts` replaces this module by one of its own.
 *
 * @module
 */

/** The running bundle. */
export interface Bundle {
  /**
   * The public modules: maps the URL of each source to the bundle's module with the same exports. Also maps the URL of
   * the standard package, `#` and the name of a node type to a module of a package with this type alone.
   */
  readonly doors: ReadonlyMap<string, string>;
}

/** The running bundle; `undefined` if the sources run. */
export const bundle = undefined as Bundle | undefined;
