/**
 * The readings that the hidden node of a tap makes of frames, each for one of the views that somebody has open.
 *
 * @module
 */
import type { FrameKind } from "../../core/frames/format.ts";
import type { Frame } from "../../core/frames/frame.ts";
import type { TapView } from "../schemas/tap_views.ts";

/** The views of each kind of frames; the first is the default. */
export const VIEWS: { readonly [K in FrameKind]: readonly TapView[] } = {
  audio: ["levels", "waveform", "spectrum", "raw"],
  video: ["image", "raw"],
  encoded: ["raw"],
  packet: ["raw"],
  data: ["raw"],
};

/** The head of a reading. It has a JSON form. */
export type ReadingHead = { readonly [key: string]: unknown };

/** A reading on its way from the hidden node to the control plane. */
export interface TapReading {
  /** The number of the view, as its {@linkcode TapWant} has it. */
  readonly view: number;
  readonly head: ReadingHead;
  /** Numbers, a picture or what else the view is made of. */
  readonly payload?: Uint8Array;
}

/** A view that the hidden node is to make. It can be structured-cloned. */
export interface TapWant {
  /** The number of the view. */
  readonly view: number;
  readonly what: TapView;
  /** The most readings a second. */
  readonly rate: number;
  /** Of images: the most pixels in a row. */
  readonly width?: number;
}

/** Takes a reading of a view. */
export type TakeReading = (head: ReadingHead, payload?: ArrayBufferView) => void;

/** Makes the readings of one view. */
export interface ViewMaker<F extends Frame = Frame> {
  /**
   * Takes a frame, which is valid during the call only.
   *
   * @param isDue true if a reading may follow now
   * @returns true if a reading was given
   */
  take(frame: F, isDue: boolean, give: TakeReading): boolean;
}

/** Returns where a frame stands in its stream: times in nanoseconds. */
export function placeOf({ ptsNs, sequence, ingressNs, linkGap }: Frame): ReadingHead {
  return { ptsNs, sequence, ingressNs, ...(linkGap && { gap: true }) };
}
