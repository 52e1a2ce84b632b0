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
import { type EbmlElement, elementsIn, ID } from "./ebml.ts";

/** Lengths of as many bytes as mediabunny gives the segment and a cluster, which say that they are unknown. */
const UNKNOWN_SEGMENT = Uint8Array.of(0x07, 0xff, 0xff, 0xff, 0xff, 0xff);
const UNKNOWN_CLUSTER = Uint8Array.of(0x0f, 0xff, 0xff, 0xff, 0xff);
/** A void element's id, and the first of its length's seven bytes: as many in all as the id and the length of the list. */
const VOID = Uint8Array.of(0xec, 0x02, 0, 0, 0);

/**
 * Has the segment and each cluster that are not complete say that their ends are not known, and leaves the list of places
 * out meanwhile, as the bytes of a file go by. They come in order, in parts of whole elements; what is written anew, at a
 * place before their end, stays as it is.
 */
export class OpenElements {
  /** Where the next element begins, from the start of the file. */
  #next = 0;

  /** Changes a part of the file before it is written, so that no moment has the other form. */
  mark(data: Uint8Array, position: number): void {
    const end = position + data.length;
    const read = (from: number, to: number) => data.subarray(from - position, to - position);
    const put = (bytes: Uint8Array, at: number) => data.set(bytes, at - position);
    let segment: EbmlElement | undefined;
    let list: EbmlElement | undefined;
    let firstCluster: number | undefined;
    while (this.#next >= position && this.#next < end) {
      const [element] = elementsIn(read, this.#next, end);
      const isParent = element?.id === ID.segment || element?.id === ID.cluster;
      // What is no element has none behind it.
      this.#next = (isParent ? element?.content : element?.end) ?? Infinity;
      if (element?.id === ID.segment) segment = element;
      else if (element?.id === ID.seekHead) list = element;
      else if (element?.id === ID.cluster) {
        firstCluster ??= element.start;
        // It begins with its time, and has a block behind that.
        const [time] = elementsIn(read, element.content, end);
        if (time?.end === element.end) replaceLength(element, UNKNOWN_CLUSTER, put);
      }
    }
    // A complete one has its clusters within it.
    if (segment === undefined || segment.end !== (firstCluster ?? this.#next)) return;
    replaceLength(segment, UNKNOWN_SEGMENT, put);
    if (list !== undefined) put(VOID, list.start);
  }
}

function replaceLength(
  { lengthAt, content }: EbmlElement,
  length: Uint8Array,
  put: (bytes: Uint8Array, at: number) => void,
): void {
  if (content - lengthAt === length.length) put(length, lengthAt);
}
