/**
 * Tools as values: what an agent is told of each, and how its calls are checked and answered.
 *
 * @module
 */
import type { CallToolResult, Tool as ListedTool } from "@modelcontextprotocol/server";
import { SluiceError } from "../../core/errors.ts";
import { logger } from "../../core/log.ts";
import { RpcRefusal, whyUnfit } from "../answers/rpc.ts";
import { describeError } from "../answers/snapshot.ts";
import { RPC_CODE } from "../schemas/errors.ts";
import type { ErrorInfo } from "../schemas/graph.ts";
import { z } from "../schemas/zod.ts";
import type { McpHost } from "./mcp_host.ts";

/** Most names that an error lists. */
const MAX_AVAILABLE = 100;

/** The key of `_meta` at which an answer has the error for programs. */
export const ERROR_META_KEY = "sluice/error";

/** A call of a tool. */
export interface ToolCall {
  readonly host: McpHost;
  /** Who asks, as the command log has it: `mcp:NAME`. */
  readonly by: string;
  /** Aborted when the client has gone, or no longer wants the answer. */
  readonly signal: AbortSignal;
}

/** What a tool answers. */
export interface ToolAnswer {
  /** For the model: what came of the call, in a few lines. */
  readonly text: string;
  /** The same for programs. */
  readonly data: Readonly<Record<string, unknown>>;
  /** A picture beside the text. */
  readonly image?: { readonly bytes: Uint8Array; readonly mimeType: string };
}

/** What a tool does to the graph. */
export type ToolEffect = "reads" | "adds" | "changes" | "destroys";

/** A tool. */
export interface Tool {
  readonly name: string;
  readonly effect: ToolEffect;
  /** The tool as clients list it. */
  readonly listed: ListedTool;
  /** Calls the tool. A call that fails is an answer as well. */
  call(args: unknown, call: ToolCall): Promise<CallToolResult>;
}

/** What a tool is made of. */
interface ToolParts<I extends z.ZodObject, O extends z.ZodObject> {
  readonly title: string;
  /** One sentence. */
  readonly description: string;
  /** `destroys`: what it takes away, an undo brings back at most in part. */
  readonly effect: ToolEffect;
  /** True if a second call with the same arguments changes nothing more; a tool that reads always is. */
  readonly idempotent?: boolean;
  readonly input: I;
  readonly output: O;
  run(args: z.output<I>, call: ToolCall): ToolAnswer | Promise<ToolAnswer>;
}

/** Makes a tool. */
export function defineTool<I extends z.ZodObject, O extends z.ZodObject>(name: string, parts: ToolParts<I, O>): Tool {
  const { title, description, effect, input, output } = parts;
  return {
    name,
    effect,
    listed: {
      name,
      title,
      description,
      inputSchema: schemaOf(input, "input") as ListedTool["inputSchema"],
      outputSchema: schemaOf(output, "output") as ListedTool["outputSchema"],
      annotations: {
        title,
        readOnlyHint: effect === "reads",
        destructiveHint: effect === "destroys",
        idempotentHint: effect === "reads" || parts.idempotent === true,
        openWorldHint: false,
      },
    },
    async call(args, call) {
      try {
        return resultOf(await parts.run(checked(name, input, args), call));
      } catch (error) {
        return failureOf(name, error);
      }
    },
  };
}

/** @throws {RpcRefusal} `InvalidParams` */
function checked<I extends z.ZodObject>(name: string, input: I, args: unknown): z.output<I> {
  const refuse = (why: string) =>
    new RpcRefusal(RPC_CODE.invalidParams, "InvalidParams", `Cannot call "${name}": ${why}`);
  const unfit = whyUnfit(args);
  if (unfit !== undefined) throw refuse(unfit);
  const read = input.safeParse(args ?? {});
  if (read.success) return read.data;
  const [{ path, message }] = read.error.issues;
  const wanted = Object.keys(input.shape).join(", ") || "none";
  throw refuse(`${path.length === 0 ? "the arguments" : `"${path.join(".")}"`}: ${message}; arguments are ${wanted}`);
}

function resultOf({ text, data, image }: ToolAnswer): CallToolResult {
  const picture = image && { type: "image" as const, data: image.bytes.toBase64(), mimeType: image.mimeType };
  return { content: [{ type: "text", text }, ...(picture ? [picture] : [])], structuredContent: { ...data } };
}

/** An error as the answer of a tool: the code, the message, and what there is in place of what was asked for. */
function failureOf(tool: string, thrown: unknown): CallToolResult {
  const error = errorOf(tool, thrown);
  const { code, message } = error;
  const available = error.available?.slice(0, MAX_AVAILABLE);
  const more = available === undefined || available.length === 0 ? "" : `\navailable: ${available.join(", ")}`;
  return {
    isError: true,
    content: [{ type: "text", text: `${code}: ${message}${more}` }],
    // Clients hold structured content against the schema of answers, also that of errors.
    _meta: { [ERROR_META_KEY]: { ...error, ...(available && { available }) } },
  };
}

function errorOf(tool: string, thrown: unknown): ErrorInfo {
  if (thrown instanceof SluiceError) return describeError(thrown);
  if (thrown instanceof RpcRefusal) {
    return { code: thrown.rpc.data?.code ?? "InvalidParams", message: thrown.rpc.message };
  }
  logger("control").error(`MCP tool "${tool}" failed`, { error: thrown });
  return { code: "Internal", message: `Cannot carry out "${tool}": an error that is not expected` };
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
