/**
 * Entries of configuration keys whose values are objects: `parameters.Makeup` is the entry "Makeup" of the key
 * "parameters". All that follows the key and its dot is the entry's name, which may hold dots, spaces and slashes.
 *
 * @module
 */
import type { ConfigObjectSchema } from "../../core/descriptor/descriptor.ts";
import { isPlainObject } from "../../core/errors/kind_of.ts";

type Values = { readonly [key: string]: unknown };

/**
 * Splits the name of a value.
 *
 * @returns the key, and the entry if the name is that of an entry; any other name is taken for a key
 */
export function splitEntry({ properties }: ConfigObjectSchema, name: string): readonly [key: string, entry?: string] {
  if (Object.hasOwn(properties, name)) return [name];
  const isOwner = (key: string) =>
    properties[key].type === "object" && name.startsWith(`${key}.`) && name.length > key.length + 1;
  const key = Object.keys(properties).find(isOwner);
  return key === undefined ? [name] : [key, name.slice(key.length + 1)];
}

/**
 * Returns the values of whole keys.
 *
 * @param given values by key or entry; an entry joins what its key is given before it
 * @param present the configuration, whose other entries stay; absent: the values have the given entries alone
 */
export function wholeValues(schema: ConfigObjectSchema, given: Values, present?: Values): Record<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [name, value] of Object.entries(given)) {
    const [key, entry] = splitEntry(schema, name);
    if (entry === undefined) values.set(key, value);
    else {
      const others = values.get(key) ?? (present && (present[key] ?? schema.properties[key].default));
      values.set(key, { ...isPlainObject(others) && others, [entry]: value });
    }
  }
  return Object.fromEntries(values);
}
