/**
 * Reads keys and values of a graph file, and reports wrong ones.
 *
 * @module
 */
import { describeSchema } from "../descriptor/config_check.ts";
import { describeValue } from "../errors/describe_value.ts";
import type { ConfigSchema } from "../descriptor/descriptor.ts";
import { describeJson, type JsonMember, jsonMembers, type JsonNode, jsonValue } from "./json_tree.ts";
import type { GraphDiagnostics } from "./diagnostics.ts";
import { didYouMean, listSome } from "../errors/suggestion.ts";

/** The values of an object by key. */
export class JsonKeys {
  readonly #members: readonly JsonMember[];

  constructor(node: JsonNode) {
    this.#members = jsonMembers(node);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  get(name: string): JsonNode | undefined {
    return this.#members.find((each) => each.name === name)?.value;
  }
}

/** Returns the values by key; reports unknown keys. @param elsewhere names the places where other keys may belong */
export function readKeys(
  node: JsonNode,
  what: string,
  known: readonly string[],
  diagnostics: GraphDiagnostics,
  elsewhere = "",
): JsonKeys {
  for (const { name, offset } of jsonMembers(node)) {
    if (known.includes(name)) continue;
    const near = didYouMean(name, known);
    const message = `Cannot read graph: unknown key ${describeValue(name)} in ${what}${near}; ` +
      `available: ${listSome(known)}${near === "" ? elsewhere : ""}`;
    diagnostics.add("InvalidGraph", message, offset, { key: name, available: known });
  }
  return new JsonKeys(node);
}

/** Returns the value of a node that fits a schema; reports any other value with the wanted one. */
export function readScalar(
  node: JsonNode | undefined,
  what: string,
  schema: ConfigSchema,
  diagnostics: GraphDiagnostics,
): unknown {
  if (node === undefined) return undefined;
  const value = jsonValue(node);
  if (fits(value, schema)) return value;
  const message = `Cannot read graph: ${what} is ${describeJson(node)}, wanted ${describeSchema(schema)}`;
  diagnostics.add("InvalidGraph", message, node.offset);
  return undefined;
}

function fits(value: unknown, schema: ConfigSchema): boolean {
  if (schema.enum !== undefined) return schema.enum.includes(value);
  if (schema.type === "boolean") return typeof value === "boolean";
  if (schema.type === "string") return typeof value === "string" && value.length >= (schema.minLength ?? 0);
  return Number.isInteger(value) && (value as number) >= schema.minimum! && (value as number) <= schema.maximum!;
}

/** True if a node is an object; reports any other. */
export function isObject(node: JsonNode, what: string, wanted: string, diagnostics: GraphDiagnostics): boolean {
  if (node.type === "object") return true;
  diagnostics.add("InvalidGraph", `Cannot read graph: ${what} is ${describeJson(node)}, wanted ${wanted}`, node.offset);
  return false;
}
