/**
 * Describes a thrown value. Anything can be thrown: an object without a prototype, a revoked proxy, an error whose
 * getters throw. No function here throws, whatever its argument.
 *
 * @module
 */

/** The text of a value without any text. */
const NAMELESS = "a value that cannot be shown";

/** The URL, line and column that end a line of a stack: `at Bug.process (file:///bug.ts:8:14)`. */
const PLACE = /^\s+at (?:.*\(|async )?((?:file|https?):\/\/.+:\d+:\d+)\)?$/;

/** The description of a thrown value. */
export interface Thrown {
  /** The class of an error; `Error` for any other value. */
  readonly name: string;
  /** The error's message; for a value without one, the value's text. */
  readonly message: string;
  /** The stack, if it has one. */
  readonly stack?: string;
  /** True if it is an error. */
  readonly isError: boolean;
}

/** Describes a thrown value. */
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

/** As `instanceof`, but false if the test throws. */
export function isInstance<T>(value: unknown, type: abstract new (...args: never[]) => T): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}

/**
 * Returns the place in a line of a stack. Deno shows a module's URL there with characters such as the space of
 * `my graphs` escaped in some isolates, and unescaped in others.
 *
 * @returns URL, line and column, `file:///my%20graphs/bug.ts:8:14`; `undefined` for other lines
 */
export function placeOf(line: string): string | undefined {
  const place = PLACE.exec(line)?.[1];
  return place === undefined ? undefined : URL.parse(place)?.href;
}

/** Returns the property; `undefined` if unreadable. */
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
      // The next way may work.
    }
  }
  return NAMELESS;
}
