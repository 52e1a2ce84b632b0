/**
 * Reads the Matroska that ffmpeg writes to a pipe: streams of raw pictures and samples, with their times (RFC 9559).
 *
 * @module
 */
import type { ByteQueue } from "./byte_queue.ts";
import { elementAt, elementsIn, ID } from "./ebml.ts";

/** Elements that are entered: their content is read as elements of its own. */
const ENTERED: ReadonlySet<number> = new Set([ID.segment, ID.cluster, ID.blockGroup]);

/** The longest head of an element, and of a block: its track, its time and its flags. */
const [HEAD_BYTES, BLOCK_HEAD_BYTES] = [12, 4];
/** The longest element: a picture of 32,768 × 16,384 pixels in 4:2:0. */
const MOST_BYTES = 2 ** 30;
/** The number of nanoseconds of a tick where the file does not say it. */
const USUAL_SCALE = 1e6;

/** A stream of the file, by what its header says. */
export interface RawTrack {
  readonly number: number;
  /** Nanoseconds from picture to picture, where they are even. */
  readonly pictureNs?: number;
  readonly width?: number;
  readonly height?: number;
  readonly sampleRateHz?: number;
  readonly channels?: number;
}

/** A picture, or samples. */
export interface RawBlock {
  readonly track: number;
  readonly timeNs: number;
  readonly bytes: Uint8Array;
}

/** Reads what comes out of a program, as far as it has come. */
export class RawMatroska {
  readonly #queue: ByteQueue;
  #scale = USUAL_SCALE;
  #clusterTime = 0;
  #tracks: RawTrack[] | undefined;

  constructor(queue: ByteQueue) {
    this.#queue = queue;
  }

  /** The streams, in the order of their numbers; `undefined` before they have come. */
  get tracks(): readonly RawTrack[] | undefined {
    return this.#tracks;
  }

  /**
   * The next block.
   *
   * @returns `undefined` if it has not come whole
   * @throws {Error} that says what is wrong with the bytes
   */
  next(): RawBlock | undefined {
    for (;;) {
      const head = this.#queue.peek(HEAD_BYTES);
      const element = elementAt((from, to) => head.subarray(from, to), 0, head.length);
      if (element === undefined) {
        if (head.length === HEAD_BYTES) throw new Error("its bytes are no Matroska");
        return undefined;
      }
      const { id, content, end } = element;
      if (ENTERED.has(id)) {
        this.#queue.take(content);
        continue;
      }
      if (end === undefined || end > MOST_BYTES) throw new Error(`an element has ${end ?? "no known number of"} bytes`);
      const bytes = this.#queue.take(end)?.subarray(content);
      if (bytes === undefined) return undefined;
      const block = this.#read(id, bytes);
      if (block !== undefined) return block;
    }
  }

  #read(id: number, bytes: Uint8Array): RawBlock | undefined {
    if (id === ID.info) {
      for (const each of childrenOf(bytes)) if (each.id === ID.timestampScale) this.#scale = unsigned(each.bytes);
    } else if (id === ID.tracks) {
      this.#tracks = childrenOf(bytes).filter((each) => each.id === ID.trackEntry).map((each) => readTrack(each.bytes));
    } else if (id === ID.timestamp) {
      this.#clusterTime = unsigned(bytes);
    } else if (id === ID.simpleBlock || id === ID.block) {
      return this.#block(bytes);
    }
    return undefined;
  }

  #block(bytes: Uint8Array): RawBlock {
    if (bytes.length < BLOCK_HEAD_BYTES || bytes[0] < 0x80) throw new Error("a block has no head");
    const time = new DataView(bytes.buffer, bytes.byteOffset).getInt16(1);
    return {
      track: bytes[0] & 0x7f,
      timeNs: (this.#clusterTime + time) * this.#scale,
      bytes: bytes.subarray(BLOCK_HEAD_BYTES),
    };
  }
}

function readTrack(bytes: Uint8Array): RawTrack {
  const track: { -readonly [K in keyof RawTrack]: RawTrack[K] } = { number: 0 };
  const read = (within: Uint8Array): void => {
    for (const { id, bytes } of childrenOf(within)) {
      if (id === ID.video || id === ID.audio) read(bytes);
      else if (id === ID.trackNumber) track.number = unsigned(bytes);
      else if (id === ID.defaultDuration) track.pictureNs = unsigned(bytes);
      else if (id === ID.width) track.width = unsigned(bytes);
      else if (id === ID.height) track.height = unsigned(bytes);
      else if (id === ID.channels) track.channels = unsigned(bytes);
      else if (id === ID.sampleRate) track.sampleRateHz = float(bytes);
    }
  };
  read(bytes);
  return track;
}

/** The elements of one that is there as a whole. */
function childrenOf(bytes: Uint8Array): { readonly id: number; readonly bytes: Uint8Array }[] {
  const found = elementsIn((from, to) => bytes.subarray(from, to), 0, bytes.length);
  return [...found].map(({ id, content, end }) => ({ id, bytes: bytes.subarray(content, end) }));
}

function unsigned(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

function float(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return bytes.length === 4 ? view.getFloat32(0) : bytes.length === 8 ? view.getFloat64(0) : 0;
}
