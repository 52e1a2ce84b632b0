/**
 * The files that the generator writes. It replaces only files that it made itself: it leaves alone a file of the same
 * name that a person wrote, a folder, or a link to another place.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { lstat, open, realpath } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { describeFileError } from "./read_source.ts";
import { readIfThere, WriteFailure, writeTogether } from "./write_together.ts";

/** How far into a file to look for the mark, bytes. */
const MARK_BYTES = 4096;

const CARRIAGE_RETURN = 13;

/** The mark near the start of generated files. */
const MARKS: { readonly [key in OutputKey]: RegExp } = {
  output: /^\uFEFF?\/\/ Made by "deno task codegen"/,
  schema: /"\$comment":\s*"Made by \\"deno task codegen\\" for the node types of /,
  rust: /^\uFEFF?\/\/ Made by "deno task codegen"/,
};

/** The key of `sluice.json` that names a generated file. */
export type OutputKey = "output" | "schema" | "rust";

/** A file to generate. */
export interface GeneratedText {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/** `written` (or, with `check`, `stale` or `missing`) if the file's text differs from the generated one. */
export type OutputState = "written" | "unchanged" | "stale" | "missing";

/** Why a file cannot be written, to follow a colon, and what to do. */
export interface OutputProblem {
  readonly reason: string;
  readonly mend: string;
}

/** Whether a text starts as a generated module does. */
export function isGeneratedModule(text: string): boolean {
  return MARKS.output.test(text);
}

/**
 * Checks whether a generated file may be written.
 *
 * @param root absolute path of the package's root
 * @param configFile path of the configuration, relative to `root`
 * @param key the file's key
 * @param path where it goes, relative to `root`
 */
export async function findOutputProblem(
  root: string,
  configFile: string,
  key: OutputKey,
  path: string,
): Promise<OutputProblem | undefined> {
  const another = `name another file as "${key}"`;
  const target = join(root, path);
  if (path === configFile) return { reason: "it is the configuration itself", mend: another };
  try {
    const [inside, folder] = [await realpath(root), await realFolder(dirname(target))];
    if (folder !== inside && !folder.startsWith(inside.endsWith(sep) ? inside : `${inside}${sep}`)) {
      return { reason: "a symbolic link leads out of the folder of the configuration", mend: another };
    }
    const stat = await lstat(target);
    if (stat.isSymbolicLink()) return { reason: "it is a symbolic link", mend: `${another}, or remove the link` };
    if (stat.isDirectory()) return { reason: "it is a folder", mend: another };
    if (!stat.isFile()) return { reason: "it is not a regular file", mend: another };
    const start = await readStart(target);
    if (start.trim() === "" || MARKS[key].test(start)) return undefined;
    return { reason: "the file that is there was not made by the generator", mend: `${another}, or remove "${path}"` };
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    return { reason: describeFileError(error), mend: another };
  }
}

/**
 * Writes the files whose texts differ from what is there, or only compares them.
 *
 * @param check compare only
 * @returns a state for each file
 * @throws {WriteFailure} if a file cannot be written; then nothing is, except what `left` names
 */
export async function placeOutputs(files: readonly GeneratedText[], check: boolean): Promise<OutputState[]> {
  const before: (Uint8Array | undefined)[] = [];
  for (const { path } of files) {
    try {
      before.push(await readIfThere(path));
    } catch (error) {
      throw new WriteFailure(path, error, []);
    }
  }
  const wanted = files.map(({ text }) => Buffer.from(text));
  const isSame = wanted.map((bytes, i) => before[i] !== undefined && isAlike(before[i], bytes));
  if (!check) {
    await writeTogether(
      files.flatMap(({ path }, i) => isSame[i] ? [] : [{ path, text: wanted[i], before: before[i] }]),
    );
  }
  return files.map((_, i) => {
    if (isSame[i]) return "unchanged";
    if (!check) return "written";
    return before[i] === undefined ? "missing" : "stale";
  });
}

/** Whether a generated file exists and holds a text; its line ends may be `\r\n`. */
export async function isOutput(path: string, text: string): Promise<boolean> {
  const found = await readIfThere(path);
  return found !== undefined && isAlike(found, Buffer.from(text));
}

/** Whether bytes are the wanted ones, or become so with line feeds for line ends. */
function isAlike(found: Uint8Array, wanted: Buffer): boolean {
  if (found.length <= wanted.length) return wanted.equals(found);
  return found.includes(CARRIAGE_RETURN) &&
    wanted.equals(Buffer.from(new TextDecoder("utf-8", { ignoreBOM: true }).decode(found).replaceAll("\r\n", "\n")));
}

/** The real path of a folder, or of the nearest existing one above it. */
async function realFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (error) {
    const isTop = dirname(folder) === folder;
    if ((error as { code?: string }).code !== "ENOENT" || isTop) throw error;
    return await realFolder(dirname(folder));
  }
}

async function readStart(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(MARK_BYTES), 0, MARK_BYTES, 0);
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}
