/**
 * The text of a graph file, and the places in it.
 *
 * @module
 */
import { nearestName, SluiceError, type SourcePlace } from "../errors.ts";

/** Largest graph file, in bytes. */
export const MAX_GRAPH_BYTES = 16 * 1024 * 1024;

/** The path for standard input. */
export const STANDARD_INPUT = "-";

/** Turns offsets into lines and columns. */
export class LineIndex {
  readonly #file: string;
  /** Offset of the first character of each line. */
  readonly #starts: number[] = [0];

  /** Splits lines at `\n`, `\r\n` or `\r`. */
  constructor(text: string, file: string) {
    this.#file = file;
    for (const match of text.matchAll(/\r\n|\n|\r/g)) this.#starts.push(match.index + match[0].length);
  }

  /** @param offset in UTF-16 units, as columns count them */
  place(offset: number): SourcePlace {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return { file: this.#file, line: low + 1, column: offset - this.#starts[low] + 1 };
  }
}

/** Formats a place as compilers do: `graph.json:3:14`. */
export function formatPlace(place: SourcePlace): string {
  return `${place.file}:${place.line}:${place.column}`;
}

/**
 * Reads a graph file.
 *
 * @param path relative to the current directory; `-` is standard input
 * @throws {SluiceError} `InvalidGraph` if the file is missing, unreadable, larger than {@linkcode MAX_GRAPH_BYTES}, or
 * not UTF-8 text
 */
export async function readGraphText(path: string): Promise<string> {
  if (isModuleName(path)) {
    const message =
      `Cannot read graph "${path}": it is a program, wanted a JSON file; start it with: deno run -A ${path}`;
    throw new SluiceError("InvalidGraph", message);
  }
  let bytes: Uint8Array;
  try {
    if (path === STANDARD_INPUT) return decodeGraphText(await readAtMost(Deno.stdin, path), path);
    using file = await Deno.open(path);
    const { size, isDirectory } = await file.stat();
    if (isDirectory) {
      throw new SluiceError("InvalidGraph", `Cannot read graph "${path}": it is a directory; name a graph file in it`);
    }
    if (size > MAX_GRAPH_BYTES) throw tooLarge(path, `${size} bytes`);
    bytes = await readAtMost(file, path);
  } catch (error) {
    if (error instanceof SluiceError) throw error;
    throw new SluiceError("InvalidGraph", `Cannot read graph "${path}": ${explain(error)}${adviceFor(error, path)}`, {
      cause: error,
    });
  }
  return decodeGraphText(bytes, path);
}

/**
 * Reads the file of a sub-graph: as {@linkcode readGraphText}, but synchronous.
 *
 * @throws {SluiceError} `InvalidGraph`, also for a path that is not a regular file
 */
export function readSubGraphText(path: string): string {
  let bytes: Uint8Array;
  try {
    const { size, isFile, isDirectory } = Deno.statSync(path);
    if (isDirectory) throw new SluiceError("InvalidGraph", `Cannot read graph "${path}": it is a directory`);
    if (!isFile) throw new SluiceError("InvalidGraph", `Cannot read graph "${path}": it is not a regular file`);
    if (size > MAX_GRAPH_BYTES) throw tooLarge(path, `${size} bytes`);
    bytes = Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof SluiceError) throw error;
    throw new SluiceError("InvalidGraph", `Cannot read graph "${path}": ${explain(error)}`, { cause: error });
  }
  return decodeGraphText(bytes, path);
}

/**
 * Decodes the bytes of a graph file.
 *
 * @param file the name for messages
 * @throws {SluiceError} `InvalidGraph` if the bytes are not UTF-8 text; a byte order mark stays in, for the parser
 */
export function decodeGraphText(bytes: Uint8Array, file: string): string {
  if (bytes.includes(0)) {
    throw new SluiceError("InvalidGraph", `Cannot read graph "${file}": it is a binary file, wanted JSON text`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SluiceError("InvalidGraph", `Cannot read graph "${file}": it is not UTF-8 text, wanted JSON in UTF-8`);
  }
}

/** Reads to the end, because devices and pipes do not report their size. */
async function readAtMost(file: Pick<Deno.FsFile, "read">, path: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const buffer = new Uint8Array(64 * 1024);
  for (let n = await file.read(buffer); n !== null; n = await file.read(buffer)) {
    chunks.push(buffer.slice(0, n));
    length += n;
    if (length > MAX_GRAPH_BYTES) throw tooLarge(path, `more than ${MAX_GRAPH_BYTES} bytes`);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function tooLarge(path: string, found: string): SluiceError {
  const message = `Cannot read graph "${path}": it has ${found}, wanted at most ${MAX_GRAPH_BYTES}`;
  return new SluiceError("InvalidGraph", message);
}

/** Names the files found at the path instead, for the end of a message. */
function adviceFor(error: unknown, path: string): string {
  if (!(error instanceof Deno.errors.NotFound)) return "";
  const cut = path.lastIndexOf("/") + 1;
  try {
    const graphs = [...Deno.readDirSync(path.slice(0, cut) || ".")].map(({ name }) => name).filter(isGraphName);
    const nearest = nearestName(path.slice(cut), graphs);
    if (nearest !== undefined) return `; did you mean "${path.slice(0, cut)}${nearest}"?`;
  } catch {
    // The folder is missing, too, or unreadable.
  }
  return "; paths start at the current directory";
}

function isModuleName(path: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(path);
}

function isGraphName(name: string): boolean {
  return name.endsWith(".json");
}

function explain(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "the system does not permit reading it";
  if (error instanceof Deno.errors.NotCapable) return "Deno may not read it; allow it with --allow-read";
  if (error instanceof Deno.errors.IsADirectory) return "it is a directory";
  if (error instanceof Deno.errors.NotADirectory) return "a part of its path is not a directory";
  return error instanceof Error ? error.message : String(error);
}
