/**
 * A name for a file that a new node writes, so that nobody has to invent one: `recording-180512.wav`.
 *
 * @module
 */

/** The part of a node type that tells what its files are called. */
interface FileType {
  readonly doc: string;
  readonly outputs: readonly unknown[];
}

/** The file in the example of a type's documentation: what stands for a number, and the extension. */
const EXAMPLE = /"path": "(?:[^"]*\/)?[^"/%]*(%\d*d)?[^"/]*?(\.\w+)"/;

/**
 * @param now whose time makes the name one that no earlier file has
 * @returns `""` for a type that writes no file
 */
export function suggestedPath({ doc, outputs }: FileType, now: Date): string {
  const [, number, extension] = outputs.length > 0 ? [] : EXAMPLE.exec(doc) ?? [];
  if (extension === undefined) return "";
  const [time] = /\d\d:\d\d:\d\d/.exec(now.toString())!;
  return `recording-${time.replaceAll(":", "")}${number === undefined ? "" : `-${number}`}${extension}`;
}
