/**
 * Texts of others as they are shown: characters that have no picture, or that turn the text around them, stand there as
 * escapes, so that a line says what it holds and nothing looks like what it is not.
 *
 * @module
 */

/** Controls but tab and newline, marks of direction, what joins or has no width, and halves of pairs. */
// deno-lint-ignore no-control-regex -- these are what it looks for
const HIDDEN = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\p{Cs}/gu;

/** A text of others as it is shown. */
export function shownText(text: string): string {
  return text.replace(HIDDEN, (hidden) => {
    const code = hidden.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}
