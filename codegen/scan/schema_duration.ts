/**
 * Durations in a configuration. The unit is the suffix of the key's name, or its tag `@unit`.
 *
 * @module
 */
import { Node } from "ts-morph";
import { DURATION_PATTERN, DURATION_UNITS, type DurationUnit } from "../../core/duration.ts";
import type { ConfigSchema } from "../../core/descriptor/descriptor.ts";
import type { ScanContext } from "./context.ts";

/** A duration whose unit is not known yet. */
export const UNSETTLED_DURATION: ConfigSchema = {
  anyOf: [{ type: "number" }, { type: "string", pattern: DURATION_PATTERN }],
  "x-duration": "" as DurationUnit,
};

/** Suffixes of names, with the units that they stand for. */
const ENDINGS: readonly (readonly [RegExp, DurationUnit])[] = [
  [/(?:^ns|Ns)$/, "ns"],
  [/(?:^us|Us)$/, "us"],
  [/(?:^ms|Ms)$/, "ms"],
  [/(?:^s|S|[sS]econds)$/, "s"],
  [/(?:[mM]inutes)$/, "min"],
  [/(?:[hH]ours)$/, "h"],
];

/**
 * Sets the unit of a key's durations.
 *
 * @returns `undefined` if neither name nor tag has one
 */
export function withUnits(
  context: ScanContext,
  node: Node,
  name: string,
  schema: ConfigSchema,
  what: string,
): ConfigSchema | undefined {
  if (!lacksUnit(schema)) return schema;
  const tagged = schema["x-unit"];
  const unit = tagged ?? unitOf(name);
  if (DURATION_UNITS.includes(unit as DurationUnit)) return withUnit(schema, unit as DurationUnit);
  const found = tagged === undefined ? `"${name}" does not end in a unit` : `"${tagged}" is not a unit of time`;
  return context.refuse(
    Node.isPropertyNamed(node) ? node.getNameNode() : node,
    `Cannot tell the unit of the duration in ${what}: ${found}, wanted ${DURATION_UNITS.join(", ")}`,
    `name it "${name}Ms", or add "@unit ms" to its comment`,
  );
}

/** As {@linkcode withUnits}, if the name tells a unit; else the schema stays as it is. */
export function withNamedUnit(name: string, schema: ConfigSchema): ConfigSchema {
  const unit = unitOf(name);
  return unit === undefined ? schema : withUnit(schema, unit);
}

/** The duration in a default that is text, which the field would keep as it is: only a configuration is converted. */
export function findTextDuration(
  schema: ConfigSchema,
  value: unknown,
): { readonly text: string; readonly unit: DurationUnit } | undefined {
  const unit = schema["x-duration"];
  if (unit !== undefined) return typeof value === "string" ? { text: value, unit } : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, each] of Object.entries(value)) {
    const named = Object.hasOwn(schema.properties ?? {}, key) ? schema.properties?.[key] : schema.additionalProperties;
    const inner = Array.isArray(value) ? schema.items : named;
    const found = typeof inner === "object" ? findTextDuration(inner, each) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether a schema is, or contains, a duration. */
export function holdsDuration(schema: ConfigSchema): boolean {
  if (schema["x-duration"] !== undefined) return true;
  return partsOf(schema).some(holdsDuration);
}

/** The unit in the suffix of a name. */
function unitOf(name: string): DurationUnit | undefined {
  return ENDINGS.find(([pattern]) => pattern.test(name))?.[1];
}

function lacksUnit(schema: ConfigSchema): boolean {
  return (schema["x-duration"] as string | undefined) === "" || partsOf(schema).some(lacksUnit);
}

/** The schema of a list's elements, and of an object's values. */
function partsOf({ items, additionalProperties, properties = {} }: ConfigSchema): ConfigSchema[] {
  return [items, additionalProperties, ...Object.values(properties)].filter((each) => typeof each === "object");
}

/** Sets the unit of all durations in a schema that lack one. */
function withUnit(schema: ConfigSchema, unit: DurationUnit): ConfigSchema {
  if (!lacksUnit(schema)) return schema;
  const { items, additionalProperties, properties } = schema;
  if (items !== undefined) return { ...schema, items: withUnit(items, unit) };
  if (typeof additionalProperties === "object") {
    return { ...schema, additionalProperties: withUnit(additionalProperties, unit) };
  }
  if (properties !== undefined) {
    const result = Object.entries(properties).map(([name, each]) => [name, withUnit(each, unit)] as const);
    return { ...schema, properties: Object.fromEntries(result) };
  }
  const { "x-duration": _, "x-unit": __, ...rest } = schema;
  return { ...rest, "x-unit": unit, "x-duration": unit };
}
