/**
 * What to do where pictures change their size and what they go to has one.
 *
 * @module
 */

/** Width and height of pictures. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** How pictures keep a size, as a part of an error. @param where the scaler goes: `before its encoder` */
export function scaleAdvice({ width, height }: PictureSize, where: string): string {
  return `put a node "scale" with width ${width} and height ${height} ${where} ` +
    `(scale width=${width} height=${height})`;
}
