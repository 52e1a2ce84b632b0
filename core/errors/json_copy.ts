/**
 * Copies values through JSON: the copy shares nothing with the sender's value, and can be cloned.
 *
 * @module
 */

/** Longest data of an event, in characters of JSON. */
export const MAX_EVENT_DATA = 64 * 1024;

/**
 * Copies the parts of a value that JSON can express.
 *
 * @param value `undefined` counts as `null`
 * @param failed the start of an error's message, such as `Cannot emit "beat"`
 * @param maxLength the most characters of JSON
 * @throws {TypeError} for a value without a JSON form
 * @throws {RangeError} for a value whose JSON is too long
 */
export function copyAsJson(value: unknown, failed: string, maxLength: number): unknown {
  let text: string | undefined;
  try {
    text = JSON.stringify(value ?? null);
  } catch (cause) {
    throw new TypeError(`${failed}: its data has no JSON`, { cause });
  }
  if (text === undefined) throw new TypeError(`${failed}: its data has no JSON`);
  if (text.length > maxLength) {
    throw new RangeError(`${failed}: its data has ${text.length} characters of JSON, at most ${maxLength}`);
  }
  return JSON.parse(text);
}
