/**
 * The JSON that goes in and out over HTTP, as schemas: requests are checked by them, and `/openapi.json` shows them.
 *
 * @module
 */
import { z } from "../../control/schemas/zod.ts";

/** The name of a graph, or a graph file. What is in it the router checks. */
export const Graph = z.union([z.string().min(1).max(200), z.looseObject({ version: z.literal(1) })]).meta({
  description: "The name of a graph that the server has, or a graph file, if the server admits those of clients.",
});

/** An item as JSON. The format checks it, and says what is wrong with it. */
export const Item = z.looseObject({}).meta({
  description: "An item in the JSON format of docs/transports.md.",
});

/** The body of `POST /v1/execute`. */
export const ExecuteRequest = z.strictObject({ graph: Graph, inputs: z.array(Item).default([]) });

/** Its answer. */
export const ExecuteAnswer = z.strictObject({ outputs: z.array(Item) });

/** The body of `POST /v1/sessions`. */
export const SessionRequest = z.strictObject({ graph: Graph });

/** Its answer. */
export const SessionAnswer = z.strictObject({ sessionId: z.string() });

/** The body of `POST /v1/sessions/ID/input`. */
export const InputRequest = z.strictObject({ inputs: z.array(Item) });

/** Its answer: how many items the session has taken. */
export const InputAnswer = z.strictObject({ taken: z.int().min(0) });

/** The answer of `GET /v1/graphs`. */
export const GraphsAnswer = z.strictObject({ graphs: z.array(z.string()) });

/** Every answer that is an error. */
export const ErrorAnswer = z.strictObject({
  error: z.strictObject({
    code: z.string().meta({ description: "Stable: for programs." }),
    message: z.string().meta({ description: "For people." }),
    fields: z.looseObject({
      nodeId: z.string().optional(),
      port: z.string().optional(),
      key: z.string().optional(),
      available: z.array(z.string()).optional(),
      expected: z.string().optional(),
      actual: z.string().optional(),
    }),
  }),
  taken: z.int().min(0).optional().meta({ description: "Of inputs: how many items were taken before the error." }),
});

export { z };
