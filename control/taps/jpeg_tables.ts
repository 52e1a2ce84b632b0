/**
 * The tables of baseline JPEG: the quantization and Huffman tables of its standard (ITU-T T.81, annex K), and the order
 * of a block's coefficients.
 *
 * @module
 */

/** A Huffman code: how many codes each length from 1 on has, and the values in the order of their codes. */
export interface HuffmanSpec {
  readonly counts: readonly number[];
  readonly values: readonly number[];
}

/** The place in a block of the coefficient that comes at each place of the stream. */
export const ZIGZAG: readonly number[] = makeZigzag();

/** Steps of luma at quality 50, row by row. */
export const LUMA_STEPS: readonly number[] = [
  [16, 11, 10, 16, 24, 40, 51, 61],
  [12, 12, 14, 19, 26, 58, 60, 55],
  [14, 13, 16, 24, 40, 57, 69, 56],
  [14, 17, 22, 29, 51, 87, 80, 62],
  [18, 22, 37, 56, 68, 109, 103, 77],
  [24, 35, 55, 64, 81, 104, 113, 92],
  [49, 64, 78, 87, 103, 121, 120, 101],
  [72, 92, 95, 98, 112, 100, 103, 99],
].flat();

/** Steps of chroma at quality 50. */
export const CHROMA_STEPS: readonly number[] = [
  [17, 18, 24, 47, 99, 99, 99, 99],
  [18, 21, 26, 66, 99, 99, 99, 99],
  [24, 26, 56, 99, 99, 99, 99, 99],
  [47, 66, 99, 99, 99, 99, 99, 99],
  ...Array.from({ length: 4 }, () => Array.from({ length: 8 }, () => 99)),
].flat();

const DC_VALUES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

/** For the first coefficient of luma. */
export const LUMA_DC: HuffmanSpec = {
  counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
  values: DC_VALUES,
};

/** For the first coefficient of chroma. */
export const CHROMA_DC: HuffmanSpec = {
  counts: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0],
  values: DC_VALUES,
};

/** For the other coefficients of luma. */
export const LUMA_AC: HuffmanSpec = {
  counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
  values: bytesOf(
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a" +
      "434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8" +
      "a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa",
  ),
};

/** For the other coefficients of chroma. */
export const CHROMA_AC: HuffmanSpec = {
  counts: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
  values: bytesOf(
    "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738393a" +
      "434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7" +
      "a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa",
  ),
};

function bytesOf(hex: string): number[] {
  return hex.match(/../g)!.map((byte) => parseInt(byte, 16));
}

/** Walks the diagonals of a block, up and down in turn. */
function makeZigzag(): number[] {
  const places = Array.from({ length: 64 }, (_, place) => ({ place, row: Math.trunc(place / 8), column: place % 8 }));
  const diagonal = ({ row, column }: { row: number; column: number }) => row + column;
  return places.sort((a, b) => diagonal(a) - diagonal(b) || (diagonal(a) % 2 === 0 ? b.row - a.row : a.row - b.row))
    .map(({ place }) => place);
}
