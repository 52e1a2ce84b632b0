/**
 * Walks the chunks of a WAV file: RIFF/WAVE (Microsoft and IBM, "Multimedia Programming Interface and Data Specifications
 * 1.0"), RIFX, which is the same in big-endian order, and RF64 with its `ds64` chunk (EBU Tech 3306; BW64 of ITU-R BS.2088
 * is the same here).
 *
 * Many files have wrong sizes: streaming writers cannot go back to set them, and files are cut off. The length of the file
 * decides then how many bytes of samples there are, and a fault says what was wrong. Nothing is allocated by a size that a
 * file claims.
 *
 * @module
 */
import type { WavBytes } from "./wav_bytes.ts";

/** The content of a chunk: its place in the file, and its length in bytes. */
export interface WavChunk {
  readonly offset: number;
  readonly size: number;
}

/** What the chunks of a file are. */
export interface WavChunks {
  readonly isBigEndian: boolean;
  readonly fmt: WavChunk;
  /** The samples: as many bytes as the file has, not as it claims. */
  readonly data: WavChunk;
  /** Chunks with tags, `LIST` and `id3 `, in the order of the file. */
  readonly tags: readonly WavChunk[];
  /** What is wrong with the file, and what is made of it: sentences about "it". */
  readonly faults: readonly string[];
}

const MAX_CHUNKS = 4096;
const HEADER_BYTES = 8;
const UNKNOWN_SIZE = 0xffffffff;
/** Sizes that streaming writers leave: sox the first one, arecord the last one. */
const [FIRST_PLACEHOLDER, LAST_PLACEHOLDER] = [0x7ffff000, 0x80000000];
const TAG_CHUNKS = ["LIST", "id3 ", "ID3 "];
/** What WAV files begin with. */
const FORMS = ["RIFF", "RIFX", "RF64", "BW64"];

/**
 * Finds the chunks of a file.
 *
 * @throws {SluiceError} `InvalidMedia`, naming the file and the byte, where no samples are found
 */
export function readWavChunks(bytes: WavBytes): WavChunks {
  return new ChunkWalk(bytes).walk();
}

class ChunkWalk {
  readonly #bytes: WavBytes;
  readonly #length: number;
  readonly #tags: WavChunk[] = [];
  readonly #faults: string[] = [];
  #riffEnd = 0;

  constructor(bytes: WavBytes) {
    this.#bytes = bytes;
    this.#length = bytes.file.byteLength;
  }

  walk(): WavChunks {
    const bytes: WavBytes = this.#bytes;
    const is64 = this.#form();
    let fmt: WavChunk | undefined;
    let data64 = 0;
    for (let offset = 12, chunks = 0;; chunks++) {
      if (chunks === MAX_CHUNKS) bytes.fail(offset, `more than ${MAX_CHUNKS} chunks and no "data" chunk among them`);
      if (offset >= this.#length) {
        bytes.fail(this.#length, `the file ends with no "${fmt === undefined ? "fmt " : "data"}" chunk`);
      }
      bytes.load(offset, HEADER_BYTES, "a chunk header");
      const tag = bytes.tag(0);
      const chunk = { offset: offset + HEADER_BYTES, size: bytes.u32(4) };
      if (is64 && chunks === 0 && tag !== "ds64") {
        bytes.fail(offset, `found chunk ${bytes.printable(0)}, wanted "ds64" first in an RF64 file`);
      }
      if (tag === "data") {
        if (fmt === undefined) bytes.fail(offset, `the "data" chunk stands before any "fmt " chunk`);
        const data = this.#data(chunk, data64);
        return { isBigEndian: bytes.isBigEndian, fmt, data, tags: this.#tags, faults: this.#faults };
      }
      const there = this.#length - chunk.offset;
      if (chunk.size > there) {
        const what = `chunk ${bytes.printable(0)} claims ${chunk.size} bytes, and the file has ${there} after it`;
        bytes.fail(offset + 4, what);
      }
      if (tag === "fmt ") {
        if (fmt !== undefined) bytes.fail(offset, `a second "fmt " chunk`);
        fmt = chunk;
      }
      if (TAG_CHUNKS.includes(tag)) this.#tags.push(chunk);
      if (tag === "ds64" && is64) data64 = this.#ds64(chunk);
      offset = endOf(chunk);
    }
  }

  /** @returns whether sizes are in a `ds64` chunk */
  #form(): boolean {
    const bytes: WavBytes = this.#bytes;
    if (this.#length === 0) bytes.fail(0, "the file is empty, wanted a WAV file");
    bytes.load(0, 12, "a RIFF header");
    const form = bytes.tag(0);
    if (!FORMS.includes(form)) {
      bytes.fail(0, `found ${bytes.printable(0)}, wanted "RIFF", "RIFX" or "RF64": this is not a WAV file`);
    }
    if (bytes.tag(8) !== "WAVE") bytes.fail(8, `found ${bytes.printable(8)}, wanted "WAVE"`);
    bytes.isBigEndian = form === "RIFX";
    this.#riffEnd = bytes.u32(4) + HEADER_BYTES;
    return form === "RF64" || form === "BW64";
  }

  #ds64({ offset, size }: WavChunk): number {
    if (size < 28) this.#bytes.fail(offset - 4, `the "ds64" chunk has ${size} bytes, wanted at least 28`);
    this.#bytes.load(offset, 28, `the "ds64" chunk`);
    this.#riffEnd = this.#bytes.u64(0) + HEADER_BYTES;
    return this.#bytes.u64(8);
  }

  /** The samples, by the size that the file claims where it can be right, and else up to the end of the file. */
  #data({ offset, size }: WavChunk, data64: number): WavChunk {
    const there = this.#length - offset;
    const claimed = data64 > 0 ? data64 : size;
    const rest = this.#chunksFrom(endOf({ offset, size: claimed }));
    if (isPlaceholder(claimed) && rest === undefined && there !== claimed) {
      const found = claimed === 0 ? "0" : `0x${claimed.toString(16).toUpperCase()}`;
      const why = "as streaming writers leave it: it is read to the end of the file";
      this.#faults.push(`the size of its "data" chunk is ${found}, ${why}`);
      return { offset, size: there };
    }
    if (claimed > there) {
      const [wanted, found] = [claimed, there].map((count) => count.toLocaleString("en"));
      const why = "it is cut off, and is read to its end";
      this.#faults.push(`its "data" chunk claims ${wanted} bytes, and the file has ${found}: ${why}`);
      return { offset, size: there };
    }
    this.#tags.push(...rest ?? []);
    this.#checkEnds(offset + claimed, rest);
    return { offset, size: claimed };
  }

