/**
 * The files that a graph writes.
 *
 * @module
 */
import type { GraphDocument } from "../core/graph/document.ts";
import type { NodeRegistry } from "../core/registry/node_registry.ts";

/** Ending of a file that is not complete. */
const PARTIAL = ".partial";

/** A file that a node was to write. */
export interface OutputFile {
  readonly nodeId: string;
  /** As configured; relative to the current directory. */
  readonly path: string;
}

/** An output file as it lies there after a run. */
export interface WrittenFile extends OutputFile {
  /** `partial`: only `NAME.partial` is there, at `path`. `missing`: neither is. */
  readonly state: "complete" | "partial" | "missing";
  readonly bytes?: number;
}

/** The output files of a graph: the `path` of each node of category `file` without outputs. */
export function listOutputFiles(document: GraphDocument, registry: NodeRegistry): OutputFile[] {
  return document.nodes.flatMap(({ id, type, config }) => {
    const { category, outputs } = registry.get(type).descriptor;
    const isSink = category === "file" && outputs.length === 0 && typeof config.path === "string";
    return isSink ? [{ nodeId: id, path: config.path as string }] : [];
  });
}

/** Looks what has become of output files. */
export async function statOutputFiles(files: readonly OutputFile[]): Promise<WrittenFile[]> {
  return await Promise.all(files.map(async ({ nodeId, path }): Promise<WrittenFile> => {
    const partial = await sizeOf(path + PARTIAL);
    if (partial !== undefined) return { nodeId, path: path + PARTIAL, state: "partial", bytes: partial };
    const bytes = await sizeOf(path);
    return bytes === undefined ? { nodeId, path, state: "missing" } : { nodeId, path, state: "complete", bytes };
  }));
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const { isFile, size } = await Deno.stat(path);
    return isFile ? size : undefined;
  } catch {
    return undefined;
  }
}
