/**
 * Errors of JSON-RPC answers: the standard's codes, and ours in `data.code`.
 *
 * @module
 */
import { ErrorInfo } from "./graph.ts";
import { z } from "./zod.ts";

/** Values of `error.code`: those of JSON-RPC 2.0, and from −32000 down ours. */
export const RPC_CODE = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  /** The runtime refused; `data.code` is the `SluiceError`'s. */
  refused: -32000,
  /** Too many messages a second, or subscriptions; `data.code` is `RateLimited` or `TooManySubscriptions`. */
  limited: -32001,
} as const;

/** Values of `data.code` that are not a `SluiceError`'s. */
export type ControlErrorCode =
  | "ParseError"
  | "InvalidRequest"
  | "MethodNotFound"
  | "InvalidParams"
  | "Internal"
  | "RateLimited"
  | "TooManySubscriptions"
  | "SubscriptionNotFound";

/** `error` of a JSON-RPC answer. */
export const RpcError = z.object({
  code: z.number(),
  message: z.string(),
  data: ErrorInfo.partial({ message: true }).optional(),
});

/** The type of {@linkcode RpcError}. */
export type RpcError = z.infer<typeof RpcError>;
