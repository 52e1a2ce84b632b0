/** @module Decodes the encoded video of a tap, by WebCodecs. */
import type { TapMessage } from "../../control/schemas/tap.ts";

/** Frames that wait for the decoder: with more, it begins again with a key frame. */
const MOST_WAITING = 60;

/** A picture that was decoded; whoever gets it closes it. */
export interface DecodedPicture {
  readonly picture: VideoFrame | ImageBitmap;
  /** The number of its frame. */
  readonly sequence: number;
}

/** Why this browser decodes no video, for people; `undefined` if it does. */
export function whyNoDecoder(): string | undefined {
  if ("VideoDecoder" in globalThis) return undefined;
  return isSecureContext
    ? "This browser has no WebCodecs, so it shows no pictures of encoded video"
    : "Browsers show pictures of encoded video only over HTTPS, and on localhost";
}

/** The video of one tap. */
export class VideoDecoding {
  readonly #show: (picture: DecodedPicture) => void;
  readonly #fail: (why: string) => void;
  #decoder: VideoDecoder | undefined;
  /** As WebCodecs names it. */
  #codec = "";
  /** Pictures of this decoder have come. */
  #works = false;
  /** Nothing can be decoded before the next key frame. */
  #waits = true;
  #isClosed = false;
  /** What is being decoded, by its timestamp. */
  readonly #pending = new Map<number, { readonly sequence: number; readonly isShown: boolean }>();

  /** @param fail gets why pictures cannot be shown, for people */
  constructor(show: (picture: DecodedPicture) => void, fail: (why: string) => void) {
    this.#show = show;
    this.#fail = fail;
  }

  /** Takes a frame. */
  take({ head, payload, missed }: TapMessage): void {
    const { codec, keyframe, decoder, sequence, ptsNs, durationNs, decodeOnly } = head as {
      codec: string;
      keyframe: boolean;
      decoder?: string;
      sequence: number;
      ptsNs: number;
      durationNs: number;
      decodeOnly?: boolean;
    };
    if (codec === "jpeg") return void this.#takeJpeg(payload, sequence);
    if (missed > 0 || head.gap === true || (this.#decoder?.decodeQueueSize ?? 0) > MOST_WAITING) this.#waits = true;
    if (this.#waits && !keyframe) return;
    if (keyframe && !this.#begin(codec, decoder)) return;
    const timestamp = Math.round(ptsNs / 1e3);
    this.#pending.set(timestamp, { sequence, isShown: decodeOnly !== true });
    const type = keyframe ? "key" : "delta";
    this.#decoder!.decode(
      new EncodedVideoChunk({ type, timestamp, duration: Math.round(durationNs / 1e3), data: payload }),
    );
  }

  /** Ends it. */
  close(): void {
    this.#isClosed = true;
    this.#end();
  }

  /** Has a decoder for the frames from a key frame on. @returns false without one */
  #begin(codec: string, decoder: string | undefined): boolean {
    if (decoder === undefined) {
      this.#fail(`Its key frames are not what ${codec} has, so no picture is shown`);
      return false;
    }
    const isGoing = this.#decoder?.state === "configured" && this.#codec === decoder && !this.#waits;
    if (isGoing) return true;
    this.#end();
    this.#codec = decoder;
    const made = this.#decoder = new VideoDecoder({
      output: (picture) => this.#take(picture),
      error: () => this.#decoder === made && this.#stumble(codec),
    });
    made.configure({ codec: decoder, optimizeForLatency: true });
    this.#waits = false;
    return true;
  }

  #take(picture: VideoFrame): void {
    this.#works = true;
    const known = this.#pending.get(picture.timestamp);
    this.#pending.delete(picture.timestamp);
    if (known?.isShown === true && !this.#isClosed) this.#show({ picture, sequence: known.sequence });
    else picture.close();
  }

  /** A decoder that has worked begins again with the next key frame. */
  #stumble(codec: string): void {
    this.#waits = true;
    if (!this.#works) this.#fail(`This browser does not decode ${codec} (${this.#codec})`);
  }

  async #takeJpeg(payload: Uint8Array<ArrayBuffer>, sequence: number): Promise<void> {
    const picture = await createImageBitmap(new Blob([payload], { type: "image/jpeg" })).catch(() => undefined);
    if (picture !== undefined && !this.#isClosed) this.#show({ picture, sequence });
    else picture?.close();
  }

  #end(): void {
    this.#pending.clear();
    this.#waits = true;
    if (this.#decoder?.state !== "closed") this.#decoder?.close();
    this.#decoder = undefined;
  }
}
