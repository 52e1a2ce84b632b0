/**
 * Schemas of object types, put together and taken apart.
 *
 * @module
 */
import type { ConfigSchema } from "../../core/descriptor/descriptor.ts";

/** The schema of an intersection of object types, or of an interface with those that it extends. */
export function mergeObjects(schemas: readonly ConfigSchema[]): ConfigSchema {
  if (schemas.length === 1) return schemas[0];
  return {
    type: "object",
    properties: Object.assign({}, ...schemas.map((each) => each.properties)),
    required: [...new Set(schemas.flatMap((each) => each.required ?? []))],
    additionalProperties: false,
  };
}

/** The schema of an object type without some of its keys. */
export function pickKeys(schema: ConfigSchema, wants: (key: string) => boolean): ConfigSchema {
  return {
    ...schema,
    properties: Object.fromEntries(Object.entries(schema.properties ?? {}).filter(([key]) => wants(key))),
    required: (schema.required ?? []).filter(wants),
  };
}
