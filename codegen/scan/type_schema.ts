/**
 * The JSON Schema that a type has.
 *
 * @module
 */
import type { ConfigSchema } from "../../core/registry/descriptor.ts";

/** What helps where a type has none. */
export const MEND =
  "use string, number, boolean, string literals, lists and objects of these, or an exported name for them";

/** A schema, and whether the value may be left out. */
export interface TypeSchema {
  readonly schema: ConfigSchema;
  /** The type includes `undefined`. */
  readonly isOptional: boolean;
}

/** The schema of a value that may not be left out. */
export function required(schema: ConfigSchema): TypeSchema {
  return { schema, isOptional: false };
}
