/**
 * What files of pictures without a container say of themselves: PNG (ISO/IEC 15948), JPEG (ITU-T T.81) and YUV4MPEG2.
 *
 * @module
 */
import type { PixelAspect } from "../../core/frames/pixel_aspect.ts";
import type { ColourRange } from "./colour_range.ts";
import { MediaFault } from "./media_fault.ts";
import { isPng } from "./png.ts";
import { readY4mHeader, Y4M_FRAME, Y4M_LINE_BYTES, Y4M_MAGIC } from "./y4m.ts";

/** What is known of the pictures of a file. */
export interface PictureInfo {
  readonly container: "PNG" | "JPEG" | "YUV4MPEG2";
  readonly codec: "png" | "jpeg" | "rawvideo";
  readonly width: number;
  readonly height: number;
  /** Pictures a second; absent for a single picture, and where the file does not say. */
  readonly frameRate?: number;
  /** How wide a pixel is by its height; absent for square ones. */
  readonly pixelAspect?: PixelAspect;
  /** Which levels they have, where the file says. */
  readonly range?: ColourRange;
  /** Whole pictures in the file. */
  readonly pictures: number;
  /** How much of a file that ends within a picture is there: "3 whole pictures and 90 of 150 bytes of another". */
  readonly part?: string | undefined;
}

/** Reads a part of a file: fewer bytes than asked for only at its end. */
export type ReadRange = (start: number, length: number) => Uint8Array;

/** As many bytes as tell what a file is. */
export const HEAD_BYTES = Y4M_LINE_BYTES;
/** Markers of a JPEG file that stand alone, without a length: TEM and those of restarts. */
const isLoneMarker = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
/** Markers of frames, SOF0 to SOF15, but for DHT, JPG and DAC, which lie among them. */
const isFrameMarker = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/**
 * Reads what a file says of its pictures.
 *
 * @param size bytes of the file
 * @returns `undefined` if it is none of these kinds
 * @throws {MediaFault} that says what is wrong with it
 */
export function readPictureInfo(read: ReadRange, size: number): PictureInfo | undefined {
  const head = read(0, HEAD_BYTES);
  if (isPng(head)) return pngInfo(head);
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return jpegInfo(read, size);
  const begins = new TextDecoder("latin1").decode(head.subarray(0, Y4M_MAGIC.length));
  return begins === Y4M_MAGIC ? y4mInfo(read, head, size) : undefined;
}

function pngInfo(head: Uint8Array): PictureInfo {
  if (head.length < 24) throw new MediaFault("it ends within its header");
  const view = new DataView(head.buffer, head.byteOffset);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (width === 0 || height === 0) throw new MediaFault(`its picture has ${width} × ${height} pixels`);
  return { container: "PNG", codec: "png", width, height, pictures: 1 };
}

function jpegInfo(read: ReadRange, size: number): PictureInfo {
  for (let at = 2; at < size;) {
    const head = read(at, 9);
    if (head[0] !== 0xff) break;
    const marker = head[1];
    // Any number of bytes 0xff may stand before a marker.
    if (marker === 0xff || isLoneMarker(marker)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    if (head.length < 9) break;
    const view = new DataView(head.buffer, head.byteOffset);
    if (isFrameMarker(marker)) {
      return { container: "JPEG", codec: "jpeg", width: view.getUint16(7), height: view.getUint16(5), pictures: 1 };
    }
    at += 2 + Math.max(2, view.getUint16(2));
  }
  throw new MediaFault("it has no header of a picture");
}

function y4mInfo(read: ReadRange, head: Uint8Array, size: number): PictureInfo {
  const end = head.indexOf(10);
  if (end < 0) throw new MediaFault(`its first line has more than ${Y4M_LINE_BYTES} bytes`);
  const { width, height, frameRate, range, pixelAspect } = readY4mHeader(
    new TextDecoder().decode(head.subarray(0, end)),
  );
  const chroma = 2 * Math.ceil(width / 2) * Math.ceil(height / 2);
  const pictureBytes = Y4M_FRAME.length + 1 + width * height + chroma;
  const pictures = Math.floor((size - end - 1) / pictureBytes);
  const part = partOf(read, size, end + 1 + pictures * pictureBytes, pictures, pictureBytes);
  return {
    container: "YUV4MPEG2",
    codec: "rawvideo",
    width,
    height,
    ...(frameRate !== undefined && { frameRate }),
    ...(pixelAspect !== undefined && { pixelAspect }),
    ...(range !== undefined && { range }),
    pictures,
    ...(part !== undefined && { part }),
  };
}

/** What there is of a file that ends within the picture at a place; `undefined` if none begins there. */
function partOf(read: ReadRange, size: number, at: number, pictures: number, pictureBytes: number): string | undefined {
  const begins = new TextDecoder("latin1").decode(read(at, Y4M_FRAME.length));
  if (begins === "" || !Y4M_FRAME.startsWith(begins)) return undefined;
  const [there, all] = [size - at, pictureBytes].map((count) => count.toLocaleString("en"));
  const whole = `${pictures.toLocaleString("en")} whole picture${pictures === 1 ? "" : "s"}`;
  return `${whole} and ${there} of ${all} bytes of another`;
}
