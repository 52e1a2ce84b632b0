/**
 * Writes the content of doc tags into a schema: ranges, units, examples.
 *
 * @module
 */
import { Node } from "ts-morph";
import { convertDurations, describeSchema } from "../../core/descriptor/config_check.ts";
import { type ConfigSchema, REACHES } from "../../core/descriptor/descriptor.ts";
import type { ScanContext } from "./context.ts";
import type { DocTag } from "./doc_comment.ts";
import { checkTags, type PlacedDoc } from "./docs.ts";
import type { ValueTagName } from "./known_tags.ts";
import { isExpression, isPattern } from "./pattern.ts";
import { accepts } from "./schema_accepts.ts";
import { holdsDuration, withUnits } from "./schema_duration.ts";

/** A schema while tags are written into it. */
type Draft = { -readonly [K in keyof ConfigSchema]: ConfigSchema[K] };

const NUMBER_TAGS: ReadonlySet<ValueTagName> = new Set<ValueTagName>([
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
]);
const COUNT_TAGS: ReadonlySet<ValueTagName> = new Set<ValueTagName>(["minLength", "maxLength", "minItems", "maxItems"]);

/**
 * Adds a doc comment to a schema, and gives its durations their unit.
 *
 * @param node the owner of the comment
 * @param name of the key
 * @param what the configuration key, as messages name it
 * @returns `undefined` if a tag was refused
 */
export function applyTags(
  context: ScanContext,
  node: Node,
  doc: PlacedDoc,
  name: string,
  schema: ConfigSchema,
  what: string,
): ConfigSchema | undefined {
  let result: ConfigSchema = doc.text === "" ? schema : { ...schema, description: doc.text.replace(/\s*\n\s*/g, " ") };
  let isGood = checkTags(context, node, doc, what, true);
  const apply = (tag: DocTag): void => {
    const problem = (message: string, mend: string): undefined => {
      isGood = false;
      const start = doc.start + tag.offset;
      return context.refuseRange(
        node,
        start,
        start + tag.length,
        `Cannot use "@${tag.name}" on ${what}: ${message}`,
        mend,
      );
    };
    result = applyTag(result, tag, problem) ?? result;
  };
  for (const tag of doc.tags) if (tag.name !== "example") apply(tag);
  const complete = isGood ? withUnits(context, node, name, result, what) : undefined;
  if (complete === undefined) return undefined;
  result = complete;
  // The accepted values are known only now.
  for (const tag of doc.tags) if (tag.name === "example") apply(tag);
  if (!isGood) return undefined;
  const least = result.minimum ?? result.exclusiveMinimum;
  const most = result.maximum ?? result.exclusiveMaximum;
  if (least !== undefined && most !== undefined && least > most) {
    return context.refuse(
      Node.isPropertyNamed(node) ? node.getNameNode() : node,
      `Cannot use the range of ${what}: its minimum ${least} is above its maximum ${most}`,
      "exchange the two values",
    );
  }
  return result;
}

function applyTag(
  schema: ConfigSchema,
  tag: DocTag,
  problem: (message: string, mend: string) => undefined,
): ConfigSchema | undefined {
  const { name, value } = tag;
  if (name === "deprecated") return { ...schema, deprecated: true };
  if (name === "unit") {
    if (value === "") return problem("the unit is missing", `write it after the tag: "@unit dB"`);
    return { ...schema, "x-unit": value };
  }
  if (name === "reaches") {
    const reach = REACHES.find((each) => each === value);
    if (reach === undefined) {
      return problem(`${JSON.stringify(value)} is not known`, `write one of ${REACHES.join(", ")}: "@reaches path"`);
    }
    return changeAt(schema, "string", (draft) => draft["x-reaches"] = reach) ??
      problem(`found ${describeFound(schema)}, wanted a string`, "remove the tag");
  }
  if (name === "example") {
    const example = parseExample(schema, value);
    if (example === undefined) {
      return problem(`${JSON.stringify(value)} is not ${describeSchema(schema)}`, "give an example that is accepted");
    }
    return { ...schema, examples: [...(schema.examples ?? []), example.value] };
  }
  if (name === "integer") {
    return changeAt(schema, "number", (draft) => draft.type = "integer") ??
      problem(`found ${describeFound(schema)}, wanted a number`, "remove the tag");
  }
  if (NUMBER_TAGS.has(name)) {
    const number = Number(value);
    if (value === "" || !Number.isFinite(number)) {
      return problem(`${JSON.stringify(value)} is not a number`, `write a number alone: "@${name} 1"`);
    }
    if (name === "multipleOf" && number <= 0) return problem("wanted a number above 0", "give a step above 0");
    return changeAt(schema, "number", (draft) => Object.assign(draft, { [name]: number })) ??
      problem(`found ${describeFound(schema)}, wanted a number`, "remove the tag");
  }
  const kind = name.endsWith("Items") ? "array" : "string";
  if (COUNT_TAGS.has(name)) {
    const count = Number(value);
    if (value === "" || !Number.isInteger(count) || count < 0) {
      return problem(`${JSON.stringify(value)} is not a count`, `write a whole number: "@${name} 1"`);
    }
    return changeAt(schema, kind, (draft) => Object.assign(draft, { [name]: count })) ??
      problem(`found ${describeFound(schema)}, wanted ${kind === "array" ? "a list" : "a string"}`, "remove the tag");
  }
  if (value === "") return problem("the pattern is missing", `write it after the tag: "@pattern ^[a-z]+$"`);
  const refuse = () => problem(`${JSON.stringify(value)} is not a regular expression`, "correct the pattern");
  if (!isExpression(value)) return refuse();
  if (!isPattern(value)) return refuse();
  return changeAt(schema, "string", (draft) => draft.pattern = value) ??
    problem(`found ${describeFound(schema)}, wanted a string`, "remove the tag");
}

/** A schema in words, while the unit of a duration is not known. */
function describeFound(schema: ConfigSchema): string {
  if (schema["x-duration"] !== undefined) return "a duration";
  return holdsDuration(schema) ? "several durations" : describeSchema(schema);
}

/** Changes the part of a schema that has a type: the schema itself, an alternative, or the items of a list. */
function changeAt(
  schema: ConfigSchema,
  type: "number" | "string" | "array",
  change: (draft: Draft) => void,
): ConfigSchema | undefined {
  // The text of a duration already has a format.
  if (type === "string" && schema["x-duration"] !== undefined) return undefined;
  if (schema.type === type || (type === "number" && schema.type === "integer")) {
    const draft: Draft = { ...schema };
    change(draft);
    return draft;
  }
  if (schema.anyOf !== undefined) {
    const changed = schema.anyOf.map((each) => changeAt(each, type, change));
    if (changed.every((each) => each === undefined)) return undefined;
    return { ...schema, anyOf: schema.anyOf.map((each, i) => changed[i] ?? each) };
  }
  const items = schema.items && changeAt(schema.items, type, change);
  return items && { ...schema, items };
}

/** An example is JSON or plain text, whichever the schema accepts. */
function parseExample(schema: ConfigSchema, text: string): { value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (accepts(schema, convertDurations(schema, value))) return { value };
  } catch {
    // The text is not JSON, so it stands for itself.
  }
  return text !== "" && accepts(schema, convertDurations(schema, text)) ? { value: text } : undefined;
}
