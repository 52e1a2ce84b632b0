/**
 * Errors as statuses of gRPC, and back. The details of a status have the code and the fields of the error.
 *
 * @module
 */
import { Code, ConnectError } from "@connectrpc/connect";
import { SluiceError, type SluiceErrorCode } from "../../core/errors.ts";
import { logger } from "../../core/log.ts";
import { codeOf, fromWireError, toWireError } from "../wire_error.ts";
import { type Error as ErrorMessage, ErrorSchema } from "./pipeline.gen.ts";

/** The statuses of codes that are not `INVALID_ARGUMENT` for bad input and `INTERNAL` for the rest. */
const STATUSES: { readonly [code in SluiceErrorCode]?: Code } = {
  AccessDenied: Code.PermissionDenied,
  SessionNotFound: Code.NotFound,
  Busy: Code.Unavailable,
  LimitExceeded: Code.ResourceExhausted,
  PoolExhausted: Code.ResourceExhausted,
  NativeUnavailable: Code.Unavailable,
  Timeout: Code.DeadlineExceeded,
};

/** The codes of statuses without details: those of other servers, of proxies, and of gRPC itself. */
const CODES: { readonly [code in Code]?: SluiceErrorCode } = {
  [Code.InvalidArgument]: "InvalidMessage",
  [Code.DeadlineExceeded]: "Timeout",
  [Code.ResourceExhausted]: "LimitExceeded",
  [Code.Unauthenticated]: "AccessDenied",
  [Code.PermissionDenied]: "AccessDenied",
};

/** An error as the message `Error`. */
export function toErrorMessage(error: unknown): { code: string; message: string; fields: string } {
  const { code, message, fields } = toWireError(error);
  return { code, message, fields: JSON.stringify(fields) };
}

/** The error that a message tells of. */
export function fromErrorMessage({ code, message, fields }: ErrorMessage): Error {
  let read: unknown;
  try {
    read = JSON.parse(fields);
  } catch {
    // It is told without them.
  }
  return fromWireError({ code, message, fields: read });
}

/** The status of a call that failed so. */
export function toStatus(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error;
  const code = codeOf(error);
  if (code === undefined) logger("control").error("A call of a pipeline failed", { error });
  const value = toErrorMessage(error);
  const isUnknown = code === "AccessDenied" && (error as SluiceError).key === "token";
  const isBadInput = error instanceof SluiceError && error.isBadInput;
  const status = isUnknown
    ? Code.Unauthenticated
    : (code && STATUSES[code]) ?? (isBadInput ? Code.InvalidArgument : Code.Internal);
  return new ConnectError(value.message, status, undefined, [{ desc: ErrorSchema, value }], error);
}

/** The error of a call that failed. */
export function fromStatus(error: unknown): Error {
  const status = ConnectError.from(error);
  const [told] = status.findDetails(ErrorSchema);
  if (told !== undefined) return fromErrorMessage(told);
  const code = CODES[status.code] ?? "Busy";
  const isForeign = /^HTTP \d+$/.test(status.rawMessage);
  const why = isForeign ? `the server has answered ${status.rawMessage}: it may not speak gRPC` : status.rawMessage;
  return new SluiceError(code, `Cannot go on with the call: ${why}`, { cause: error });
}
