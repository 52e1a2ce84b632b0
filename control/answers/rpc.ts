/**
 * JSON-RPC 2.0: reads a message, checks each call against the schemas, and makes the answer. A notification gets no
 * answer; a batch gets an array in the order of its calls.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { logger } from "../../core/log.ts";
import { type ControlErrorCode, RPC_CODE, type RpcError } from "../schemas/errors.ts";
import { type MethodName, type MethodResult, METHODS, type ParsedParams } from "../schemas/methods.ts";
import { z } from "../schemas/zod.ts";
import { describeError } from "./snapshot.ts";

/** The implementation of each method. */
export type Handlers = {
  readonly [M in MethodName]: (params: ParsedParams<M>) => MethodResult<M> | ReadyJson | Promise<MethodResult<M>>;
};

/** A result that is already JSON text. */
export class ReadyJson {
  readonly text: string;

  /** @param text of the method's result */
  constructor(text: string) {
    this.text = text;
  }
}

/** The refusal of a call for a reason that is not a `SluiceError`. */
export class RpcRefusal extends Error {
  override readonly name: string = "RpcRefusal";
  readonly rpc: RpcError;

  constructor(code: number, dataCode: ControlErrorCode, message: string) {
    super(message);
    this.rpc = { code, message, data: { code: dataCode } };
  }
}

const Call = z.object({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.string().max(200), z.number().refine(isExact), z.null()]).optional(),
  method: z.string(),
  params: z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]).optional(),
});

/** How deeply values of parameters may be nested. */
const MAX_DEPTH = 64;

/** Options of {@linkcode answerRpc}. */
export interface RpcOptions {
  readonly handlers: Handlers;
  /** Most calls in one batch. */
  readonly maxBatch: number;
  /** Called before each call, and for each message without calls. @throws {RpcRefusal} to refuse it */
  admit(): void;
  /** Does work that takes thread time, and measures it. */
  measure<T>(work: () => T): T;
}

/**
 * Answers a message.
 *
 * @returns what to send back; `undefined` for nothing
 */
export async function answerRpc(text: string, options: RpcOptions): Promise<string | undefined> {
  let message: unknown;
  try {
    message = options.measure(() => JSON.parse(text));
  } catch {
    const error = refusal(RPC_CODE.parseError, "ParseError", "Cannot read the message: no JSON");
    return JSON.stringify(failure(null, refusedOr(error, options)));
  }
  if (!Array.isArray(message)) return await answerCall(message, options);
  if (message.length === 0 || message.length > options.maxBatch) {
    const found = `a batch of ${message.length} calls, wanted 1 to ${options.maxBatch}`;
    const error = refusal(RPC_CODE.invalidRequest, "InvalidRequest", `Cannot answer ${found}`);
    return JSON.stringify(failure(null, refusedOr(error, options)));
  }
  const answers: string[] = [];
  for (const call of message) {
    const answer = await answerCall(call, options);
    if (answer !== undefined) answers.push(answer);
  }
  return answers.length === 0 ? undefined : `[${answers.join(",")}]`;
}

async function answerCall(call: unknown, options: RpcOptions): Promise<string | undefined> {
  const { handlers, admit, measure } = options;
  const read = Call.safeParse(call);
  if (!read.success) {
    const wanted = 'wanted {"jsonrpc":"2.0","id":…,"method":…,"params":{…}}, with an id that is a text of up to 200 ' +
      "characters, null, or a number within ±(2^53 - 1)";
    const error = refusal(RPC_CODE.invalidRequest, "InvalidRequest", `Cannot read the call: ${wanted}`);
    return JSON.stringify(failure(idOf(call), refusedOr(error, options)));
  }
  const { id, method, params } = read.data;
  try {
    admit();
    const result = await measure(() => {
      const unfit = whyUnfit((call as { params?: unknown }).params);
      if (unfit !== undefined) {
        throw refusal(RPC_CODE.invalidParams, "InvalidParams", `Cannot call "${method}": ${unfit}`);
      }
      return run(handlers, method, params);
    });
    if (id === undefined) return undefined;
    const text = result instanceof ReadyJson ? result.text : measure(() => JSON.stringify(result));
    return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${text}}`;
  } catch (error) {
    return id === undefined ? undefined : JSON.stringify(failure(id, rpcError(error, method)));
  }
}

function run(handlers: Handlers, method: string, params: unknown): unknown {
  if (!Object.hasOwn(METHODS, method)) {
    const known = Object.keys(METHODS).join(", ");
    const name = JSON.stringify(method.slice(0, 100));
    throw new RpcRefusal(RPC_CODE.methodNotFound, "MethodNotFound", `Cannot call ${name}: methods are ${known}`);
  }
  const name = method as MethodName;
  const read = METHODS[name].params.safeParse(params ?? {});
  if (!read.success) {
    const first = read.error.issues[0];
    const at = first.path.length === 0 ? "the parameters" : `parameter "${first.path.join(".")}"`;
    throw new RpcRefusal(RPC_CODE.invalidParams, "InvalidParams", `Cannot call "${name}": ${at}: ${first.message}`);
  }
  const handler = handlers[name] as (params: unknown) => unknown;
  return handler(read.data);
}

function rpcError(error: unknown, method: string): RpcError {
  if (error instanceof RpcRefusal) return error.rpc;
  if (error instanceof SluiceError) {
    return { code: RPC_CODE.refused, message: error.message, data: describeError(error) };
  }
  logger("control").error(`"${method}" failed`, { error });
  return refusal(RPC_CODE.internalError, "Internal", `Cannot carry out "${method}": an error that is not expected`).rpc;
}

/**
 * Checks what the schemas cannot: they recurse, and ignore keys that every object inherits.
 *
 * @returns what is wrong, in words
 */
export function whyUnfit(value: unknown, depthLeft: number = MAX_DEPTH): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (depthLeft === 0) return `the parameters are nested more than ${MAX_DEPTH} deep`;
  if (Object.hasOwn(value, "__proto__")) return 'the parameters have a key "__proto__"';
  for (const each of Object.values(value)) {
    const unfit = whyUnfit(each, depthLeft - 1);
    if (unfit !== undefined) return unfit;
  }
  return undefined;
}

/** The error for an unreadable message, or for too many of them. */
function refusedOr(error: RpcRefusal, { admit }: RpcOptions): RpcRefusal {
  try {
    admit();
    return error;
  } catch (refused) {
    return refused as RpcRefusal;
  }
}

function refusal(code: number, dataCode: ControlErrorCode, message: string): RpcRefusal {
  return new RpcRefusal(code, dataCode, message);
}

function failure(id: string | number | null, error: RpcError | RpcRefusal): object {
  return { jsonrpc: "2.0", id, error: error instanceof RpcRefusal ? error.rpc : error };
}

/** The id of an invalid call, if it has a usable one. */
function idOf(call: unknown): string | number | null {
  const id = typeof call === "object" && call !== null ? (call as { id?: unknown }).id : undefined;
  return (typeof id === "number" && isExact(id)) || (typeof id === "string" && id.length <= 200) ? id : null;
}

/** Whether a number survives the way through JSON: larger integers are rounded when they are parsed. */
function isExact(id: number): boolean {
  return Number.isSafeInteger(id) || !Number.isInteger(id);
}
