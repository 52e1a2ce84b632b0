/**
 * Keeps a recording of any length in bounded memory: mediabunny remembers each packet of a file in fragments until the
 * file ends, though it reads the first of each fragment alone again.
 *
 * @module
 */
import type { Output } from "mediabunny";

/** What of mediabunny's writer is touched; other containers than MP4 and QuickTime have no such list. */
interface FragmentWriter {
  readonly _muxer: { readonly finalizedChunks?: { readonly samples: unknown[] }[] };
}

/**
 * Lets go of the packets that are in the file.
 *
 * @param from how many fragments were looked at before
 * @returns how many were by now
 */
export function forgetWritten(output: Output, from: number): number {
  const written = (output as unknown as FragmentWriter)._muxer.finalizedChunks ?? [];
  for (let k = from; k < written.length; k++) written[k].samples.length = 1;
  return Math.max(from, written.length);
}
