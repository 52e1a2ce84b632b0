/** @module A small picture, or a level meter, on a node. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { paintLevels } from "../model/sound_painter.ts";
import { previewsOn, sources, usePreview } from "../state/previews.ts";
import { canTap } from "../state/taps.ts";
import { palette } from "../state/theme.ts";

/** Pixels of the canvases, twice those of the page at 100 %. */
const PICTURE = { width: 164, height: 92 } as const;
const METER = { width: 328, height: 12 } as const;

export function CardPreview({ node }: { readonly node: string }): JSX.Element | null {
  if (!previewsOn.value) return null;
  const source = sources.value.get(node);
  if (source === undefined) return null;
  return source.kind === "video" ? <Picture output={source.output} /> : <Meter output={source.output} />;
}

function Picture({ output }: { readonly output: string }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const isShown = useSignal(false);
  usePreview({ output, kind: "video" }, ({ payload }) => {
    void createImageBitmap(new Blob([payload], { type: "image/jpeg" })).then((bitmap) => {
      const to = canvas.current?.getContext("2d");
      if (to) {
        const scale = Math.min(PICTURE.width / bitmap.width, PICTURE.height / bitmap.height);
        const [width, height] = [bitmap.width * scale, bitmap.height * scale];
        isShown.value = true;
        to.clearRect(0, 0, PICTURE.width, PICTURE.height);
        to.drawImage(bitmap, (PICTURE.width - width) / 2, (PICTURE.height - height) / 2, width, height);
      }
      bitmap.close();
    });
  });
  const hidden = !isShown.value || !canTap.value;
  return <canvas ref={canvas} class="card-picture" {...PICTURE} hidden={hidden} data-preview={output} />;
}

function Meter({ output }: { readonly output: string }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const isShown = useSignal(false);
  usePreview({ output, kind: "audio" }, ({ head }) => {
    const { peakDb, rmsDb } = head as { peakDb: (number | null)[]; rmsDb: (number | null)[] };
    const to = canvas.current?.getContext("2d");
    isShown.value = true;
    if (to) paintLevels(to, palette.peek(), rmsDb, peakDb, peakDb.map((db) => db ?? -Infinity));
  });
  const hidden = !isShown.value || !canTap.value;
  return <canvas ref={canvas} class="card-meter" {...METER} hidden={hidden} data-preview={output} />;
}
