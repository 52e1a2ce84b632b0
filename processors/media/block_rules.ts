/**
 * What the blocks of Matroska and WebM have to keep to (RFC 9559, 10.2 and 10.3): each is of a track that there is, and the
 * frames that are laced in it fit its size.
 *
 * @module
 */
import { type EbmlElement, elementsIn, ID, numberOf, widthOf } from "./ebml.ts";

/** Whether blocks of a track may be laced, by its number. */
export type BlockRules = ReadonlyMap<number, boolean>;

/** How frames are laced, by the two bits of a block's flags. */
const [NONE, XIPH, FIXED] = [0, 1, 2];
/** Bytes of a block's head behind the number of its track: a time, and flags. */
const HEAD_BYTES = 3;

/** What the description of tracks says of their blocks. */
export function rulesIn(tracks: Uint8Array): BlockRules {
  const rules = new Map<number, boolean>();
  for (const entry of childrenOf(tracks, 0, tracks.length)) {
    if (entry.id !== ID.trackEntry) continue;
    let [number, isLaced] = [0, true];
    for (const { id, content, end } of childrenOf(tracks, entry.content, entry.end!)) {
      if (id === ID.trackNumber) number = numberOf(tracks.subarray(content, end), 0xff);
      if (id === ID.lacing) isLaced = numberOf(tracks.subarray(content, end), 0xff) !== 0;
    }
    rules.set(number, isLaced);
  }
  return rules;
}

/**
 * Whether an element of a cluster can be read, as far as it is a block.
 *
 * @param bytes of the cluster
 * @param rules of its tracks: none are known if it is empty
 */
export function fitsTracks(bytes: Uint8Array, element: EbmlElement, rules: BlockRules): boolean {
  const block = blockOf(bytes, element);
  if (block === undefined || rules.size === 0) return true;
  const width = widthOf(block[0]);
  if (width + HEAD_BYTES > block.length) return false;
  const isLaced = rules.get(numberOf(block.subarray(0, width), 2 ** (8 - width) - 1));
  if (isLaced === undefined) return false;
  const lacing = Math.floor(block[width + 2] / 2) % 4;
  return lacing === NONE || (isLaced && fitsLacing(block.subarray(width + HEAD_BYTES), lacing));
}

/** The content of a block; `undefined` for another element. */
function blockOf(bytes: Uint8Array, { id, content, end }: EbmlElement): Uint8Array | undefined {
  if (id === ID.simpleBlock) return bytes.subarray(content, end);
  if (id !== ID.blockGroup) return undefined;
  const block = [...childrenOf(bytes, content, end!)].find((each) => each.id === ID.block);
  return block && bytes.subarray(block.content, block.end);
}

/** Whether frames of the sizes that a lace tells are in it. */
function fitsLacing(lace: Uint8Array, lacing: number): boolean {
  if (lace.length === 0) return false;
  const count = lace[0] + 1;
  if (lacing === FIXED) return (lace.length - 1) % count === 0;
  return lacing === XIPH ? fitsXiph(lace, count) : fitsEbml(lace, count);
}

/** Sizes are sums of bytes up to one below 255 (10.3.2). That of the last frame is what is left. */
function fitsXiph(lace: Uint8Array, count: number): boolean {
  let [at, sum] = [1, 0];
  for (let frame = 1; frame < count; frame++) {
    while (lace[at] === 255) sum += lace[at++];
    sum += lace[at++] ?? Infinity;
  }
  return at + sum <= lace.length;
}

/** The first size is a number, and those behind it are differences (10.3.3). One frame alone has none. */
function fitsEbml(lace: Uint8Array, count: number): boolean {
  let [at, size, sum] = [1, 0, 0];
  for (let frame = 1; frame < count; frame++) {
    const width = widthOf(lace[at] ?? 0);
    if (width > 8 || at + width > lace.length) return false;
    const number = numberOf(lace.subarray(at, at + width), 2 ** (8 - width) - 1);
    size = frame === 1 ? number : size + number - (2 ** (7 * width - 1) - 1);
    if (size < 0) return false;
    [at, sum] = [at + width, sum + size];
  }
  return count > 1 && at + sum <= lace.length;
}

/** The elements in a part that are whole. */
function* childrenOf(bytes: Uint8Array, from: number, to: number): Generator<EbmlElement> {
  for (const element of elementsIn((start, end) => bytes.subarray(start, end), from, to)) {
    if (element.end === undefined || element.end > to) return;
    yield element;
  }
}
