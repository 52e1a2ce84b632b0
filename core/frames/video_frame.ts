/**
 * Video: uncompressed pictures in one to three planes.
 *
 * In the slot's header, `width` and `height` are in pixels, and `strides` has the bytes from one row of each plane to
 * the next, a multiple of 64. The planes follow each other without a gap. Chroma planes of an odd width or height are
 * rounded up: a picture of 5 × 3 pixels has 3 × 2 chroma samples.
 *
 * @module
 */
import { FORMAT, KIND, SLOT } from "../../ffi/layout.gen.ts";
import type { PixelFormat, VideoFormat } from "./format.ts";
import { Frame } from "./frame.ts";
import { packAspect, type PixelAspect, readAspect } from "./pixel_aspect.ts";

// Local copies: V8 resolves an imported constant again at each use.
const KIND_VIDEO = KIND.video;
const WIDTH = SLOT.width >> 2;
const HEIGHT = SLOT.height >> 2;
const PAYLOAD_LENGTH = SLOT.payloadLength >> 2;
const BATCH_SIZE = SLOT.batchSize >> 2;
const STRIDES = SLOT.strides >> 2;
const PIXEL_ASPECT = SLOT.pixelAspect >> 2;
const DURATION_NS = SLOT.durationNs >> 3;

/** Most pixels in a row, and most rows. */
export const MAX_VIDEO_SIZE = 32_768;

/** Rows start at a multiple of this many bytes. */
const STRIDE_ALIGN = 64;

/** The shape that a video frame is acquired with. */
export interface VideoShape {
  /** The memory layout of pixels. */
  readonly pixelFormat: PixelFormat;
  /** Pixels in a row, 1 to 32,768. */
  readonly width: number;
  /** Rows, 1 to 32,768. */
  readonly height: number;
  /** Pictures a second: gives the frame its duration. Absent: the duration is 0. */
  readonly frameRate?: number;
  /** The width of a pixel by its height, if it is not square: `16:15`. */
  readonly pixelAspect?: PixelAspect;
}

/** One plane of a picture. */
export interface PlaneLayout {
  /** Bytes of the payload before the plane. */
  readonly offset: number;
  /** Bytes from one row to the next. */
  readonly stride: number;
  /** Bytes of a row that are pixels. */
  readonly rowBytes: number;
  /** Number of rows. */
  readonly rows: number;
}

/** Codes of pixel formats in a slot's header. */
const CODES: { readonly [F in PixelFormat]: number } = {
  rgba8: FORMAT.rgba8,
  bgra8: FORMAT.bgra8,
  nv12: FORMAT.nv12,
  i420: FORMAT.i420,
};

const NAMES = new Map<number, PixelFormat>(Object.entries(CODES).map(([name, code]) => [code, name as PixelFormat]));

/** Computes the planes of a picture. */
export function planesOf(pixelFormat: PixelFormat, width: number, height: number): PlaneLayout[] {
  const halfWidth = Math.ceil(width / 2);
  const halfHeight = Math.ceil(height / 2);
  const sizes = pixelFormat === "nv12"
    ? [[width, height], [2 * halfWidth, halfHeight]]
    : pixelFormat === "i420"
    ? [[width, height], [halfWidth, halfHeight], [halfWidth, halfHeight]]
    : [[4 * width, height]];
  let offset = 0;
  return sizes.map(([rowBytes, rows]) => {
    const stride = Math.ceil(rowBytes / STRIDE_ALIGN) * STRIDE_ALIGN;
    const plane = { offset, stride, rowBytes, rows };
    offset += stride * rows;
    return plane;
  });
}

/** Returns the bytes of payload that a picture needs. */
export function videoBytes(pixelFormat: PixelFormat, width: number, height: number): number {
  const last = planesOf(pixelFormat, width, height).at(-1)!;
  return last.offset + last.stride * last.rows;
}

/**
 * Checks the shape of a picture.
 *
 * @throws {RangeError} for an unknown pixel format, and for sizes, rates or aspects out of range
 */
