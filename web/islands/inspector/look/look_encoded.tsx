/** @module The pictures of encoded video, decoded by the browser; where it cannot, and for sound, the frames. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type DecodedPicture, VideoDecoding, whyNoDecoder } from "../../../state/video_decoding.ts";
import { canTap, useTap } from "../../../state/taps.ts";
import { RowsOf, useRows } from "./look_data.tsx";
import { PictureFigures } from "./picture_figures.tsx";

/** More than any encoder gives: a decoder needs each frame. */
const RATE = 1_000;

/** The most pixels in a row of the canvas. */
const MOST_WIDTH = 960;

const SOUND: ReadonlySet<unknown> = new Set(["opus", "aac", "flac", "mp3"]);

export function LookEncoded({ link }: { readonly link: string }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const decoding = useRef<VideoDecoding | undefined>(undefined);
  const codec = useSignal("");
  const shown = useSignal<{ readonly sequence: number; readonly size: string } | undefined>(undefined);
  const why = useSignal<string | undefined>(undefined);
  const { rows, taken, take } = useRows();
  // A tap that is opened again begins with a key frame.
  const isOpen = canTap.value;
  useEffect(() => {
    let newest: DecodedPicture | undefined;
    let frame = 0;
    const draw = () => {
      frame = 0;
      if (newest === undefined) return;
      const { picture, sequence } = newest;
      newest = undefined;
      const { width, height } = sizeOf(picture);
      const to = canvas.current;
      if (to !== null) {
        const scale = Math.min(1, MOST_WIDTH / width);
        const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
        if (to.width !== size.width || to.height !== size.height) Object.assign(to, size);
        to.getContext("2d")!.drawImage(picture, 0, 0, to.width, to.height);
        shown.value = { sequence, size: `${width} × ${height}` };
      }
      picture.close();
    };
    const show = (decoded: DecodedPicture) => {
      newest?.picture.close();
      newest = decoded;
      frame ||= requestAnimationFrame(draw);
    };
    decoding.current = new VideoDecoding(show, (reason) => why.value = reason);
    return () => {
      decoding.current?.close();
      cancelAnimationFrame(frame);
      newest?.picture.close();
    };
  }, [isOpen]);
  const problem = useTap(link, "raw", RATE, (reading) => {
    codec.value = String(reading.head.codec);
    take(reading);
    if (SOUND.has(codec.value)) return;
    why.value ??= codec.value === "jpeg" ? undefined : whyNoDecoder();
    if (why.value === undefined) decoding.current?.take(reading);
  });
  const isListed = SOUND.has(codec.value) || why.value !== undefined;
  const isWaiting = shown.value === undefined && !isListed && isOpen && problem === undefined;
  return (
    <>
      <canvas
        ref={canvas}
        class="look-picture"
        width="480"
        height="270"
        role="img"
        aria-label="The newest picture"
        hidden={isListed}
      />
      {problem !== undefined && <p class="field-problem" role="alert">{problem}</p>}
      {isWaiting && <p class="soft" data-waiting>Pictures begin with the next key frame</p>}
      {why.value !== undefined && <p class="soft" data-fallback>{why.value}. These are its frames</p>}
      {isListed ? <RowsOf rows={rows} taken={taken} /> : (
        <PictureFigures
          sequence={shown.value?.sequence}
          size={shown.value && `${shown.value.size} ${codec.value}`}
        />
      )}
    </>
  );
}

function sizeOf(picture: VideoFrame | ImageBitmap): { readonly width: number; readonly height: number } {
  return "displayWidth" in picture ? { width: picture.displayWidth, height: picture.displayHeight } : picture;
}
