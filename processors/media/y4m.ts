/**
 * YUV4MPEG2, in which programs such as ffmpeg hand pictures on without encoding: a line for the stream, then for each
 * picture a line and its planes.
 *
 * @module
 */

/** What the first line says. */
export interface Y4mHeader {
  readonly width: number;
  readonly height: number;
  /** Pictures a second; `undefined` where it is not told. */
  readonly frameRate: number | undefined;
}

/** The first word of a stream. */
export const Y4M_MAGIC = "YUV4MPEG2";
/** What begins the line of each picture. */
export const Y4M_FRAME = "FRAME";
/** The longest line. */
export const Y4M_LINE_BYTES = 1024;
/** The most pixels in a row, and rows. */
const MOST_SIDE = 32_768;

/**
 * Reads the first line of a stream.
 *
 * @throws {Error} that says what is wrong with it
 */
export function readY4mHeader(line: string): Y4mHeader {
  const [magic, ...fields] = line.split(" ");
  if (magic !== Y4M_MAGIC) {
    throw new Error(`its first word is ${JSON.stringify(magic.slice(0, 20))}, wanted "${Y4M_MAGIC}"`);
  }
  const valueOf = (tag: string) => fields.find((field) => field.startsWith(tag))?.slice(1);
  const [width, height] = ["W", "H"].map((tag) => Number(valueOf(tag)));
  for (const side of [width, height]) {
    if (Number.isInteger(side) && side >= 1 && side <= MOST_SIDE) continue;
    throw new Error(`its pictures have ${width} × ${height} pixels, wanted 1 to ${MOST_SIDE} each`);
  }
  const chroma = valueOf("C") ?? "420";
  if (!/^420(jpeg|mpeg2|paldv)?$/.test(chroma)) throw new Error(`its chroma is ${chroma}, wanted 420 with 8 bits`);
  const [numerator, denominator] = (valueOf("F") ?? "0:0").split(":").map(Number);
  const frameRate = numerator / denominator;
  return { width, height, frameRate: frameRate > 0 && Number.isFinite(frameRate) ? frameRate : undefined };
}

/** The first line of a stream, with its end. The rate is told in thousandths of pictures a second where it is no whole number. */
export function writeY4mHeader({ width, height, frameRate = 25 }: Y4mHeader): string {
  // 29.97 and its like are multiples of 1000/1001.
  const whole = Math.round(frameRate);
  const isNtsc = Math.abs(frameRate * 1.001 - whole) < 1e-3 && Math.abs(frameRate - whole) > 1e-4;
  const rate = isNtsc
    ? `${Math.round(frameRate * 1.001) * 1000}:1001`
    : Number.isInteger(frameRate)
    ? `${frameRate}:1`
    : `${Math.round(frameRate * 1000)}:1000`;
  return `${Y4M_MAGIC} W${width} H${height} F${rate} Ip A1:1 C420jpeg\n`;
}