export function assertVideoShape({ pixelFormat, width, height, frameRate, pixelAspect }: VideoShape): void {
  if (!Object.hasOwn(CODES, pixelFormat)) {
    throw new RangeError(
      `Cannot acquire a video frame of pixel format "${pixelFormat}": wanted ${Object.keys(CODES).join(", ")}`,
    );
  }
  for (const [what, value] of [["width", width], ["height", height]] as const) {
    if (Number.isInteger(value) && value >= 1 && value <= MAX_VIDEO_SIZE) continue;
    throw new RangeError(
      `Cannot acquire a video frame: ${what} is ${value}, wanted a whole number from 1 to ${MAX_VIDEO_SIZE}`,
    );
  }
  if (frameRate !== undefined && !(frameRate > 0 && frameRate < Infinity)) {
    throw new RangeError(`Cannot acquire a video frame: frameRate is ${frameRate}, wanted a number above 0`);
  }
  packAspect(pixelAspect);
}

/** A picture. */
export class VideoFrame extends Frame {
  /** The kind of the frame. */
  override readonly kind = "video";
  /** @internal */
  override readonly kindCode = KIND_VIDEO;
  #layout: PlaneLayout[] = [];
  #views: Uint8Array[] = [];
  /** The shape that the planes were computed for. */
  #laidFormat = 0;
  #laidWidth = 0;
  #laidHeight = 0;
  #laidOver: ArrayBufferLike | undefined;

  /** The memory layout of pixels. */
  get pixelFormat(): PixelFormat {
    return NAMES.get(this.formatCode)!;
  }

  /** Pixels in a row. */
  get width(): number {
    return this.pool.u32[this.at32 + WIDTH];
  }

  /** Rows. */
  get height(): number {
    return this.pool.u32[this.at32 + HEIGHT];
  }

  /** The width of a pixel by its height; `undefined` for square pixels. */
  get pixelAspect(): PixelAspect | undefined {
    return readAspect(this.pool.u32[this.at32 + PIXEL_ASPECT]);
  }

  /** The planes of the picture, in order. */
  get planes(): readonly PlaneLayout[] {
    this.#layOut();
    return this.#layout;
  }

  /** The format of the payload. */
  override get format(): VideoFormat {
    const { pixelFormat, width, height, pixelAspect } = this;
    return { kind: "video", pixelFormat, width, height, ...(pixelAspect !== undefined && { pixelAspect }) };
  }

  /**
   * The bytes of one plane, padding at the end of rows included: a view over the slot, valid as long as the frame.
   *
   * @throws {RangeError} if the picture has no such plane
   */
  plane(index: number): Uint8Array {
    this.#layOut();
    const view = this.#views[index];
    if (view === undefined) {
      throw new RangeError(`Cannot take plane ${index} of a ${this.pixelFormat} frame: it has ${this.#views.length}`);
    }
    return view;
  }

  /**
   * Bytes from one row of a plane to the next; a multiple of 64.
   *
   * @throws {RangeError} if the picture has no such plane
   */
  stride(index: number): number {
    return this.plane(index).length / this.#layout[index].rows;
  }

  /**
   * Lays a frame out in a slot that was just acquired.
   *
   * @internal
   */
  shape(shape: VideoShape): this {
    const { pixelFormat, width, height, frameRate } = shape;
    assertVideoShape(shape);
    const bytes = videoBytes(pixelFormat, width, height);
    this.assertFits(bytes, `a ${pixelFormat} frame of ${width} × ${height} pixels`);
    this.clearHeader(KIND_VIDEO, CODES[pixelFormat]);
    const { u32, f64 } = this.pool;
    u32[this.at32 + PAYLOAD_LENGTH] = bytes;
    u32[this.at32 + WIDTH] = width;
    u32[this.at32 + HEIGHT] = height;
    u32[this.at32 + BATCH_SIZE] = 1;
    for (const [plane, { stride }] of planesOf(pixelFormat, width, height).entries()) {
      u32[this.at32 + STRIDES + plane] = stride;
    }
    u32[this.at32 + PIXEL_ASPECT] = packAspect(shape.pixelAspect);
    if (frameRate !== undefined) f64[this.at64 + DURATION_NS] = Math.round(1e9 / frameRate);
    return this;
  }

  #layOut(): void {
    const code = this.formatCode;
    const { width, height } = this;
    const { payloads } = this.pool;
    if (
      code === this.#laidFormat && width === this.#laidWidth && height === this.#laidHeight &&
      payloads === this.#laidOver
    ) return;
    this.#layout = planesOf(NAMES.get(code)!, width, height);
    this.#views = this.#layout.map(({ offset, stride, rows }) =>
      new Uint8Array(payloads, this.payloadAt + offset, stride * rows)
    );
    this.#laidFormat = code;
    this.#laidWidth = width;
    this.#laidHeight = height;
    this.#laidOver = payloads;
  }
}
