/**
 * The small picture of the whole graph: where it lies in its box, and how it is drawn.
 *
 * @module
 */
import type { Point } from "./geometry.ts";
import type { Palette } from "./palette.ts";
import type { Scene } from "./scene.ts";
import type { SceneFigures } from "./scene_figures.ts";
import { fit, type ScreenSize, toScreen, type Viewport, visibleRect } from "./viewport.ts";

/** The whole graph in a box: a view of the world of its own. */
export function minimapView(scene: Scene, size: ScreenSize): Viewport {
  return fit(scene.bounds, size, 6);
}

/** Whether the whole graph is in view, so that a minimap says nothing. */
export function isAllInView({ bounds }: Scene, view: Viewport, screen: ScreenSize): boolean {
  const { x, y, width, height } = visibleRect(view, screen);
  return bounds.x >= x && bounds.y >= y && bounds.x + bounds.width <= x + width &&
    bounds.y + bounds.height <= y + height;
}

/** Draws it. @param ratio device pixels of a CSS pixel */
export function paintMinimap(
  context: CanvasRenderingContext2D,
  ratio: number,
  size: ScreenSize,
  parts: {
    readonly scene: Scene;
    readonly figures: SceneFigures | undefined;
    readonly palette: Palette;
    readonly view: Viewport;
    readonly screen: ScreenSize;
  },
): void {
  const { scene, figures, palette, view, screen } = parts;
  const small = minimapView(scene, size);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = palette.surface;
  context.fillRect(0, 0, size.width, size.height);
  context.fillStyle = palette.sunken;
  for (const { name, x, y, width, height } of scene.layout.lanes) {
    if (scene.folding.lanes.includes(name)) continue;
    const at = toScreen(small, { x, y });
    context.fillRect(at.x, at.y, width * small.scale, height * small.scale);
  }
  scene.nodes.forEach(({ x, y, width, height }, k) => {
    const at: Point = toScreen(small, { x, y });
    context.fillStyle = palette.health[figures?.nodeHealth[k] ?? "idle"];
    context.fillRect(at.x, at.y, Math.max(1.5, width * small.scale), Math.max(1.5, height * small.scale));
  });
  const seen = visibleRect(view, screen);
  const corner = toScreen(small, seen);
  context.strokeStyle = palette.accent;
  context.lineWidth = 1.5;
  context.strokeRect(corner.x, corner.y, seen.width * small.scale, seen.height * small.scale);
}
