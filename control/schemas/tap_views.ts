/**
 * The views of taps: ways to look at what a link carries.
 *
 * @module
 */

/** The ways to look at a link. */
export const TAP_VIEWS = ["levels", "waveform", "spectrum", "image", "raw"] as const;

/** A way to look at a link. */
export type TapView = (typeof TAP_VIEWS)[number];

/** The most readings a second, whatever the view. */
export const MAX_TAP_RATE = 1_000;

/** The most pixels in a row of an image. */
export const MAX_IMAGE_WIDTH = 480;
