/**
 * Small JPEG pictures by the library of the codecs, which scales and encodes them in one call.
 *
 * @module
 */

/** The number of each pixel format over the C interface. */
const LAYOUTS = ["rgba8", "bgra8", "nv12", "i420"] as const;

/** A picture in memory. */
export interface LargePicture {
  readonly pixelFormat: (typeof LAYOUTS)[number];
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** All planes. */
  readonly bytes: Uint8Array;
  /** The first byte of each plane, and the bytes from one of its rows to the next. */
  readonly planes: readonly { readonly offset: number; readonly stride: number }[];
  /** The matrix of luma and chroma. */
  readonly matrix: "bt601" | "bt709";
}

/**
 * Encodes a picture that is scaled to this size.
 *
 * @param quality 1 to 100
 * @returns `undefined` if the picture does not lie in its bytes, or is too large
 */
export type EncodePreview = (
  picture: LargePicture,
  size: { readonly width: number; readonly height: number },
  quality: number,
) => Uint8Array<ArrayBuffer> | undefined;

/** The function of the library, which `crates/plugins/codecs/src/preview.rs` describes. */
const SYMBOLS = {
  sluice_preview_jpeg: {
    parameters: [
      "buffer",
      "u32",
      "u32",
      "u32",
      "u32",
      "u32",
      "u32",
      "u32",
      "u32",
      "u32",
      "u32",
      "u32",
      "u32",
      "buffer",
      "u32",
    ],
    result: "u32",
  },
} as const;

/**
 * Opens a library of the codecs, which runs its code.
 *
 * @param library its path, absolute
 * @returns `undefined` where the library cannot be opened or makes no previews
 */
export function openPreview(library: string): EncodePreview | undefined {
  try {
    const { symbols: { sluice_preview_jpeg: call } } = Deno.dlopen(library, SYMBOLS);
    return ({ pixelFormat, width, height, bytes, planes, matrix }, small, quality) => {
      const [first, second = first, third = second] = planes;
      // No JPEG is larger than this: each pixel is three samples of at most a word.
      const target = new Uint8Array(2_000 + 6 * small.width * small.height);
      const length = call(
        // Deno takes views of shared buffers as well.
        bytes as Uint8Array<ArrayBuffer>,
        bytes.length,
        LAYOUTS.indexOf(pixelFormat),
        matrix === "bt709" ? 1 : 0,
        width,
        height,
        first.stride,
        second.stride,
        second.offset,
        third.offset,
        small.width,
        small.height,
        quality,
        target,
        target.length,
      );
      return length === 0 ? undefined : target.slice(0, length);
    };
  } catch {
    return undefined;
  }
}
