/**
 * The answers to requests that failed: status by code, and the error as JSON.
 *
 * @module
 */
import { SluiceError, type SluiceErrorCode, type SluiceErrorDetails } from "../../core/errors.ts";
import { logger } from "../../core/log.ts";
import { codeOf, toWireError } from "../wire_error.ts";

/** The statuses of codes that are not a plain 400. */
const STATUSES: { readonly [code in SluiceErrorCode]?: number } = {
  AccessDenied: 403,
  SessionNotFound: 404,
  Busy: 409,
  LimitExceeded: 413,
  PoolExhausted: 503,
  NativeUnavailable: 503,
  Timeout: 504,
};

/** Limits of how many, by the key of the error: a later request is wanted, not a smaller one. */
const COUNTS = /^(connections|sessions|sessionsPerCaller|waiting)$/;

/** An error of HTTP itself, whose status does not follow from its code. */
export class HttpFault extends SluiceError {
  /** The status of the answer. */
  readonly status: number;

  constructor(status: number, code: SluiceErrorCode, message: string, details: SluiceErrorDetails = {}) {
    super(code, message, details);
    this.status = status;
  }
}

/** The status of an answer to a request that failed so. */
export function statusOf(error: unknown): number {
  if (error instanceof HttpFault) return error.status;
  const code = codeOf(error);
  if (code === undefined) return 500;
  const { key = "" } = error as SluiceError;
  if (code === "AccessDenied" && key === "token") return 401;
  if (code === "LimitExceeded" && COUNTS.test(key)) return 429;
  // A server that stops comes back.
  if (code === "Busy" && key === "draining") return 503;
  return STATUSES[code] ?? ((error as SluiceError).isBadInput ? 400 : 500);
}

/** Answers a request that failed. @param more further fields of the answer */
export function answerFault(error: unknown, more: { readonly [key: string]: unknown } = {}): Response {
  const status = statusOf(error);
  if (codeOf(error) === undefined) logger("control").error("A request of a pipeline failed", { error });
  // Without compression, which would take longer than all else.
  const headers = new Headers({ "cache-control": "no-store, no-transform" });
  if (status === 401) headers.set("www-authenticate", "Bearer");
  if (status === 429 || status === 503) headers.set("retry-after", "1");
  return Response.json({ error: toWireError(error), ...more }, { status, headers });
}
