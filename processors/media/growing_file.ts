/**
 * A file as mediabunny writes it: bytes at positions, in order.
 *
 * @module
 */
import type { StreamTarget, StreamTargetChunk } from "mediabunny";
import type { Mediabunny } from "./containers.ts";

/** What a file has grown to. */
export interface GrowingFile {
  readonly target: StreamTarget;
  /** Bytes written so far, from the start of the file to its end. */
  readonly size: () => number;
}

/**
 * Lets mediabunny write to an open file. It writes at once, and does not close the file.
 *
 * @param file that of a stream has `writeSync()` only: mediabunny is told then to go back nowhere
 * @param change is given each part of the file and its place before it is written, and how many bytes there are
 */
export function growingFile(
  mediabunny: Mediabunny,
  file: Deno.FsFile,
  change: (data: Uint8Array, position: number, end: number) => void = () => {},
): GrowingFile {
  let end = 0;
  let at = 0;
  const write = ({ data, position }: StreamTargetChunk) => {
    change(data, position, end);
    if (position !== at) file.seekSync(position, Deno.SeekMode.Start);
    let done = 0;
    while (done < data.length) done += file.writeSync(done === 0 ? data : data.subarray(done));
    at = position + data.length;
    end = Math.max(end, at);
  };
  return { target: new mediabunny.StreamTarget(new WritableStream({ write })), size: () => end };
}
