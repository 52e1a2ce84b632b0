/**
 * The JSON Schema of a type.
 *
 * @module
 */
import type { ConfigSchema } from "../../core/descriptor/descriptor.ts";

/** The mend for a type without a schema. */
export const MEND =
  "use string, number, boolean, string literals, lists and objects of these, or an exported name for them";

/** A schema, and whether the value is optional. */
export interface TypeSchema {
  readonly schema: ConfigSchema;
  /** The type includes `undefined`. */
  readonly isOptional: boolean;
}

/** The schema of a required value. */
export function required(schema: ConfigSchema): TypeSchema {
  return { schema, isOptional: false };
}
