/**
 * Standard output in place of a file: what is written goes out at once, and cannot be changed afterwards.
 *
 * A write waits, with the thread, until the reader of a pipe has room. Who writes headers that tell of the whole file asks
 * {@linkcode Destination.isStream} first.
 *
 * @module
 */
import { SluiceError, type SluiceErrorDetails } from "../../core/errors.ts";
import { isReaderGone } from "../../core/log.ts";
import type { PartialFile } from "./partial_file.ts";

/** The path that stands for standard output. */
export const STANDARD = "-";

/** The figure of a node that has ended since nobody reads its standard output: 1. */
export const READER_GONE = "readerGone";

/** How long a write rests where a pipe does not block and has no room, in milliseconds. */
const RETRY_MS = 5;

/** What a recorder writes to. */
export type Destination =
  & Pick<PartialFile, "path" | "partialPath" | "details" | "isLost" | "isOpen" | "file" | "begin" | "assertHolds">
  & Pick<PartialFile, "commit" | "describeBreak" | "discard" | "release">
  & {
    /** Whether its file takes bytes in order only, by `writeSync()`. */
    readonly isStream?: true;
  };

/** Standard output, as recorders write a file. */
export class StandardOutput implements Destination {
  readonly path = STANDARD;
  readonly partialPath = STANDARD;
  readonly isStream = true;
  readonly isLost = false;
  readonly details: SluiceErrorDetails;
  /** Only `writeSync()` is there. */
  readonly file: Deno.FsFile = { writeSync } as unknown as Deno.FsFile;
  #open = true;

  private constructor(details: SluiceErrorDetails) {
    this.details = details;
  }

  /** @throws {SluiceError} `InvalidConfig` where a terminal would show the bytes */
  static claim(details: SluiceErrorDetails = {}): StandardOutput {
    assertNoTerminal(details);
    return new StandardOutput(details);
  }

  get isOpen(): boolean {
    return this.#open;
  }

  begin(): undefined {}

  assertHolds(): void {}

  commit(): void {
    this.release();
  }

  describeBreak(): string {
    return "standard output is not complete: the stream was broken off";
  }

  discard(): void {
    this.release();
  }

  release(): void {
    this.#open = false;
  }
}

/** @throws {SluiceError} `InvalidConfig` where standard output is a terminal */
export function assertNoTerminal(details: SluiceErrorDetails): void {
  if (!Deno.stdout.isTerminal()) return;
  throw new SluiceError(
    "InvalidConfig",
    "Cannot write media to standard output: it is a terminal; send it to a program or a file, as in `… | ffplay -` or `… > FILE`",
    details,
  );
}

/** Whether a write failed since nobody reads standard output any more. */
export function isOutputUnread(error: unknown, { isStream }: Pick<Destination, "isStream">): boolean {
  const cause = error instanceof SluiceError ? error.cause : error;
  return isStream === true && isReaderGone(cause);
}

function writeSync(bytes: Uint8Array): number {
  for (;;) {
    try {
      return Deno.stdout.writeSync(bytes);
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
}
