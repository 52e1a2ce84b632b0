/**
 * How the elements of a Matroska or WebM file say that they are still open while it is recorded, so that what a killed
 * recorder leaves is read as it is. Until each is completed, mediabunny gives the segment and the last cluster the sizes
 * that they begin with, and the list of places at the front (`SeekHead`) places of 0. Readers take what lies beyond such a
 * size for damage: they drop it, or search the segment from its start and find each track twice. Here the sizes are
 * unknown (RFC 8794, 6.2) and the list is void (RFC 8794, 11.3.2) meanwhile; mediabunny writes all of them anew when it
 * knows them.
 *
 * @module
 */
import type { Output } from "mediabunny";
import { ID } from "./ebml.ts";

/** Bytes of an id, and of the lengths that mediabunny gives the segment and a cluster, which say that they are unknown. */
const ID_BYTES = 4;
const UNKNOWN: ReadonlyMap<number, Uint8Array> = new Map([
  [ID.segment, Uint8Array.of(0x07, 0xff, 0xff, 0xff, 0xff, 0xff)],
  [ID.cluster, Uint8Array.of(0x0f, 0xff, 0xff, 0xff, 0xff)],
]);
/** A void element's id, and the first of its length's seven bytes: as many in all as the id and the length of the list. */
const VOID = Uint8Array.of(0xec, 0x02, 0, 0, 0);

/** An element as mediabunny writes it. */
interface Element {
  readonly id: number;
  readonly data: unknown;
}

/** What of mediabunny's writer is touched. */
interface ElementWriter {
  readonly _muxer: {
    readonly ebmlWriter: {
      readonly writer: {
        getPos(): number;
        seek(position: number): void;
        write(bytes: Uint8Array): void;
      };
      readonly offsets: { get(element: object): number | undefined };
      writeEBML(what: unknown): void;
    };
  };
}

/**
 * Has the segment and each cluster say that their ends are not known yet, and leaves the list of places out until they
 * are.
 *
 * @param output a Matroska or WebM file that has been started, before its first packet
 */
export function markOpen(output: Output): void {
  const writer = (output as unknown as ElementWriter)._muxer.ebmlWriter;
  const write = writer.writeEBML.bind(writer);
  const bytes = writer.writer;
  writer.writeEBML = (what) => {
    const start = bytes.getPos();
    write(what);
    const length = isElement(what) ? UNKNOWN.get(what.id) : undefined;
    if (length === undefined) return;
    // What follows goes out in the same write, so that no moment has the other form.
    const end = bytes.getPos();
    bytes.seek(start + ID_BYTES);
    bytes.write(length);
    const list = childrenOf(what).find(({ id }) => id === ID.seekHead);
    if (list !== undefined) {
      bytes.seek(writer.offsets.get(list)!);
      bytes.write(VOID);
    }
    bytes.seek(end);
  };
}

function isElement(what: unknown): what is Element {
  return typeof what === "object" && what !== null && "id" in what;
}

function childrenOf(what: unknown): readonly Element[] {
  const data = isElement(what) ? what.data : undefined;
  return Array.isArray(data) ? data.filter(isElement) : [];
}
