/**
 * Errors as servers of any transport tell them to clients. Web APIs alone, so that browsers load it too.
 *
 * @module
 */
import { fieldsOf, SluiceError, type SluiceErrorCode, type SluiceErrorDetails } from "../core/errors.ts";
import { redact } from "../core/errors/redaction.ts";
import { isPlainObject } from "../core/errors/kind_of.ts";

/** An error as JSON. */
export interface WireError {
  /** For programs; `Internal` for what is no error of ours. */
  readonly code: SluiceErrorCode | "Internal";
  /** For people. */
  readonly message: string;
  /** What the error knows beside its message. */
  readonly fields: Omit<SluiceErrorDetails, "cause">;
}

/** Writes an error. Of one that is not ours it says nothing, which may be about the server's own files. */
export function toWireError(error: unknown): WireError {
  // Not its stack: to read one takes as long as the rest of a refusal.
  const known = fieldsOf(error);
  if (known === undefined) {
    return { code: "Internal", message: "Cannot answer: an error that is not expected", fields: {} };
  }
  return { code: known.code, message: redact((error as SluiceError).message), fields: known.details };
}

/** Reads an error that a server has written. */
export function fromWireError(wire: unknown): Error {
  if (!isPlainObject(wire) || typeof wire.message !== "string") {
    return new SluiceError("InvalidMessage", "Cannot read the server's error: it has no message");
  }
  if (typeof wire.code !== "string" || wire.code === "Internal") return new Error(wire.message);
  const details = isPlainObject(wire.fields) ? wire.fields as SluiceErrorDetails : {};
  return new SluiceError(wire.code as SluiceErrorCode, wire.message, details);
}

/** The code of an error of ours. */
export function codeOf(error: unknown): SluiceErrorCode | undefined {
  return fieldsOf(error)?.code;
}
