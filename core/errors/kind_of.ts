/**
 * Names the kind of a value found in place of another, for messages.
 *
 * @module
 */

/** True for a plain object: `{}`, or one without a prototype. */
export function isPlainObject(value: unknown): value is { readonly [key: string]: unknown } {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Names a value's kind: `null`, `a list`, `a number`, `an instance of Map`, `an object`. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  if (typeof value !== "object") return `a ${typeof value}`;
  if (isPlainObject(value)) return "an object";
  const { constructor } = Object.getPrototypeOf(value) as { constructor?: unknown };
  const isClass = typeof constructor === "function" && constructor !== Object && constructor.name !== "";
  return isClass ? `an instance of ${constructor.name}` : "an object that inherits keys";
}
