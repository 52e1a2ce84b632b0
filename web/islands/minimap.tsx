/** @module The small picture of the whole graph; a click or a drag moves the view. */
import { computed, effect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { isAllInView, minimapView, paintMinimap } from "../model/minimap.ts";
import { type ScreenSize, toWorld } from "../model/viewport.ts";
import { camera, centerAt, screen } from "../state/camera.ts";
import { conditions } from "../state/live.ts";
import { scene, sceneFigures } from "../state/scene.ts";
import { palette } from "../state/theme.ts";

const SIZE: ScreenSize = { width: 196, height: 124 };

const shown = computed(() => {
  const now = scene.value;
  return now !== undefined && now.nodes.length > 0 && !isAllInView(now, camera.value, screen.value);
});

export function Minimap(): JSX.Element | null {
  return shown.value ? <MinimapCanvas /> : null;
}

function MinimapCanvas(): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => keepPainted(canvas.current!), []);
  return (
    <canvas
      ref={canvas}
      class="minimap"
      aria-hidden="true"
      style={{ width: `${SIZE.width}px`, height: `${SIZE.height}px` }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        move(event);
      }}
      onPointerMove={(event) => event.buttons !== 0 && move(event)}
    />
  );
}

function move({ offsetX, offsetY }: PointerEvent): void {
  const now = scene.peek();
  if (now !== undefined) centerAt(toWorld(minimapView(now, SIZE), { x: offsetX, y: offsetY }));
}

function keepPainted(canvas: HTMLCanvasElement): () => void {
  const context = canvas.getContext("2d", { alpha: false })!;
  const ratio = devicePixelRatio;
  canvas.width = SIZE.width * ratio;
  canvas.height = SIZE.height * ratio;
  let frame = 0;
  const paint = () => {
    frame = 0;
    const now = scene.peek();
    if (now === undefined) return;
    paintMinimap(context, ratio, SIZE, {
      scene: now,
      figures: sceneFigures.peek(),
      palette: palette.peek(),
      view: camera.peek(),
      screen: screen.peek(),
    });
  };
  const end = effect(() => {
    for (const each of [scene, sceneFigures, conditions, camera, screen, palette]) each.value;
    frame ||= requestAnimationFrame(paint);
  });
  return () => {
    end();
    cancelAnimationFrame(frame);
  };
}
