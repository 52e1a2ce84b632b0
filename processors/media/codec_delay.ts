/**
 * What Matroska and WebM files say of sound that is decoded and not heard (RFC 9559): `CodecDelay`, by which the times of
 * a track's blocks are late, and `DiscardPadding`, how much at the end of a block is filled up. mediabunny passes over
 * both, so its reader of elements is listened to. And how long each picture of a track lasts, which it reads.
 *
 * @module
 */
import type { Input, InputTrack } from "mediabunny";
import type { Mediabunny } from "./containers.ts";

/** Elements with an id of two bytes (RFC 9559, 5.1.4.1.24 and 5.1.3.5.7). */
const [CODEC_DELAY, DISCARD_PADDING] = [0x56aa, 0x75a2];
const ID_BYTES = 2;
/** The element that has a block and what is said of it (RFC 9559, 5.1.3.5). */
const BLOCK_GROUP = 0xa0;
/** The most that is believed. */
const MOST_NS = 10e9;

/** What of mediabunny's reader is touched. */
interface ElementReader {
  /** The track and the block whose elements are being read. */
  readonly currentTrack: object | null;
  readonly currentBlock: { readonly data: Uint8Array } | null;
  traverseElement(slice: { readonly bytes: Uint8Array; readonly bufferPos: number }, ...rest: unknown[]): boolean;
}

interface ReadInput {
  _getDemuxer(): Promise<ElementReader>;
}

interface ReadTrack {
  readonly _backing: { readonly internalTrack: { readonly defaultDurationNs: number | null } };
}

/** What a Matroska or WebM file says of sound that is not heard. */
export class CodecDelays {
  readonly #delays = new WeakMap<object, number>();
  readonly #discards = new WeakMap<Uint8Array, number>();
  /** Padding that stands in a group before its block, as GStreamer writes it, nanoseconds. */
  #ahead: number | undefined;

  private constructor(reader: ElementReader) {
    const traverse = reader.traverseElement.bind(reader);
    reader.traverseElement = (slice, ...rest) => {
      const { bytes, bufferPos } = slice;
      this.#note(reader, bytes, bufferPos);
      const goesOn = traverse(slice, ...rest);
      if (reader.currentBlock !== null && this.#ahead !== undefined) {
        this.#discards.set(reader.currentBlock.data, this.#ahead);
        this.#ahead = undefined;
      }
      if (bytes[bufferPos] === BLOCK_GROUP) this.#ahead = undefined;
      return goesOn;
    };
  }

  /** Listens to what is read of a file from now on; `undefined` for a file of another kind. */
  static async listen({ MatroskaInputFormat }: Mediabunny, input: Input): Promise<CodecDelays | undefined> {
    if (!(await input.getFormat() instanceof MatroskaInputFormat)) return undefined;
    return new CodecDelays(await (input as unknown as ReadInput)._getDemuxer());
  }

  /** By how many nanoseconds a track's blocks are late; `undefined` if the file does not say. */
  delayNs(track: InputTrack): number | undefined {
    return this.#delays.get((track as unknown as ReadTrack)._backing.internalTrack);
  }

  /** How long each picture of a track lasts, nanoseconds; `undefined` if the file does not say. */
  pictureNs(track: InputTrack): number | undefined {
    return (track as unknown as ReadTrack)._backing.internalTrack.defaultDurationNs || undefined;
  }

  /** How many nanoseconds at the end of a packet are not heard. @param bytes as they were read */
  discardNs(bytes: Uint8Array): number {
    return this.#discards.get(bytes) ?? 0;
  }

  #note({ currentTrack, currentBlock }: ElementReader, bytes: Uint8Array, at: number): void {
    const id = bytes[at] * 256 + bytes[at + 1];
    if (id !== CODEC_DELAY && id !== DISCARD_PADDING) return;
    const value = readNumber(bytes, at + ID_BYTES, id === DISCARD_PADDING);
    // A negative padding lies at the start of a block, where nobody writes one.
    if (value === undefined || value < 0 || value > MOST_NS) return;
    if (id === CODEC_DELAY && currentTrack !== null) this.#delays.set(currentTrack, value);
    if (id === DISCARD_PADDING && currentBlock !== null) this.#discards.set(currentBlock.data, value);
    else if (id === DISCARD_PADDING) this.#ahead = value;
  }
}

/** A number behind its length, which no writer needs more than a byte for. */
function readNumber(bytes: Uint8Array, at: number, isSigned: boolean): number | undefined {
  const length = bytes[at] - 0x80;
  const end = at + 1 + length;
  if (!(length >= 1 && length <= 8) || end > bytes.length) return undefined;
  const value = bytes.subarray(at + 1, end).reduce((sum, byte) => sum * 256 + byte, 0);
  return isSigned && bytes[at + 1] >= 0x80 ? value - 2 ** (8 * length) : value;
}
