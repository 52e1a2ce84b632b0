/**
 * Keeps a recording of any length in bounded memory: mediabunny remembers each packet of a file in fragments until the
 * file ends, and reads of that the first packet of each fragment alone again, for a list of fragments at the end.
 *
 * @module
 */
import type { Output } from "mediabunny";

/** What a writer of other containers than MP4 and QuickTime lacks. */
interface FragmentList {
  readonly finalizedChunks: { readonly samples: unknown[] }[];
}

/** What of mediabunny's writer is touched. */
interface FragmentWriter {
  readonly _muxer: Partial<FragmentList> & { readonly trackDatas: readonly FragmentList[] };
}

/**
 * Lets go of the packets that are in the file, since the last call.
 *
 * @param keepsList whether the file gets a list of its fragments at the end; one with an index of its own needs none
 */
export function forgetWritten(output: Output, keepsList: boolean): void {
  const { finalizedChunks, trackDatas } = (output as unknown as FragmentWriter)._muxer;
  if (finalizedChunks === undefined) return;
  for (const { samples } of finalizedChunks) samples.length = 1;
  finalizedChunks.length = 0;
  if (!keepsList) { for (const track of trackDatas) track.finalizedChunks.length = 0; }
}
