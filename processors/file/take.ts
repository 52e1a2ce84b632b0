/**
 * Where recorders write: each run of a process to a file of its own, so that none loses what one before it has recorded.
 *
 * @module
 */
import { extname } from "node:path";
import type { SluiceErrorDetails } from "../../core/errors.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { PARTIAL_SUFFIX, PartialFile } from "./partial_file.ts";

/** What a recorder is configured with. */
interface Recorder {
  readonly path: string;
  readonly overwrite: boolean;
}

/**
 * Claims the file that a run records to.
 *
 * @throws as {@linkcode PartialFile.claim}
 */
export function claimTake(context: ProcessorContext, recorder: Recorder, details: SluiceErrorDetails): PartialFile {
  return PartialFile.claim(takePath(context, recorder), details, context.recorded);
}

/**
 * The path that a run records to: the one of the configuration, or, where a run before it in this process has completed
 * that, `NAME-2.EXT` or the first further number that is free. Says so in the log.
 */
export function takePath({ recorded, log }: ProcessorContext, { path, overwrite }: Recorder): string {
  if (overwrite || !recorded.has(path) || !exists(path)) return path;
  let number = 2;
  while ([takeName(path, number), takeName(path, number) + PARTIAL_SUFFIX].some(exists)) number++;
  const taken = takeName(path, number);
  log.info(
    `${JSON.stringify(path)} was recorded by a run before this one, and stays: this one is written to ` +
      `${JSON.stringify(taken)}; with "overwrite" it would replace it`,
    { path: taken },
  );
  return taken;
}

/** Whether something has the name. */
export function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Where a later run records to: of `take.wav`, `take-2.wav`. */
export function takeName(path: string, number: number): string {
  const extension = extname(path);
  return `${path.slice(0, path.length - extension.length)}-${number}${extension}`;
}
