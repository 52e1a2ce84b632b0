/**
 * `/openapi.json`: the calls over HTTP, written from the schemas that check them (OpenAPI 3.1, whose schemas are those of
 * JSON Schema 2020-12).
 *
 * @module
 */
import {
  ErrorAnswer,
  ExecuteAnswer,
  ExecuteRequest,
  GraphsAnswer,
  InputAnswer,
  InputRequest,
  SessionAnswer,
  SessionRequest,
  z,
} from "./schemas.ts";
import { FRAMES_TYPE } from "./wire.ts";

/** The statuses of errors, and what each means. */
const FAULTS: { readonly [status: string]: string } = {
  400: "The request, an item or the graph is wrong.",
  401: "A token is wanted, or another one.",
  404: "There is no such session, or it has ended.",
  408: "The body took too long.",
  409: "The session has ended its inputs, or another request is giving it items.",
  413: "Too large.",
  429: "Too many sessions; try again later.",
  500: "A node of the graph failed.",
  503: "The server has no room, or ends; try again later.",
};

const ID = { name: "id", in: "path", required: true, schema: { type: "string" } };

const LAST_EVENT = {
  name: "Last-Event-ID",
  in: "header",
  description: "Goes on behind this event.",
  schema: { type: "integer", minimum: 0 },
};

/** Writes the document. @param needsToken whether requests must carry one */
export function describeApi(needsToken: boolean): object {
  const faults = Object.fromEntries(
    Object.entries(FAULTS).map(([status, description]) => [status, { description, ...json(ErrorAnswer) }]),
  );
  const answers = (status: number, answer: object) => ({
    [status]: { description: "It is done.", ...answer },
    ...faults,
  });
  const document = {
    openapi: "3.1.0",
    info: { title: "Sluice pipelines", version: "1" },
    ...(needsToken && { security: [{ token: [] }] }),
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
    paths: {
      "/v1/graphs": {
        get: { summary: "Lists the graphs that may be asked for.", responses: answers(200, json(GraphsAnswer)) },
      },
      "/v1/execute": {
        post: {
          summary: "Runs a graph on items that are all there.",
          requestBody: { required: true, ...json(ExecuteRequest, FRAMES_TYPE) },
          responses: answers(200, json(ExecuteAnswer, FRAMES_TYPE)),
        },
      },
      "/v1/sessions": {
        post: {
          summary: "Starts a session.",
          requestBody: { required: true, ...json(SessionRequest) },
          responses: answers(201, json(SessionAnswer)),
        },
      },
      "/v1/sessions/{id}": {
        parameters: [ID],
        delete: { summary: "Closes a session.", responses: answers(204, {}) },
      },
      "/v1/sessions/{id}/input": {
        parameters: [ID],
        post: {
          summary: "Gives a session items, and answers once it has taken them.",
          requestBody: { required: true, ...json(InputRequest, FRAMES_TYPE) },
          responses: answers(200, json(InputAnswer)),
        },
      },
      "/v1/sessions/{id}/output": {
        parameters: [ID, LAST_EVENT],
        get: {
          summary: "The outputs as server-sent events.",
          responses: answers(200, { content: { "text/event-stream": { schema: { type: "string" } } } }),
        },
      },
      "/v1/stream": {
        get: { summary: "A session over a WebSocket.", responses: { 101: { description: "It begins." }, ...faults } },
      },
    },
  };
  return document;
}

/** The contents of a body: JSON, and the binary form where there is one. */
function json(schema: z.ZodType, binary?: string): object {
  const { $schema: _, ...plain } = z.toJSONSchema(schema, { io: "input" });
  return {
    content: {
      "application/json": { schema: plain },
      ...(binary !== undefined && { [binary]: { schema: { type: "string", format: "binary" } } }),
    },
  };
}
