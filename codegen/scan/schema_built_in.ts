/**
 * Schemas of the generic types that every file has: `Partial<T>`, `Record<K, V>` and the like.
 *
 * @module
 */
import type { TypeNode } from "ts-morph";
import type { ConfigSchema } from "../../core/descriptor/descriptor.ts";
import { withNamedUnit } from "./schema_duration.ts";
import { pickKeys } from "./schema_objects.ts";
import { MEND, required, type TypeSchema } from "./type_schema.ts";

/**
 * Reads one that is not a list. Returns `undefined` if it was refused.
 *
 * @param types its type arguments
 * @param read reads one type argument
 * @param refuse refuses the whole type
 */
export function readBuiltIn(
  name: string,
  types: readonly TypeNode[],
  read: (type: TypeNode) => TypeSchema | undefined,
  refuse: (reason: string, mend: string) => undefined,
): TypeSchema | undefined {
  if (["Readonly", "NonNullable"].includes(name) && types.length === 1) {
    const inner = read(types[0]);
    return inner && (name === "Readonly" ? inner : required(withoutNull(inner.schema)));
  }
  if (["Partial", "Required", "Pick", "Omit"].includes(name) && types.length > 0) {
    const inner = read(types[0])?.schema;
    if (inner?.properties === undefined) return inner && refuse(`"${name}" wants an object type`, MEND);
    if (name === "Partial") return required({ ...inner, required: [] });
    if (name === "Required") return required({ ...inner, required: Object.keys(inner.properties) });
    const keys = types[1] === undefined ? undefined : read(types[1])?.schema.enum;
    if (keys === undefined) return refuse(`"${name}" wants string literals as keys`, MEND);
    return required(pickKeys(inner, (key) => keys.includes(key) === (name === "Pick")));
  }
  if (name === "Record" && types.length === 2) {
    const keys = read(types[0])?.schema;
    const values = read(types[1]);
    if (keys === undefined || values === undefined) return undefined;
    if (keys.type === "string") return required({ type: "object", additionalProperties: values.schema });
    if (keys.enum !== undefined) {
      const names = keys.enum.map(String);
      if (names.includes("__proto__")) return refuse(`a key cannot be named "__proto__"`, "rename the key");
      return required({
        type: "object",
        properties: Object.fromEntries(names.map((key) => [key, withNamedUnit(key, values.schema)])),
        required: values.isOptional ? [] : names,
        additionalProperties: false,
      });
    }
  }
  return refuse("it is neither declared nor imported here, and JSON cannot hold it", MEND);
}

function withoutNull(schema: ConfigSchema): ConfigSchema {
  const { anyOf } = schema;
  if (anyOf === undefined) return schema.type === "null" ? { enum: [] } : schema;
  const others = anyOf.filter((each) => each.type !== "null");
  return others.length === 1 ? others[0] : { ...schema, anyOf: others };
}
