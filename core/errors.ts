/**
 * The errors that callers catch. Each has a stable `code`; the message says what was attempted, found and wanted, and
 * what to do. Expected outcomes (a full ring, an empty input) are values, not errors.
 *
 * @module
 */

import { redact } from "./errors/redaction.ts";
import { describeThrown, isInstance } from "./errors/thrown.ts";

/** The stable codes of {@linkcode SluiceError}. */
export type SluiceErrorCode =
  | "PortNotFound"
  | "NodeNotFound"
  | "NodeTypeNotFound"
  | "TypeMismatch"
  | "DestinationOccupied"
  | "LinkNotFound"
  | "InvalidConfig"
  | "InvalidGraph"
  | "InvalidMedia"
  | "CycleWithoutDelay"
  | "PoolExhausted"
  | "Busy"
  | "NativeUnavailable"
  | "AbiMismatch"
  | "PluginRejected"
  | "LaneCrashed"
  | "NodeFailed"
  | "Timeout"
  | "AccessDenied"
  | "InvalidMessage"
  | "LimitExceeded"
  | "SessionNotFound";

/** Codes for bad input by the user: the command line ends with 2 for these codes, and with 1 for the others. */
const BAD_INPUT: ReadonlySet<SluiceErrorCode> = new Set<SluiceErrorCode>([
  "PortNotFound",
  "NodeNotFound",
  "NodeTypeNotFound",
  "TypeMismatch",
  "DestinationOccupied",
  "LinkNotFound",
  "InvalidConfig",
  "InvalidGraph",
  "InvalidMedia",
  "CycleWithoutDelay",
  "PluginRejected",
  "AccessDenied",
  "InvalidMessage",
  "SessionNotFound",
]);

/** A place in a text file. Lines and columns count from 1. */
export interface SourcePlace {
  /** Path or URL as the user gave it. */
  readonly file: string;
  /** Line, from 1. */
  readonly line: number;
  /** Column, from 1. */
  readonly column: number;
}

/** The fields of an error beside its message; each survives the way from a worker lane to main. */
export interface SluiceErrorDetails {
  /**
   * The node concerned. The message names the node; an error that a node throws without this field gets the node's
   * name.
   */
  nodeId?: string;
  /** The port concerned. */
  port?: string;
  /** The link concerned. */
  linkId?: string;
  /** Configuration key, or path of keys joined by dots. */
  key?: string;
  /** Valid names in place of the wrong one. */
  available?: readonly string[];
  /** The wanted type or format: `AudioFrame<2>`, `48000 Hz`. */
  expected?: string;
  /** The type or format found instead. */
  actual?: string;
  /** The place of the mistake in a text file. */
  place?: SourcePlace;
  /** The call of the node that failed: `process()`. */
  call?: string;
  /** The error or value that led to this error. */
  cause?: unknown;
}

/** The fields of {@linkcode SluiceErrorDetails} beside its cause. */
const DETAILS = ["nodeId", "port", "linkId", "key", "available", "expected", "actual", "place", "call"] as const;

/** The base of every error that Sluice throws on purpose. It has the details as fields. */
export interface SluiceError extends Readonly<Omit<SluiceErrorDetails, "cause">> {}

/** The base of every error that Sluice throws on purpose. It has the details as fields. */
export class SluiceError extends Error {
  /** `SluiceError`. */
  override readonly name: string = "SluiceError";
  /** The code, for programs: stable between versions. */
  readonly code: SluiceErrorCode;

  /**
   * Makes an error.
   *
   * @param code stable code
   * @param message one sentence without full stop
   * @param details fields for programs; `cause` is kept as `Error.cause`
   */
  constructor(code: SluiceErrorCode, message: string, details: SluiceErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    Object.assign(this, detailsOf(details));
  }

  /** True if the caller's input is at fault, rather than an event at run time. */
  get isBadInput(): boolean {
    return BAD_INPUT.has(this.code);
  }
}

/** The form of an error on its way between lanes and over the wire. */
export interface SerializedError {
  /** The class's name. */
  readonly name: string;
  /** As in `Error`. */
  readonly message: string;
  /** As in `Error`. */
  readonly stack?: string;
  /** Only for errors of Sluice. */
  readonly code?: SluiceErrorCode;
  /** Only for errors of Sluice. */
  readonly details?: Omit<SluiceErrorDetails, "cause">;
}

/** Makes an error structured-cloneable, with its code and fields. Leaves out the secrets that this isolate knows. */
export function serializeError(error: unknown): SerializedError {
  const { message, stack, ...rest } = toPlain(error);
  return { ...rest, message: redact(message), ...(stack !== undefined && { stack: redact(stack) }) };
}

function toPlain(error: unknown): SerializedError {
  const { isError, ...plain } = describeThrown(error);
  if (!isError) return { name: "Error", message: `thrown value: ${plain.message}` };
  return { ...plain, ...fieldsOf(error) };
}

/** Returns the code and fields of a Sluice error; `undefined` for any other value, and for an unreadable one. */
export function fieldsOf(error: unknown): Required<Pick<SerializedError, "code" | "details">> | undefined {
  if (!isInstance(error, SluiceError)) return undefined;
  try {
    return { code: error.code, details: detailsOf(error) };
  } catch {
    return undefined;
  }
}

function detailsOf(from: SluiceErrorDetails): Omit<SluiceErrorDetails, "cause"> {
  return Object.fromEntries(DETAILS.map((key) => [key, from[key]]));
}

/** Restores an error from {@linkcode serializeError}; leaves out secrets, too. */
export function deserializeError(wire: SerializedError): Error {
  const message = redact(wire.message);
  const error = wire.code === undefined ? new Error(message) : new SluiceError(wire.code, message, wire.details);
  if (wire.code === undefined) Object.defineProperty(error, "name", { value: wire.name, configurable: true });
  if (wire.stack !== undefined) error.stack = redact(wire.stack);
  return error;
}

/** Formats a list of known names for a message: `"a", "b" and "c"`, or `none`. */
export function listNames(names: Iterable<string>): string {
  const quoted = [...names].map((name) => `"${name}"`);
  if (quoted.length === 0) return "none";
  if (quoted.length === 1) return quoted[0];
  return `${quoted.slice(0, -1).join(", ")} and ${quoted[quoted.length - 1]}`;
}

/**
 * Returns the known name most like `name`, for "did you mean". Among names at the same edit distance, the longest
 * common beginning wins.
 *
 * @returns `undefined` if no name is within a third of its length in edits; a name of one or two letters matches only
 * with one letter added or left out at its end
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const written = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = Infinity;
  let bestPrefix = 0;
  for (const candidate of known) {
    const lower = candidate.toLowerCase();
    const distance = editDistance(written, lower);
    const prefix = commonPrefix(written, lower);
    if (distance > bestDistance || (distance === bestDistance && prefix <= bestPrefix)) continue;
    [best, bestDistance, bestPrefix] = [candidate, distance, prefix];
  }
  if (best === undefined) return undefined;
  const isLonger = bestPrefix === Math.min(written.length, best.length);
  return bestDistance <= Math.max(Math.floor(best.length / 3), isLonger ? 1 : 0) ? best : undefined;
}

function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/**
 * Returns the edit distance of two texts: insert, delete, change, or swap two neighbours (optimal string alignment).
 */
function editDistance(a: string, b: string): number {
  if (a.length > 64 || b.length > 64) return a === b ? 0 : Infinity;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(previous[j] + 1, row[j - 1] + 1, change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j], before[j - 2] + 1);
      }
    }
    before = previous;
    previous = row;
  }
  return previous[b.length];
}
