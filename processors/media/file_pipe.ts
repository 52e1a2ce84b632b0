/**
 * A file at the other end of a pipe, in place of a program: of a source one that is read from its start, of a sink one
 * that is recorded as `NAME.partial`.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { NodeLog, ProcessorContext } from "../../core/processor.ts";
import { openError } from "../file/file_errors.ts";
import { lockToRead, type PartialFile } from "../file/partial_file.ts";
import { claimTake } from "../file/take.ts";
import type { ChildPipe } from "./child_pipe.ts";

/** What is at the other end. */
export type PipeEnd = Pick<ChildPipe, "readable" | "writable" | "ended" | "stop">;

/**
 * Opens a file to read, which may be a named pipe.
 *
 * @throws {SluiceError} `InvalidConfig` if it cannot be opened
 */
export async function readFilePipe(path: string): Promise<PipeEnd> {
  const details = { key: "path" };
  let file: Deno.FsFile;
  let isFile: boolean;
  try {
    const info = await Deno.stat(path);
    isFile = info.isFile;
    if (info.isDirectory) throw openError("read", path, "directory", details);
    file = await Deno.open(path);
  } catch (error) {
    throw error instanceof SluiceError ? error : openError("read", path, error, details);
  }
  try {
    if (isFile) lockToRead(file, path, details);
  } catch (error) {
    file.close();
    throw error;
  }
  const { readable } = file;
  // Whoever reads it lets go of it, which closes the file.
  return { readable, writable: undefined, ended: () => Promise.resolve(), stop: () => Promise.resolve() };
}

/** @throws {SluiceError} `InvalidConfig` for a node that names a program, too */
export function assertNoCommand({ command, path }: { command: readonly string[]; path: string }, nodeId: string): void {
  if (command.length === 0) return;
  const named = `path ${JSON.stringify(path)} and the program ${JSON.stringify(command[0])}`;
  const message = `Cannot start "${nodeId}": it has the ${named}; leave one of them out`;
  throw new SluiceError("InvalidConfig", message, { nodeId, key: "path" });
}

/** A file that is recorded. */
export class WrittenFilePipe implements PipeEnd {
  readonly readable = undefined;
  readonly writable: WritableStream<Uint8Array<ArrayBuffer>>;
  readonly #partial: PartialFile;
  readonly #log: NodeLog;
  #bytes = 0;
  #failure: SluiceError | undefined;

  /** @throws {SluiceError} `InvalidConfig` if it cannot be written */
  constructor(path: string, context: ProcessorContext) {
    this.#partial = claimTake(context, { path, overwrite: false }, { key: "path" });
    this.#log = context.log;
    this.writable = new WritableStream({
      write: (bytes) => this.#guard(() => this.#write(bytes)),
      close: () => this.#guard(() => this.#complete()),
    });
  }

  /** @throws {SluiceError} `NodeFailed` if it could not be written */
  ended(): Promise<void> {
    return this.#failure === undefined ? Promise.resolve() : Promise.reject(this.#failure);
  }

  /** Leaves what was written in `NAME.partial` if the stream did not end. */
  stop(): Promise<void> {
    const { path, partialPath, isOpen } = this.#partial;
    if (isOpen && this.#bytes === 0) this.#partial.discard();
    else if (isOpen) {
      this.#partial.release();
      this.#log.warn(this.#partial.describeBreak(`its first ${this.#bytes} bytes are`), { path, partialPath });
    }
    return Promise.resolve();
  }

  #write(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#bytes === 0) this.#tellEarlier(this.#partial.begin());
    this.#partial.assertHolds(this.#bytes);
    const { file } = this.#partial;
    for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
    this.#bytes += bytes.length;
  }

  #complete(): void {
    if (this.#bytes > 0) return this.#partial.commit(this.#bytes);
    const { path } = this.#partial;
    this.#log.warn(`nothing was written to ${JSON.stringify(path)}: nothing came`, { path });
    this.#partial.discard();
  }

  #tellEarlier(earlierPath: string | undefined): void {
    if (earlierPath === undefined) return;
    const { path, partialPath } = this.#partial;
    this.#log.warn(
      `${JSON.stringify(partialPath)} was left by a run that was broken off, and is now ${
        JSON.stringify(earlierPath)
      }; ` +
        "keep it or remove it",
      { path, earlierPath },
    );
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (cause) {
      const { path, details } = this.#partial;
      const reason = cause instanceof Error ? cause.message : String(cause);
      const after = `after ${this.#bytes} bytes`;
      throw this.#failure = cause instanceof SluiceError
        ? cause
        : new SluiceError("NodeFailed", `Cannot write ${JSON.stringify(path)} ${after}: ${reason}`, {
          ...details,
          cause,
        });
    }
  }
}
