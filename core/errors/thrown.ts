/**
 * What was thrown, in words. Anything can be thrown: an object without a prototype, a revoked proxy, an error whose
 * getters throw. Nothing here throws, whatever it is given.
 *
 * @module
 */

/** Stands for what has no text at all. */
const NAMELESS = "a value that cannot be shown";

/** What a thrown value says of itself. */
export interface Thrown {
  /** The class of an error; `Error` for any other value. */
  readonly name: string;
  /** The error's message; of what has none, the value's text. */
  readonly message: string;
  /** Where it was thrown, if it says so. */
  readonly stack?: string;
  /** Whether it is an error, rather than some other value. */
  readonly isError: boolean;
}

/** Reads what a thrown value says of itself. */
export function describeThrown(thrown: unknown): Thrown {
  const isError = isInstance(thrown, Error);
  const message = read(thrown, "message");
  const name = isError ? read(thrown, "name") : undefined;
  const stack = read(thrown, "stack");
  return {
    name: typeof name === "string" ? name : "Error",
    message: message === undefined ? textOf(thrown) : textOf(message),
    ...(typeof stack === "string" && { stack }),
    isError,
  };
}

/** As `instanceof`; what cannot be asked is no instance. */
export function isInstance<T>(value: unknown, type: abstract new (...args: never[]) => T): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}

/** The property; `undefined` where it cannot be read. */
function read(value: unknown, key: "name" | "message" | "stack"): unknown {
  try {
    return (value as Record<string, unknown> | null | undefined)?.[key];
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  for (const write of [String, (each: unknown) => Object.prototype.toString.call(each)]) {
    try {
      return write(value);
    } catch {
      // The next way may go.
    }
  }
  return NAMELESS;
}
