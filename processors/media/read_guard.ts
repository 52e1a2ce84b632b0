/**
 * Ends a search that gets no further. mediabunny 1.61 looks in Matroska files for the next known element: where 8 bytes
 * are left to search, or a known element has no valid length, it asks for these bytes again and again, without ever
 * giving the thread back.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { CustomSource } from "mediabunny";
import { MediaFault } from "./media_fault.ts";

/** How often the same bytes can be asked for in a row while no other task runs on the thread. */
const MOST_TIMES = 10_000;
/** After so many it is found out whether other tasks run. */
const NOTED_TIMES = 100;

/** The way by which all reads go; it is not among mediabunny's published types. */
interface ReadingSource {
  _getFileSize: () => number | null | undefined;
  _read: (start: number, ...rest: unknown[]) => unknown;
}

/** Answers a read that is repeated without end as if the file ended there, and then with an {@linkcode MediaFault}. */
export function guardReads(source: CustomSource): CustomSource {
  const reading = source as unknown as ReadingSource;
  const read = reading._read.bind(source);
  let place = -1;
  let times = 0;
  reading._read = (start, ...rest) => {
    if (start !== place) [place, times] = [start, 0];
    times++;
    if (times === NOTED_TIMES) setImmediate(() => times = 0);
    if (times <= MOST_TIMES) return read(start, ...rest);
    if (times === 2 * MOST_TIMES) throw new MediaFault(`at byte ${start}, it leads nowhere`);
    return null;
  };
  return source;
}

/**
 * Has a source say that nobody knows its size. mediabunny 1.61 looks for chunks of WAV behind the samples, at most 4 GiB
 * behind their start, which lies within them where they are more; it does not where the size is not known.
 */
export function hideSize(source: CustomSource): void {
  (source as unknown as ReadingSource)._getFileSize = () => null;
}
