/**
 * Draws the graph on a canvas: lanes and links always, nodes and labels where the document does not show them. Looks
 * only at what is in view; what is too small to be read is left out.
 *
 * @module
 */
import { cardText, isCalm, labelText } from "./card_text.ts";
import { type Curve, inflate, type Rect } from "./geometry.ts";
import type { GraphFigures } from "./graph_figures.ts";
import { type Health, HEALTH_MARKS } from "./health.ts";
import { labelForm } from "./labels.ts";
import type { Palette } from "./palette.ts";
import type { Scene } from "./scene.ts";
import { type ScreenSize, type Viewport, visibleRect } from "./viewport.ts";

/** From this scale on figures can be read, and from this one names. */
const FIGURES_FROM = 0.6;
const NAMES_FROM = 0.2;

/** From this scale on a link that is not well has its figures beside it. */
const FAULTS_FROM = 0.3;

/** Dashes of a link, so that its condition can be told without colours. World units. */
const DASHES: Readonly<Record<Health, readonly number[]>> = {
  failed: [3, 3],
  stuck: [3, 3],
  dropping: [3, 5],
  blocked: [14, 4, 3, 4],
  late: [12, 6],
  healthy: [],
  idle: [],
  ended: [1, 6],
};

/** Text that does not fit is cut; results are kept for so many texts. */
const KEPT_CUTS = 5000;

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

const shapes = new Map<Health, Path2D>();
const cuts = new Map<string, string>();

/** Draws one frame. @param ratio device pixels of a CSS pixel */
export function paintGraph(context: CanvasRenderingContext2D, ratio: number, painting: Painting): void {
  const { scene, view, size, palette } = painting;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = palette.ground;
  context.fillRect(0, 0, size.width * ratio, size.height * ratio);
  const scale = view.scale * ratio;
  context.setTransform(scale, 0, 0, scale, -view.x * scale, -view.y * scale);
  const area = visibleRect(view, size);
  paintLanes(context, painting, area);
  const links = scene.linksIn(area);
  paintLinks(context, painting, links);
  if (!painting.nodes) return;
  if (view.scale >= FAULTS_FROM) {
    const isWanted = (link: number) =>
      view.scale >= FIGURES_FROM || !isCalm(painting.figures?.linkHealth[link] ?? "idle");
    for (const link of links) if (isWanted(link)) paintLabel(context, painting, link);
  }
  for (const node of scene.nodesIn(inflate(area, 8))) paintNode(context, painting, node);
}

/** Whether figures can be read at a scale; below it a reading changes only what is drawn of conditions. */
export function showsFigures(scale: number): boolean {
  return scale >= NAMES_FROM;
}

function paintLanes(context: CanvasRenderingContext2D, { scene, figures, view, palette }: Painting, area: Rect): void {
  const { lanes } = scene.graph;
  for (const box of scene.layout.lanes) {
    if (box.x > area.x + area.width || box.x + box.width < area.x) continue;
    context.beginPath();
    context.roundRect(box.x, box.y, box.width, box.height, 12);
    context.fillStyle = palette.sunken;
    context.fill();
    context.lineWidth = 1 / Math.min(1, view.scale);
    context.strokeStyle = palette.edge;
    context.stroke();
    if (view.scale < NAMES_FROM / 2) continue;
    // The title keeps to a size that can be read, where its box has room for it.
    const px = Math.min(40, Math.max(12, 11 / view.scale));
    context.font = `600 ${px}px ${palette.font}`;
    context.textBaseline = "alphabetic";
    context.fillStyle = palette.text;
    const title = cut(context, box.name, box.width - 24);
    const y = px > 18 ? box.y - px * 0.35 : box.y + 20;
    context.fillText(title, box.x + 14, y);
    if (px > 18) continue;
    const lane = lanes.findIndex(({ name }) => name === box.name);
    const words = lane < 0 ? "" : laneWords(lanes[lane].kind, figures, lane);
    const at = box.x + 14 + context.measureText(title).width + 8;
    context.font = `${px}px ${palette.font}`;
    context.fillStyle = palette.textSoft;
    context.fillText(cut(context, words, box.x + box.width - at - 8), at, y);
  }
}

