/**
 * Copies of values by way of JSON: what a receiver gets then is no part of the sender's, and can be cloned.
 *
 * @module
 */

/** Longest data of an event that nodes and scripts emit, characters of JSON. */
export const MAX_EVENT_DATA = 64 * 1024;

/**
 * Copies what JSON can say of a value.
 *
 * @param value `undefined` counts as `null`
 * @param failed the beginning of the message of an error, such as `Cannot emit "beat"`
 * @param maxLength most characters of JSON
 * @throws {TypeError} for a value that has no JSON
 * @throws {RangeError} for one that is too long
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
