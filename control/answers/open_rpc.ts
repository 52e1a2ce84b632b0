/**
 * The OpenRPC document of `/rpc`, from the schemas that calls are checked by.
 *
 * @module
 */
import { METHODS } from "../schemas/methods.ts";
import { z } from "../schemas/zod.ts";

let text: string | undefined;

/** Returns the document as JSON. */
export function openRpc(): string {
  return text ??= JSON.stringify({
    openrpc: "1.3.2",
    info: {
      title: "Sluice",
      version: "1",
      description: "Control of a running graph, as docs/control.md describes it.",
    },
    methods: Object.entries(METHODS).map(([name, { params, result }]) => ({
      name,
      paramStructure: "by-name",
      params: paramsOf(params),
      result: { name: "result", schema: schemaOf(result, "output") },
    })),
  });
}

function paramsOf(params: z.ZodType): object[] {
  const { properties = {}, required = [] } = schemaOf(params, "input") as {
    readonly properties?: { readonly [name: string]: object };
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({ name, schema, required: required.includes(name) }));
}

function schemaOf(type: z.ZodType, io: "input" | "output"): object {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io, unrepresentable: "any" });
  return schema;
}