function laneWords(kind: string, figures: GraphFigures | undefined, lane: number): string {
  const state = figures?.laneState(lane);
  const node = figures?.laneNode(lane);
  if (node !== undefined) return `stuck in ${node}`;
  if (state === "dead" || state === "fenced") return `${kind} lane, ${state}`;
  return `${kind} lane`;
}

function paintLinks(context: CanvasRenderingContext2D, painting: Painting, links: readonly number[]): void {
  const { scene, figures, view, palette, selectedNode, selectedLink, hoveredLink, hoveredNode } = painting;
  const near = hoveredNode >= 0 ? hoveredNode : selectedNode;
  const batches = new Map<Health, Path2D>();
  const raised: number[] = [];
  for (const link of links) {
    const [from, to] = scene.pairs[link];
    if (link === selectedLink || link === hoveredLink || from === near || to === near) raised.push(link);
    const health = figures?.linkHealth[link] ?? "idle";
    let path = batches.get(health);
    if (path === undefined) batches.set(health, path = new Path2D());
    trace(path, scene.links[link]);
  }
  const thin = Math.max(1.5, 1.1 / view.scale);
  // Under the links, so that their conditions stay in sight.
  for (const link of raised) {
    const path = new Path2D();
    trace(path, scene.links[link]);
    context.strokeStyle = link === selectedLink ? palette.accent : palette.text;
    context.globalAlpha = link === selectedLink ? 0.5 : 0.22;
    context.lineWidth = thin * 4.5;
    context.stroke(path);
  }
  context.globalAlpha = 1;
  for (const [health, path] of batches) {
    context.strokeStyle = health === "idle" || health === "ended" ? palette.edgeStrong : palette.health[health];
    context.lineWidth = isCalm(health) ? thin : thin * 1.6;
    context.setLineDash(view.scale < NAMES_FROM ? [] : [...DASHES[health]]);
    context.stroke(path);
  }
  context.setLineDash([]);
  if (view.scale < NAMES_FROM) return;
  context.fillStyle = palette.textSoft;
  context.beginPath();
  for (const link of links) {
    const { x3, y3 } = scene.links[link];
    context.moveTo(x3, y3);
    context.lineTo(x3 - 8, y3 - 4.5);
    context.lineTo(x3 - 8, y3 + 4.5);
    context.closePath();
  }
  context.fill();
}

function paintLabel(
  context: CanvasRenderingContext2D,
  { scene, figures, palette, view, selectedLink }: Painting,
  link: number,
): void {
  const now = figures?.link(link);
  if (now === undefined) return;
  const place = scene.labels[link];
  const form = labelForm(place, link === selectedLink, !isCalm(now.health));
  if (form === "none") return;
  const { rate, depth, fill, age, drops, short } = labelText(now, figures?.frame, link);
  const height = form === "short" ? 14 : drops === "" ? 30 : 43;
  context.save();
  context.translate(place.x, place.y);
  // Among names a label is as large as they are.
  if (view.scale < FIGURES_FROM) context.scale(1.7, 1.7);
  context.fillStyle = palette.ground;
  context.globalAlpha = 0.88;
  context.beginPath();
  context.roundRect(-44, -height / 2, 88, height, 5);
  context.fill();
  context.globalAlpha = 1;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = `10.5px ${palette.font}`;
  context.fillStyle = palette.text;
  if (form === "short") {
    context.fillText(cut(context, short, 88), 0, 0);
    context.restore();
    return;
  }
  const top = 8 - height / 2;
  context.fillText(`${rate}  ${depth}`, 0, top);
  context.fillStyle = palette.edge;
  context.fillRect(-30, top + 6.5, 60, 2);
  context.fillStyle = palette.health[now.health];
  context.fillRect(-30, top + 6.5, 60 * fill, 2);
  context.fillStyle = palette.textSoft;
  context.fillText(age, 0, top + 15);
  if (drops !== "") {
    context.fillStyle = palette.health.dropping;
    context.fillText(cut(context, `▾ ${drops}`, 88), 0, top + 28);
  }
  context.restore();
}

