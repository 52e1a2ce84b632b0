/**
 * The state that a node hands to its successor: copies of its fields, with the type of the node that they are
 * from. The old node goes on with its own arrays where the edit is refused, so that none may be shared.
 *
 * @module
 */

/** What `snapshot()` gives. */
interface Carried<T> {
  readonly node: string;
  readonly fields: T;
}

/**
 * Makes a state.
 *
 * @param node the node type
 * @param fields numbers, text, flags, arrays of samples, and plain objects and arrays of these
 * @returns a copy that can be sent to another lane
 */
export function carry<T extends object>(node: string, fields: T): Carried<T> {
  return { node, fields: copyOf(fields) as T };
}

/**
 * Reads a state.
 *
 * @param node the node type
 * @param state what `restore()` was given
 * @returns a copy of the fields; `undefined` if they are from a node of another type
 */
export function carried<T extends object>(node: string, state: unknown): T | undefined {
  const from = state as Partial<Carried<T>> | null | undefined;
  return from?.node === node ? copyOf(from.fields) as T : undefined;
}

function copyOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (ArrayBuffer.isView(value)) return (value as Float32Array).slice();
  if (Array.isArray(value)) return value.map(copyOf);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copyOf(part)]));
}
