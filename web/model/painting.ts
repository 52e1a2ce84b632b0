/**
 * What a canvas of the graph shows.
 *
 * @module
 */
import type { GraphFigures } from "./graph_figures.ts";
import type { Palette } from "./palette.ts";
import type { Scene } from "./scene.ts";
import type { ScreenSize, Viewport } from "./viewport.ts";

/** What is drawn. */
export interface Painting {
  readonly scene: Scene;
  readonly figures: GraphFigures | undefined;
  readonly view: Viewport;
  /** Of the canvas, CSS pixels. */
  readonly size: ScreenSize;
  readonly palette: Palette;
  /** Indices; -1 for none. */
  readonly selectedNode: number;
  readonly selectedLink: number;
  readonly hoveredNode: number;
  readonly hoveredLink: number;
  /** Nodes and labels too; otherwise the document shows them. */
  readonly nodes: boolean;
}