function paintNode(context: CanvasRenderingContext2D, painting: Painting, index: number): void {
  const { scene, figures, view, palette, selectedNode, hoveredNode } = painting;
  const { x, y, width, height } = scene.nodes[index];
  const { id, type } = scene.graph.nodes[index];
  const health = figures?.nodeHealth[index] ?? "idle";
  const selected = index === selectedNode;
  context.beginPath();
  if (view.scale < NAMES_FROM) context.rect(x, y, width, height);
  else context.roundRect(x, y, width, height, 7);
  context.fillStyle = palette.raised;
  context.fill();
  context.lineWidth = (selected ? 2.5 : isCalm(health) ? 1 : 2) / Math.min(1, view.scale);
  context.strokeStyle = selected
    ? palette.accent
    : isCalm(health) && index !== hoveredNode
    ? palette.edgeStrong
    : palette.health[health];
  context.stroke();
  if (view.scale < NAMES_FROM) {
    paintShape(context, palette, health, x + width / 2, y + height / 2, Math.min(height * 0.8, 9 / view.scale));
    return;
  }
  const { condition, rate, ticks, errors } = cardText(figures?.node(index));
  // What is wrong comes before how fast it is.
  const word = condition || errors || rate;
  const wordColor = word === rate ? palette.text : palette.health[condition === "" ? "failed" : health];
  context.textBaseline = "alphabetic";
  context.fillStyle = palette.text;
  if (view.scale < FIGURES_FROM) {
    paintShape(context, palette, health, x + 23, y + 25, 22);
    context.font = `600 24px ${palette.font}`;
    context.fillText(cut(context, id, width - 52), x + 42, y + 33);
    context.font = `19px ${palette.font}`;
    context.fillStyle = word === rate ? palette.textSoft : wordColor;
    context.fillText(cut(context, word, width - 24), x + 12, y + 62);
    return;
  }
  paintShape(context, palette, health, x + 16, y + 18, 12);
  context.font = `600 13px ${palette.font}`;
  context.fillText(cut(context, id, width - 40), x + 28, y + 22.5);
  context.font = `11px ${palette.font}`;
  context.fillStyle = palette.textSoft;
  context.fillText(cut(context, type, width - 84), x + 10, y + 43);
  context.fillText(cut(context, ticks, width - 20), x + 10, y + 63);
  context.textAlign = "right";
  context.fillStyle = wordColor;
  context.fillText(word, x + width - 10, y + 43);
  context.textAlign = "left";
}

function paintShape(
  context: CanvasRenderingContext2D,
  palette: Palette,
  health: Health,
  x: number,
  y: number,
  size: number,
): void {
  let shape = shapes.get(health);
  if (shape === undefined) shapes.set(health, shape = new Path2D(HEALTH_MARKS[health].shape));
  context.save();
  context.translate(x - size / 2, y - size / 2);
  context.scale(size / 12, size / 12);
  context.fillStyle = palette.health[health];
  context.fill(shape);
  context.restore();
}

function trace(path: Path2D, { x0, y0, x1, y1, x2, y2, x3, y3 }: Curve): void {
  path.moveTo(x0, y0);
  path.bezierCurveTo(x1, y1, x2, y2, x3, y3);
}

/** Cuts a text to a width in the context's font. */
function cut(context: CanvasRenderingContext2D, text: string, width: number): string {
  const key = `${context.font}\n${Math.round(width)}\n${text}`;
  const known = cuts.get(key);
  if (known !== undefined) return known;
  let result = text.slice(0, 200);
  if (context.measureText(result).width > width) {
    let [low, high] = [0, result.length];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (context.measureText(`${result.slice(0, middle)}…`).width <= width) low = middle;
      else high = middle - 1;
    }
    result = `${result.slice(0, low)}…`;
  }
  if (cuts.size >= KEPT_CUTS) cuts.clear();
  cuts.set(key, result);
  return result;
}
