/**
 * The files that a graph writes.
 *
 * @module
 */
import type { GraphDocument } from "../../core/graph/schema.ts";
import { redact } from "../../core/errors/redaction.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import { STANDARD } from "../../processors/file/standard_output.ts";
import { takeName } from "../../processors/file/take.ts";
import { resolveText } from "../../core/descriptor/secrets.ts";

/** Ending of a file that is not complete. */
const PARTIAL = ".partial";

/** A file that a node was to write. */
export interface OutputFile {
  readonly nodeId: string;
  /** Relative to the current directory. */
  readonly path: string;
}

/** The state of an output file after a run. */
export interface WrittenFile extends OutputFile {
  /**
   * `partial`: `NAME.partial` was written, and is at `path`. `untouched`: the file is as it was before the run.
   * `missing`: no file exists.
   */
  readonly state: "complete" | "partial" | "untouched" | "missing";
  readonly bytes?: number;
}

/** The file at each path before a run. */
export type FileSnapshot = ReadonlyMap<string, FileIdentity>;

/** Distinguishes a file from another one of the same name, and from an older state of itself. */
interface FileIdentity {
  readonly inode: number | null;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** Categories of node types that write files. */
const FILE_CATEGORIES: readonly string[] = ["file", "media"];
/** A place for a number in a path, and keys by which a node writes more than one file. */
const NUMBERED = /%\d*d/;
const SPLITS: readonly string[] = ["splitSeconds", "splitMegabytes"];

/** The output files of a graph: the `path` of each node without outputs of these categories that writes one file. */
export function listOutputFiles(document: GraphDocument, registry: NodeRegistry): OutputFile[] {
  return document.nodes.flatMap(({ id, type, config }) => {
    const { category, outputs } = registry.get(type).descriptor;
    const isSink = FILE_CATEGORIES.includes(category) && outputs.length === 0 && typeof config.path === "string";
    const isOne = isSink && config.path !== "" && config.path !== STANDARD && !NUMBERED.test(config.path as string) &&
      !SPLITS.some((key) => Number(config[key] ?? 0) > 0);
    return isOne ? [{ nodeId: id, path: resolveText(config.path as string) }] : [];
  });
}

/** Records which output files exist, for {@linkcode statOutputFiles} to compare with. */
export async function snapshotFiles(files: readonly OutputFile[]): Promise<FileSnapshot> {
  const found = new Map<string, FileIdentity>();
  for (const file of [...files, ...await laterTakes(files)]) {
    for (const path of [file.path, file.path + PARTIAL]) {
      const identity = await identify(path);
      if (identity !== undefined) found.set(path, identity);
    }
  }
  return found;
}

/**
 * Returns the state of the output files, and of those that a graph which was started again has written beside them.
 * Parts of their paths that came from the environment are left out.
 *
 * @param before the files before the run
 */
export async function statOutputFiles(files: readonly OutputFile[], before: FileSnapshot): Promise<WrittenFile[]> {
  const first = await Promise.all(files.map((file) => stateOf(file, before)));
  const later = await Promise.all((await laterTakes(files)).map((file) => stateOf(file, before)));
  const written = later.filter(({ state }) => state === "complete" || state === "partial");
  return [...first, ...written].map((file) => ({ ...file, path: redact(file.path) }));
}

async function stateOf({ nodeId, path }: OutputFile, before: FileSnapshot): Promise<WrittenFile> {
  const partial = await identify(path + PARTIAL);
  if (partial !== undefined && !isSame(partial, before.get(path + PARTIAL))) {
    return { nodeId, path: path + PARTIAL, state: "partial", bytes: partial.bytes };
  }
  const file = await identify(path);
  if (file === undefined) return { nodeId, path, state: "missing" };
  return { nodeId, path, state: isSame(file, before.get(path)) ? "untouched" : "complete", bytes: file.bytes };
}

/** The files that there are, complete or not, under the names that later runs record to. */
async function laterTakes(files: readonly OutputFile[]): Promise<OutputFile[]> {
  const named = new Set(files.map(({ path }) => path));
  const found: OutputFile[] = [];
  for (const { nodeId, path } of files) {
    for (let number = 2;; number++) {
      const take = takeName(path, number);
      if (await identify(take) === undefined && await identify(take + PARTIAL) === undefined) break;
      if (!named.has(take)) found.push({ nodeId, path: take });
    }
  }
  return found;
}

async function identify(path: string): Promise<FileIdentity | undefined> {
  try {
    const { isFile, ino, size, mtime } = await Deno.stat(path);
    return isFile ? { inode: ino, bytes: size, modifiedMs: mtime?.getTime() ?? 0 } : undefined;
  } catch {
    return undefined;
  }
}

function isSame(now: FileIdentity, before: FileIdentity | undefined): boolean {
  return before !== undefined && now.inode === before.inode && now.bytes === before.bytes &&
    now.modifiedMs === before.modifiedMs;
}
