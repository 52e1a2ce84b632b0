/**
 * How the YUV of a track follows from RGB, where a file says it and where it does not.
 *
 * @module
 */
import type { TrackInfo } from "./media_info.ts";
import type { PictureFormat } from "./picture_format.ts";

/** Up to here, pictures are taken for those of standard definition, as players take them. */
const [STANDARD_WIDTH, STANDARD_HEIGHT] = [1279, 576];

/** Matrix and range, as configurations of stages have them. */
export type Colours = Required<Pick<PictureFormat, "matrix" | "range">>;

/** The colours of a track: BT.601 for small pictures and BT.709 for others where it does not tell, and limited range. */
export function coloursOf({ matrix, range = "limited", width = 0, height = 0 }: TrackInfo): Colours {
  const isStandard = width <= STANDARD_WIDTH && height <= STANDARD_HEIGHT;
  return { matrix: matrix ?? (isStandard ? "bt601" : "bt709"), range };
}
