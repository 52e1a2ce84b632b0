/**
 * Types with a name that every file has, and the types of numbers that Sluice has, as parts of the values of data frames.
 *
 * @module
 */
import { Node, type TypeNode } from "ts-morph";
import type { ConfigSchema } from "../../core/descriptor/descriptor.ts";
import { evaluate } from "./literal.ts";
import { required, type TypeSchema } from "./type_schema.ts";
import { opaque } from "./value_parts.ts";

/** Classes that JSON has no form for, and that a frame takes to every lane. */
const CLASSES: ReadonlySet<string> = new Set([
  "ArrayBuffer",
  "BigInt64Array",
  "BigUint64Array",
  "DataView",
  "Date",
  "Error",
  "Float32Array",
  "Float64Array",
  "Int16Array",
  "Int32Array",
  "Int8Array",
  "Map",
  "RegExp",
  "Set",
  "SharedArrayBuffer",
  "URL",
  "Uint16Array",
  "Uint32Array",
  "Uint8Array",
  "Uint8ClampedArray",
]);

const whole = (minimum: number, maximum: number): ConfigSchema => ({ type: "integer", minimum, maximum });

/** The numbers of structs, and durations, which are numbers too. */
const NUMBERS: ReadonlyMap<string, ConfigSchema> = new Map<string, ConfigSchema>([
  ["Duration", { type: "number" }],
  ["F64", { type: "number" }],
  ["F32", { type: "number" }],
  ["I32", whole(-(2 ** 31), 2 ** 31 - 1)],
  ["U32", whole(0, 2 ** 32 - 1)],
  ["I16", whole(-(2 ** 15), 2 ** 15 - 1)],
  ["U16", whole(0, 2 ** 16 - 1)],
  ["I8", whole(-128, 127)],
  ["U8", whole(0, 255)],
]);

/** A global type without type arguments that count; `undefined` for one that is worked out. */
export function globalType(name: string): TypeSchema | undefined {
  if (CLASSES.has(name)) return required({ "x-type": name });
  if (name === "Function") return opaque("a function, which no frame takes to another lane");
  return undefined;
}

/** A type that is imported from Sluice, by its name there: a number, or a list of fixed length. */
export function scalarType(
  name: string,
  types: readonly TypeNode[],
  read: (type: TypeNode) => ConfigSchema,
): ConfigSchema | undefined {
  const number = NUMBERS.get(name);
  if (number !== undefined && types.length === 0) return number;
  if (name !== "FixedArray" || types.length !== 2) return undefined;
  const length = Node.isLiteralTypeNode(types[1]) ? evaluate(types[1].getLiteral()) : undefined;
  const count = length?.ok && typeof length.value === "number"
    ? { minItems: length.value, maxItems: length.value }
    : {};
  return { type: "array", items: read(types[0]), ...count };
}
