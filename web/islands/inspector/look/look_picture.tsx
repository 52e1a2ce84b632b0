/** @module The newest picture of a link, with its number, size, rate and age. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { useTap } from "../../../state/taps.ts";
import { PictureFigures } from "./picture_figures.tsx";

const RATE = 10;

interface Shown {
  readonly sequence: number;
  readonly source: { readonly width: number; readonly height: number; readonly pixelFormat: string };
}

export function LookPicture({ link }: { readonly link: string }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const shown = useSignal<Shown | undefined>(undefined);
  const problem = useTap(link, "image", RATE, ({ head, payload }) => {
    void createImageBitmap(new Blob([payload], { type: "image/jpeg" })).then((bitmap) => {
      const target = canvas.current;
      if (target !== null) {
        if (target.width !== bitmap.width) target.width = bitmap.width;
        if (target.height !== bitmap.height) target.height = bitmap.height;
        target.getContext("2d")!.drawImage(bitmap, 0, 0);
        shown.value = head as unknown as Shown;
      }
      bitmap.close();
    });
  });
  const source = shown.value?.source;
  return (
    <>
      <canvas ref={canvas} class="look-picture" width="480" height="270" role="img" aria-label="The newest picture" />
      {problem !== undefined && <p class="field-problem" role="alert">{problem}</p>}
      <PictureFigures
        sequence={shown.value?.sequence}
        size={source && `${source.width} × ${source.height} ${source.pixelFormat}`}
      />
    </>
  );
}
