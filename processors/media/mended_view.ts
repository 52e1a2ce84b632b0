/**
 * A file with damage, as if what is whole of it were all: readers of containers end at the first part that they do not
 * know. What finds the next good packet of each container makes such a view, and says what is left out.
 *
 * @module
 */
import type { ReadRange } from "./mp4_check.ts";

/** Bytes of a file that no packet is read from. */
export interface Loss {
  /** Where in the file. */
  readonly at: number;
  readonly bytes: number;
}

/** Where packets do not follow on those before. */
export interface Gap {
  /** What the numbers of packets behind it are not below: `EncodedPacket.sequenceNumber` of mediabunny. */
  readonly from: number;
  /** Something is left out, or another recording was joined. */
  readonly kind: "loss" | "joint";
  /** The track that it is in, by mediabunny's number; all of them if it does not say. */
  readonly track?: number;
  /** For sound that was joined: the number of the last packet before it, what that one ends with and is not heard. */
  readonly before?: number;
  readonly cutNs?: number;
  /** What it begins with and is not heard, likewise. */
  readonly unheardNs?: number;
}

/** A file as it is read, without what is damaged. */
export interface MendedView {
  readonly size: number;
  readonly read: ReadRange;
  /** What is left out, in the order of the file: all of it, or what has been come across so far. */
  readonly losses: readonly Loss[];
  /** The sum of them. */
  readonly lostBytes: number;
  /** In the order of the file, likewise. */
  readonly gaps: readonly Gap[];
  /** What else is wrong with the file: "from byte 900 on, it has ...". */
  readonly told?: readonly string[];
  /** How much of a file that is cut off is there: "900 of 1,000 samples". */
  readonly part?: string;
  /** Whether its size is hidden from mediabunny: see {@linkcode hideSize}. */
  readonly isUnsized?: boolean;
}

/** A part of a view: bytes of the file, or others. */
interface Piece {
  readonly at: number;
  readonly size: number;
  readonly from: number;
  readonly bytes?: Uint8Array;
}

/** A view in the making, from its start to its end. */
export class PieceView implements MendedView {
  readonly #read: ReadRange;
  readonly #pieces: Piece[] = [];
  readonly losses: Loss[] = [];
  readonly gaps: Gap[] = [];
  readonly told: string[] = [];
  part: string | undefined;
  size = 0;
  lostBytes = 0;
  readonly isUnsized: boolean;

  constructor(read: ReadRange, isUnsized = false) {
    this.#read = read;
    this.isUnsized = isUnsized;
  }

  /** Goes on with a part of the file. */
  keep(from: number, to: number): void {
    const last = this.#pieces.at(-1);
    if (last !== undefined && last.bytes === undefined && last.from + last.size === from) {
      this.#pieces[this.#pieces.length - 1] = { ...last, size: to - last.from };
      this.size += to - from;
    } else this.#add({ at: this.size, size: to - from, from });
  }

  /** Goes on with bytes that are not in the file. */
  put(bytes: Uint8Array): void {
    this.#add({ at: this.size, size: bytes.length, from: 0, bytes });
  }

  /** Says that a part of the file is left out here. @param gap the number of the next packet, unless a joint is told here */
  lose(from: number, to: number, gap?: number): void {
    this.losses.push({ at: from, bytes: to - from });
    this.lostBytes += to - from;
    if (gap !== undefined) this.gaps.push({ from: gap, kind: "loss" });
  }

  /** Says that another recording goes on here. */
  join(gap: Gap): void {
    this.gaps.push(gap);
  }

  /** Says what else there is. */
  say(told: string): void {
    this.told.push(told);
  }

  readonly read: ReadRange = (start, end) => {
    const bytes = new Uint8Array(end - start);
    for (let index = this.#pieceAt(start), at = start; at < end; index++) {
      const piece = this.#pieces[index];
      const [first, last] = [at - piece.at, Math.min(end - piece.at, piece.size)];
      const part = piece.bytes?.subarray(first, last) ?? this.#read(piece.from + first, piece.from + last);
      bytes.set(part, at - start);
      at = piece.at + last;
    }
    return bytes;
  };

  #add(piece: Piece): void {
    if (piece.size > 0) this.#pieces.push(piece);
    this.size += piece.size;
  }

  #pieceAt(place: number): number {
    let [low, high] = [0, this.#pieces.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#pieces[middle].at <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** `3,000 bytes at byte 40,213`, or of several parts the sum of them and the place of the first; `undefined` for none. */
export function describeLosses({ losses, lostBytes }: MendedView): string | undefined {
  if (losses.length === 0) return undefined;
  const [bytes, first, parts] = [lostBytes, losses[0].at, losses.length].map((count) => count.toLocaleString("en"));
  return `${bytes} bytes ${losses.length === 1 ? "" : `in ${parts} places, the first `}at byte ${first}`;
}
