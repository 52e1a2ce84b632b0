/**
 * Caches short strings, so that reading one again makes no new string. The table has a fixed size: a string has one of
 * two places, and evicts the string in the second.
 *
 * @module
 */

/** The size of the table, a power of two. */
const PLACES = 1024;

/** A cached string. */
export interface KeyEntry {
  readonly text: string;
  /** True if plain objects inherit a property of that name, so that assigning it would not define one. */
  readonly inherited: boolean;
  /** Its place in the table. */
  readonly place: number;
  /** The place of the string that was read after it the last time. A number retains no evicted entry. */
  next: number;
}

/** Strings by their bytes. */
export class KeyTable {
  readonly #places: (KeyEntry | undefined)[] = new Array<KeyEntry | undefined>(PLACES).fill(undefined);

  /** Returns the string at a place. */
  at(place: number): KeyEntry | undefined {
    return this.#places[place];
  }

  /** Returns the string of a number of ASCII characters. */
  get(u8: Uint8Array, at: number, length: number): KeyEntry {
    let hash = length;
    for (let k = 0; k < length; k++) hash = (Math.imul(hash, 31) + u8[at + k]) | 0;
    const place = (hash ^ (hash >>> 10)) & (PLACES - 1);
    const known = this.#places[place];
    if (known === undefined) return this.#places[place] = makeEntry(asciiText(u8, at, length), place);
    if (isAt(known.text, u8, at, length)) return known;
    const second = place ^ 1;
    const other = this.#places[second];
    if (other !== undefined && isAt(other.text, u8, at, length)) return other;
    return this.#places[second] = makeEntry(asciiText(u8, at, length), second);
  }
}

/** True if the bytes at an offset are a string of ASCII characters. */
export function isAt(text: string, u8: Uint8Array, at: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let k = 0; k < length; k++) if (text.charCodeAt(k) !== u8[at + k]) return false;
  return true;
}

/** Makes a short string of ASCII characters. */
export function asciiText(u8: Uint8Array, at: number, length: number): string {
  let text = "";
  let k = 0;
  for (; k + 4 <= length; k += 4) {
    const from = at + k;
    text += String.fromCharCode(u8[from], u8[from + 1], u8[from + 2], u8[from + 3]);
  }
  for (; k < length; k++) text += String.fromCharCode(u8[at + k]);
  return text;
}

function makeEntry(text: string, place: number): KeyEntry {
  // A key of an object is a string that V8 compares by its address.
  const [key] = Object.keys({ [text]: 0 });
  return { text: key, inherited: key in Object.prototype, place, next: place };
}
