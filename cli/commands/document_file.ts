/**
 * The graph file of `sluice apply`: its document, and the places in it that a server names.
 *
 * @module
 */
import { findNodeAtLocation, parseTree } from "jsonc-parser";
import { SluiceError } from "../../core/errors.ts";
import { formatPlace, LineIndex, readGraphText } from "../../core/graph/graph_text.ts";

/** A file that was read. */
export interface DocumentFile {
  readonly path: string;
  readonly text: string;
  readonly document: unknown;
}

/** Begins the message of a server about a part of a document: a JSON pointer. */
const PART = /^the document at \/(\S*): /;

/** @throws {SluiceError} `InvalidGraph` for a file that is no JSON */
export async function readDocument(path: string): Promise<DocumentFile> {
  const text = await readGraphText(path);
  try {
    return { path, text, document: JSON.parse(text) };
  } catch (error) {
    throw new SluiceError("InvalidGraph", `Cannot read ${path}: it is no JSON: ${(error as Error).message}`);
  }
}

/** Puts the file's line and column in place of the part that a server names: `bad.json:5:23: Cannot …`. */
export function placeInFile(message: string, { path, text }: DocumentFile): string {
  const part = PART.exec(message);
  const root = part && parseTree(text);
  if (!part || !root) return message;
  const steps = part[1].split("/").map((step) => /^\d+$/.test(step) ? Number(step) : step);
  // The server adds what a file leaves out.
  const lengths = Array.from(steps, (_, k) => steps.length - k);
  const found = lengths.map((length) => findNodeAtLocation(root, steps.slice(0, length))).find((each) => each) ?? root;
  return `${formatPlace(new LineIndex(text, path).place(found.offset))}: ${message.slice(part[0].length)}`;
}
