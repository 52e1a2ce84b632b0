/**
 * Encodes previews of pictures: by the library of the codecs where it may be opened, else in TypeScript.
 *
 * @module
 */
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import { shippedLibraryPath } from "../../ffi/loader.ts";
import { type EncodePreview, openPreview } from "../../ffi/preview.ts";
import { MAX_IMAGE_WIDTH } from "../schemas/tap_views.ts";
import { JpegEncoder } from "./jpeg.ts";
import { matrixOf, previewSize, SmallPictures } from "./small_picture.ts";

const QUALITY = 75;

/** A preview of a picture. */
export interface Preview {
  readonly width: number;
  readonly height: number;
  /** JPEG. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The native encoder of this isolate: `null` if there is none. */
let native: EncodePreview | null | undefined;

/** Makes the previews of one link. */
export class Previews {
  readonly #native: EncodePreview | null;
  #plain: { readonly small: SmallPictures; readonly encoder: JpegEncoder } | undefined;

  readonly #width: number;

  /** @param options `width`: the most pixels in a row; `isPlain`: true to encode in TypeScript in any case */
  constructor(
    { width = MAX_IMAGE_WIDTH, isPlain = false }: { readonly width?: number; readonly isPlain?: boolean } = {},
  ) {
    this.#width = width;
    if (!isPlain && native === undefined) native = openNative();
    this.#native = isPlain ? null : native!;
  }

  /** Makes the preview of a picture. */
  make(frame: VideoFrame): Preview {
    const size = previewSize(frame, this.#width);
    return { ...size, bytes: this.#encode(frame, size) };
  }

  #encode(frame: VideoFrame, size: Omit<Preview, "bytes">): Uint8Array<ArrayBuffer> {
    const { width, height, pixelFormat, planes } = frame;
    const picture = { width, height, pixelFormat, planes, bytes: bytesOf(frame), matrix: matrixOf(frame) };
    const encoded = this.#native?.(picture, size, QUALITY);
    if (encoded !== undefined) return encoded;
    const { small, encoder } = this.#plain ??= { small: new SmallPictures(), encoder: new JpegEncoder(QUALITY) };
    return encoder.encode(small.make(frame, size));
  }
}

/** Returns all planes, which follow each other. */
function bytesOf(frame: VideoFrame): Uint8Array {
  const { buffer, byteOffset } = frame.plane(0);
  const { offset, stride, rows } = frame.planes.at(-1)!;
  return new Uint8Array(buffer, byteOffset, offset + stride * rows);
}

/** Opens the native encoder, without asking for a permission. */
function openNative(): EncodePreview | null {
  const mayRead = Deno.permissions.querySync({ name: "env", variable: "SLUICE_NATIVE" }).state === "granted";
  if (mayRead && Deno.env.get("SLUICE_NATIVE") === "off") return null;
  try {
    const path = shippedLibraryPath("codecs");
    if (Deno.permissions.querySync({ name: "ffi", path }).state !== "granted") return null;
    return openPreview(path) ?? null;
  } catch {
    return null;
  }
}
