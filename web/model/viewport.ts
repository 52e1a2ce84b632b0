/**
 * What part of the world the graph view shows, and how large. A viewport is a plain value: each gesture gives a new
 * one.
 *
 * @module
 */
import type { Point, Rect } from "./geometry.ts";

/** Least and greatest zoom. */
export const MIN_SCALE = 0.01;
export const MAX_SCALE = 3;

/** The largest scale at which a small graph is shown first, to use the available room. */
export const MAX_FIRST_SCALE = 1.5;

/** A view of the world: the world point in the upper left corner of the screen, and screen pixels a world unit. */
export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

/** Width and height of the screen part, in CSS pixels. */
export interface ScreenSize {
  readonly width: number;
  readonly height: number;
}

/** Where a point of the screen lies in the world. */
export function toWorld(view: Viewport, screen: Point): Point {
  return { x: view.x + screen.x / view.scale, y: view.y + screen.y / view.scale };
}

/** Where a point of the world lies on the screen. */
export function toScreen(view: Viewport, world: Point): Point {
  return { x: (world.x - view.x) * view.scale, y: (world.y - view.y) * view.scale };
}

/** The part of the world that is on the screen. */
export function visibleRect(view: Viewport, { width, height }: ScreenSize): Rect {
  return { x: view.x, y: view.y, width: width / view.scale, height: height / view.scale };
}

/** Moves what is shown by screen pixels: positive `dx` moves the content to the right. */
export function panBy(view: Viewport, dx: number, dy: number): Viewport {
  return { ...view, x: view.x - dx / view.scale, y: view.y - dy / view.scale };
}

/** Zooms by a factor, within the limits, so that the world point under `screen` stays where it is. */
export function zoomAt(view: Viewport, screen: Point, factor: number): Viewport {
  const scale = Math.min(MAX_SCALE, Math.max(MIN_SCALE, view.scale * factor));
  const anchor = toWorld(view, screen);
  return { x: anchor.x - screen.x / scale, y: anchor.y - screen.y / scale, scale };
}

/**
 * Shows all of a rectangle, in the middle of the screen.
 *
 * @param margin screen pixels that stay free around it
 * @param maxScale it is not drawn larger than this
 */
export function fit(rect: Rect, size: ScreenSize, margin = 24, maxScale = 1): Viewport {
  const width = Math.max(1, size.width - 2 * margin);
  const height = Math.max(1, size.height - 2 * margin);
  const wanted = Math.min(width / Math.max(1, rect.width), height / Math.max(1, rect.height), maxScale);
  const scale = Math.min(MAX_SCALE, Math.max(MIN_SCALE, wanted));
  return {
    x: rect.x + rect.width / 2 - size.width / 2 / scale,
    y: rect.y + rect.height / 2 - size.height / 2 / scale,
    scale,
  };
}

/**
 * Shows all of a rectangle if it can be read then; otherwise as large as is good to read, and what does not fit begins
 * at the left and upper edge.
 *
 * @param margin screen pixels that stay free around it
 * @param leastScale so small it can just be read
 * @param scale of what does not fit
 */
export function fitReadable(
  rect: Rect,
  size: ScreenSize,
  { margin, leastScale, scale }: { readonly margin: number; readonly leastScale: number; readonly scale: number },
): Viewport {
  const whole = fit(rect, size, margin, MAX_FIRST_SCALE);
  if (whole.scale >= leastScale) return whole;
  const begin = (start: number, length: number, room: number) =>
    length * scale + 2 * margin > room ? start - margin / scale : start + length / 2 - room / 2 / scale;
  return { x: begin(rect.x, rect.width, size.width), y: begin(rect.y, rect.height, size.height), scale };
}

/** Puts a world point into the middle of the screen, at the same zoom. */
export function centerOn(view: Viewport, point: Point, size: ScreenSize): Viewport {
  return { ...view, x: point.x - size.width / 2 / view.scale, y: point.y - size.height / 2 / view.scale };
}

/**
 * Leaves no room empty beside or below the content that other parts of it could fill.
 *
 * @param content bounds of all that is drawn
 * @param margin screen pixels that stay free around it
 */
export function keepFull(view: Viewport, content: Rect, size: ScreenSize, margin: number): Viewport {
  const within = (start: number, from: number, length: number, room: number) =>
    clamp(start, from - margin / view.scale, from + length - (room - margin) / view.scale);
  return {
    ...view,
    x: within(view.x, content.x, content.width, size.width),
    y: within(view.y, content.y, content.height, size.height),
  };
}

/** Screen pixels at the edges of a view, such as those that its tools cover. */
export interface Margins {
  readonly side: number;
  readonly top: number;
  readonly bottom: number;
}

/**
 * Moves as little as is needed to have a rectangle on the screen.
 *
 * @param margins that it keeps free
 * @returns `view` itself if it is there already
 */
export function reveal(view: Viewport, rect: Rect, size: ScreenSize, { side, top, bottom }: Margins): Viewport {
  const dx = shift((rect.x - view.x) * view.scale, rect.width * view.scale, size.width, side, side);
  const dy = shift((rect.y - view.y) * view.scale, rect.height * view.scale, size.height, top, bottom);
  return dx === 0 && dy === 0 ? view : panBy(view, dx, dy);
}

/**
 * Keeps some of the content on the screen, so that no gesture loses it.
 *
 * @param content bounds of all that is drawn
 */
export function keepInReach(view: Viewport, content: Rect, size: ScreenSize): Viewport {
  const marginX = Math.min(80, size.width / 3) / view.scale;
  const marginY = Math.min(80, size.height / 3) / view.scale;
  const x = clamp(view.x, content.x + marginX - size.width / view.scale, content.x + content.width - marginX);
  const y = clamp(view.y, content.y + marginY - size.height / view.scale, content.y + content.height - marginY);
  return x === view.x && y === view.y ? view : { ...view, x, y };
}

function clamp(value: number, least: number, greatest: number): number {
  return least > greatest ? (least + greatest) / 2 : Math.min(greatest, Math.max(least, value));
}

function shift(start: number, length: number, room: number, before: number, after: number): number {
  if (length + before + after > room) return before + (room - before - after) / 2 - (start + length / 2);
  if (start < before) return before - start;
  if (start + length > room - after) return room - after - (start + length);
  return 0;
}
