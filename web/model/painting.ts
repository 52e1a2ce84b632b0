/**
 * What a canvas of the graph shows.
 *
 * @module
 */
import type { Palette } from "./palette.ts";
import type { Scene } from "./scene.ts";
import type { SceneFigures } from "./scene_figures.ts";
import type { ScreenSize, Viewport } from "./viewport.ts";

/**
 * Links or marks in one path. A call for each of them takes long, and so does one path of them all: what it takes to
 * fill it grows faster than its parts.
 */
export const PATH_PARTS = 48;

/** What is drawn. */
export interface Painting {
  readonly scene: Scene;
  readonly figures: SceneFigures | undefined;
  readonly view: Viewport;
  /** The size of the canvas, CSS pixels. */
  readonly size: ScreenSize;
  readonly palette: Palette;
  /** Indices in the scene, or -1. */
  readonly selectedNode: number;
  readonly selectedLink: number;
  readonly hoveredNode: number;
  readonly hoveredLink: number;
  /** The lane whose title is pointed at. */
  readonly hoveredLane?: string;
  /** Nodes and labels too; otherwise the document shows them. */
  readonly nodes: boolean;
  /** All figures; otherwise one value of each node, and of links what is wrong. */
  readonly details: boolean;
}
