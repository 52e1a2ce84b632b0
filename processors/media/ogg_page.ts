/**
 * The pages of Ogg (RFC 3533, 6).
 *
 * @module
 */

/** Bytes of a header up to the lengths of its segments; and the longest page. */
export const OGG_HEADER_BYTES = 27;
export const OGG_PAGE_BYTES = OGG_HEADER_BYTES + 255 + 255 * 255;
/** Flags of a header. */
const [CONTINUED, BEGINS] = [1, 2];
/** The remainders of bytes by the polynomial of RFC 3533, 6. */
const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte * 2 ** 24;
  for (let bit = 0; bit < 8; bit++) rest = rest & 0x8000_0000 ? (rest * 2) ^ 0x04c1_1db7 : rest * 2;
  return rest;
});

/** What a header says. */
interface PageHeader {
  readonly serial: number;
  readonly granule: number;
  readonly flags: number;
  readonly lengths: Uint8Array;
}

/** A page: its header, and the lengths of its segments. */
export class OggPage {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  /** The lengths of its segments. */
  readonly lengths: Uint8Array;
  /** Where its content begins. */
  readonly content: number;

  private constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.lengths = bytes.subarray(OGG_HEADER_BYTES, OGG_HEADER_BYTES + bytes[26]);
    this.content = OGG_HEADER_BYTES + this.lengths.length;
  }

  /** The page at the start of bytes. `undefined`: there is none, or it is damaged or cut. */
  static read(bytes: Uint8Array): OggPage | undefined {
    if (bytes.length < OGG_HEADER_BYTES) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (view.getUint32(0) !== 0x4f67_6753 || bytes[4] !== 0) return undefined;
    const lengths = bytes.subarray(OGG_HEADER_BYTES, OGG_HEADER_BYTES + bytes[26]);
    const size = OGG_HEADER_BYTES + bytes[26] + lengths.reduce((sum, length) => sum + length, 0);
    if (size > bytes.length || checkSum(bytes.subarray(0, size)) !== view.getUint32(22, true)) return undefined;
    return new OggPage(bytes.subarray(0, size));
  }

  /** A page of packets that are shorter than a segment. */
  static of(told: { readonly serial: number; readonly granule: number }, packets: readonly Uint8Array[]): Uint8Array {
    const lengths = Uint8Array.from(packets, ({ length }) => length);
    const header = headerOf({ ...told, flags: 0, lengths });
    const bytes = new Uint8Array(header.length + lengths.reduce((sum, length) => sum + length, 0));
    bytes.set(header);
    let at = header.length;
    for (const packet of packets) {
      bytes.set(packet, at);
      at += packet.length;
    }
    return bytes;
  }

  /** Its header with other values; without a sum, which readers of pages in a row do not ask for. */
  header(told: Omit<PageHeader, "flags"> & { readonly flags: number }): Uint8Array {
    return headerOf({ ...told, flags: told.flags & ~BEGINS });
  }

  /** A page whose bytes are its own. */
  copy(): OggPage {
    return new OggPage(this.bytes.slice());
  }

  /** Its flags. */
  get flags(): number {
    return this.bytes[5];
  }

  /** Whether it begins with a part of a packet. */
  get continues(): boolean {
    return (this.flags & CONTINUED) !== 0;
  }

  /** Whether it is the first page of its stream. */
  get begins(): boolean {
    return (this.flags & BEGINS) !== 0;
  }

  /** Where in time its last whole packet ends; -1 for none. */
  get granule(): number {
    return Number(this.#view.getBigInt64(6, true));
  }

  /** The stream that it is of. */
  get serial(): number {
    return this.#view.getUint32(14, true);
  }
}

function headerOf({ serial, granule, flags, lengths }: PageHeader): Uint8Array {
  const bytes = new Uint8Array(OGG_HEADER_BYTES + lengths.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x4f67_6753);
  bytes[5] = flags;
  view.setBigInt64(6, BigInt(Math.round(granule)), true);
  view.setUint32(14, serial, true);
  bytes[26] = lengths.length;
  bytes.set(lengths, OGG_HEADER_BYTES);
  return bytes;
}

function checkSum(page: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < page.length; at++) {
    const byte = at >= 22 && at < 26 ? 0 : page[at];
    sum = (sum << 8) ^ REMAINDERS[(sum >>> 24) ^ byte];
  }
  return sum >>> 0;
}
