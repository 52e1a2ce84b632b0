/**
 * Unions of schemas: literals are merged into one `enum`, equal alternatives into one.
 *
 * @module
 */
import type { ConfigSchema } from "../../core/descriptor/descriptor.ts";

/** The shortest schema that accepts what any of the given schemas accepts. */
export function combine(schemas: readonly ConfigSchema[]): ConfigSchema {
  const literals: unknown[] = [];
  const others = new Map<string, ConfigSchema>();
  for (const schema of schemas.flatMap((each) => each.anyOf ?? [each])) {
    if (schema.enum !== undefined && Object.keys(schema).length === 1) literals.push(...schema.enum);
    else others.set(JSON.stringify(schema), schema);
  }
  const values = [...new Set(literals)];
  const isBoolean = values.includes(true) && values.includes(false);
  const rest = isBoolean ? values.filter((value) => typeof value !== "boolean") : values;
  if (isBoolean) others.set(`{"type":"boolean"}`, { type: "boolean" });
  const all = [...(rest.length > 0 ? [{ enum: rest }] : []), ...others.values()];
  return all.length === 1 ? all[0] : { anyOf: all };
}