  /** Says what is wrong with what lies around samples whose size is right. */
  #checkEnds(dataEnd: number, rest: readonly WavChunk[] | undefined): void {
    const [riffEnd, end, length] = [this.#riffEnd, dataEnd, this.#length].map((place) => place.toLocaleString("en"));
    if (this.#riffEnd < dataEnd) {
      const why = `the size of its "data" chunk is taken`;
      this.#faults.push(`its RIFF header says that it ends at byte ${riffEnd}, and its samples end at ${end}: ${why}`);
    } else if (this.#riffEnd > this.#length + HEADER_BYTES && this.#riffEnd < UNKNOWN_SIZE) {
      const why = "what followed the samples is cut off";
      this.#faults.push(`its RIFF header says that it ends at byte ${riffEnd}, and the file ends at ${length}: ${why}`);
    }
    const left = this.#length - dataEnd;
    if (rest === undefined && left >= HEADER_BYTES && !this.#isNamed(dataEnd)) {
      this.#faults.push(`${left.toLocaleString("en")} bytes behind its samples are no chunk, and are left out`);
    }
  }

  /** Whether what lies at a place has a name: a chunk that is cut off, or the tag of another format. */
  #isNamed(at: number): boolean {
    return [at, at + 1].some((start) => {
      this.#bytes.load(start, 4, "a chunk");
      return this.#bytes.isText(0);
    });
  }

  /** Those with tags among chunks that fill the file up from a place on; `undefined` if it has something else there. */
  #chunksFrom(start: number): WavChunk[] | undefined {
    const found: WavChunk[] = [];
    let at = start;
    for (let chunks = 0; at + HEADER_BYTES <= this.#length && chunks < MAX_CHUNKS; chunks++) {
      if (this.#isFile(at)) return this.#tellJoined(at, found);
      this.#bytes.load(at, HEADER_BYTES, "a chunk header");
      const chunk = { offset: at + HEADER_BYTES, size: this.#bytes.u32(4) };
      if (!this.#bytes.isText(0) || chunk.size > this.#length - chunk.offset) return undefined;
      if (TAG_CHUNKS.includes(this.#bytes.tag(0))) found.push(chunk);
      at = endOf(chunk);
    }
    const isFilled = at > start && (at === this.#length || at === this.#length + 1);
    return isFilled ? found : undefined;
  }

  /** Whether another WAV file begins at a place, as where files were joined byte by byte. */
  #isFile(at: number): boolean {
    if (at + 12 > this.#length) return false;
    this.#bytes.load(at, 12, "a RIFF header");
    return FORMS.includes(this.#bytes.tag(0)) && this.#bytes.tag(8) === "WAVE";
  }

  #tellJoined(at: number, tags: WavChunk[]): WavChunk[] {
    const left = (this.#length - at).toLocaleString("en");
    this.#faults.push(`behind its samples is another WAV file of ${left} bytes, which is left out`);
    return tags;
  }
}

function isPlaceholder(size: number): boolean {
  return size === 0 || size === UNKNOWN_SIZE || (size >= FIRST_PLACEHOLDER && size <= LAST_PLACEHOLDER);
}

/** Where the next chunk begins. */
function endOf({ offset, size }: WavChunk): number {
  return offset + size + size % 2;
}
