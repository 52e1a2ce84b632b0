/**
 * Draws the graph on a canvas: lanes and links always, nodes and labels where the document does not show them. Looks
 * only at what is in view; what is too small to be read is left out.
 *
 * @module
 */
import { isCalm } from "./card_text.ts";
import { type Course, courseEnd } from "./course.ts";
import { cut } from "./cut_text.ts";
import { formatShort } from "./format_figures.ts";
import { inflate, intersects, type Rect } from "./geometry.ts";
import type { GraphFigures } from "./graph_figures.ts";
import type { Health } from "./health.ts";
import { dashesAt, LINK_STROKES } from "./link_strokes.ts";
import { paintIllMarks, paintNodes } from "./node_painter.ts";
import { type Painting, PATH_PARTS } from "./painting.ts";
import type { Palette } from "./palette.ts";
import { FAULT_SIZE, FAULTS_FROM, FIGURES_FROM, LABEL_SIZE, NAMES_FROM } from "./text_scales.ts";
import { visibleRect } from "./viewport.ts";

/**
 * Width of a link where the graph is shown small, CSS pixels. A browser that has no graphics card draws lines of at
 * most one pixel five times as fast as wider ones, whose outlines it has to fill.
 */
const HAIRLINE = 0.99;

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
  if (painting.nodes) {
    const paintText = painting.details ? paintLabel : paintQuietLabel;
    if (view.scale >= FIGURES_FROM) { for (const link of links) paintText(context, painting, link); }
    else if (view.scale >= FAULTS_FROM) { for (const link of links) paintFault(context, painting, link); }
    paintNodes(context, painting, scene.nodesIn(inflate(area, 8)));
  }
  paintTitles(context, painting, area);
}

function paintLanes(context: CanvasRenderingContext2D, { scene, view, palette }: Painting, area: Rect): void {
  const folds = new Set(scene.folding.lanes);
  for (const box of scene.layout.lanes) {
    if (folds.has(box.name) || box.x > area.x + area.width || box.x + box.width < area.x) continue;
    context.beginPath();
    context.roundRect(box.x, box.y, box.width, box.height, 12);
    context.fillStyle = palette.sunken;
    context.fill();
    context.lineWidth = 1 / Math.min(1, view.scale);
    context.strokeStyle = palette.edge;
    context.stroke();
  }
}

/**
 * Titles of lanes, over what runs through them, and in a narrow place over boxes of nodes: no way around is free there.
 * What is not well stays in sight.
 */
function paintTitles(context: CanvasRenderingContext2D, painting: Painting, area: Rect): void {
  const { scene, figures, view, palette, hoveredLane } = painting;
  const grounds: Rect[] = [];
  const { lanes } = scene.graph;
  const folds = new Set(scene.folding.lanes);
  context.textBaseline = "alphabetic";
  scene.titlesAt(view.scale).forEach(({ rect, size, isInside }, k) => {
    const { name } = scene.layout.lanes[k];
    // A folded lane is a card that has its name.
    if (folds.has(name) || !intersects(rect, area)) return;
    context.font = `600 ${size}px ${palette.font}`;
    const x = rect.x + 14 * Math.max(1, isInside ? 1 : size / 24);
    const y = rect.y + (isInside ? 20 : size * 1.05);
    const title = cut(context, name, rect.x + rect.width - x - size * 1.6);
    if (title === "") return;
    const width = context.measureText(title).width + size * 1.3;
    const ground = { x: x - 3, y: y - size * 0.95, width: width + 6, height: size * 1.25 };
    paintGround(context, isInside ? palette.sunken : palette.ground, ground);
    grounds.push(ground);
    context.fillStyle = name === hoveredLane ? palette.accent : palette.textSoft;
    paintArrow(context, x + size * 0.4, y - size * 0.35, size * 0.38);
    context.fillStyle = name === hoveredLane ? palette.accent : palette.text;
    context.fillText(title, x + size * 1.3, y);
    if (!isInside) return;
    const lane = lanes.findIndex((each) => each.name === name);
    const words = lane < 0 ? "" : laneWords(lanes[lane].kind, figures?.figures, lane);
    const at = x + width + 8;
    context.font = `${size}px ${palette.font}`;
    context.fillStyle = palette.textSoft;
    context.fillText(cut(context, words, rect.x + rect.width - at - 8), at, y);
  });
  if (painting.nodes) paintIllMarks(context, painting, grounds);
}

/** The mark of a lane that can be folded, about a middle: it points down to what it shows. */
function paintArrow(context: CanvasRenderingContext2D, x: number, y: number, reach: number): void {
  context.beginPath();
  context.moveTo(x - reach, y - reach * 0.6);
  context.lineTo(x + reach, y - reach * 0.6);
  context.lineTo(x, y + reach * 0.7);
  context.closePath();
  context.fill();
}

function laneWords(kind: string, figures: GraphFigures | undefined, lane: number): string {
  const state = figures?.laneState(lane);
  const node = figures?.laneNode(lane);
  if (node !== undefined) return `stuck in ${node}`;
  if (figures?.over === true) return `${kind} lane, ended`;
  if (state === "dead" || state === "fenced") return `${kind} lane, ${state}`;
  return `${kind} lane`;
}

function paintLinks(context: CanvasRenderingContext2D, painting: Painting, links: readonly number[]): void {
  const { scene, figures, view, palette, selectedNode, selectedLink, hoveredLink, hoveredNode } = painting;
  const near = hoveredNode >= 0 ? hoveredNode : selectedNode;
  const batches = new Map<Health, number[]>();
  const raised: number[] = [];
  for (const link of links) {
    const [from, to] = scene.pairs[link];
    if (link === selectedLink || link === hoveredLink || from === near || to === near) raised.push(link);
    const health = figures?.linkHealth[link] ?? "idle";
    const batch = batches.get(health);
    if (batch === undefined) batches.set(health, [link]);
    else batch.push(link);
  }
  const thin = Math.max(1.5, HAIRLINE / view.scale);
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
  for (const [health, batch] of batches) {
    context.strokeStyle = health === "idle" || health === "ended" ? palette.edgeStrong : palette.health[health];
    context.lineWidth = thin * LINK_STROKES[health].width;
    context.setLineDash(dashesAt(health, view.scale));
    for (let first = 0; first < batch.length; first += PATH_PARTS) {
      const path = new Path2D();
      for (const link of batch.slice(first, first + PATH_PARTS)) trace(path, scene.links[link]);
      context.stroke(path);
    }
  }
  context.setLineDash([]);
  if (view.scale < NAMES_FROM) return;
  context.fillStyle = palette.textSoft;
  context.beginPath();
  for (const link of links) {
    // Before the mark of the port.
    const { x, y: y3 } = courseEnd(scene.links[link]);
    const x3 = x - 4;
    context.moveTo(x3, y3);
    context.lineTo(x3 - 8, y3 - 4.5);
    context.lineTo(x3 - 8, y3 + 4.5);
    context.closePath();
  }
  context.fill();
}

function paintLabel(
  context: CanvasRenderingContext2D,
  { scene, figures, palette }: Painting,
  link: number,
): void {
  const { form, x, y } = scene.labels[link];
  const now = form === "none" ? undefined : figures?.label(link);
  if (figures === undefined || now === undefined) return;
  const health = figures.linkHealth[link];
  const { rate, depth, fill, age, drops, short } = now;
  const height = form === "short" ? 14 : drops === "" ? 30 : 43;
  paintLabelGround(context, palette, x, y, height);
  context.font = `${LABEL_SIZE}px ${palette.font}`;
  context.fillStyle = palette.text;
  context.textAlign = "center";
  if (form === "short") context.fillText(cut(context, short, 88), x, y);
  else {
    const top = y + 8 - height / 2;
    context.fillText(`${rate}  ${depth}`, x, top);
    context.fillStyle = palette.edge;
    context.fillRect(x - 30, top + 6.5, 60, 2);
    context.fillStyle = palette.health[health];
    context.fillRect(x - 30, top + 6.5, 60 * fill, 2);
    context.fillStyle = palette.textSoft;
    context.fillText(age, x, top + 15);
    if (drops !== "") {
      context.fillStyle = health === "dropping" ? palette.health.dropping : palette.textSoft;
      context.fillText(cut(context, drops, 88), x, top + 28);
    }
  }
  context.textAlign = "left";
}

/** Draws what is wrong with a link, or nothing. */
function paintQuietLabel(context: CanvasRenderingContext2D, painting: Painting, link: number): void {
  const { scene, figures, palette } = painting;
  const { form, x, y } = scene.labels[link];
  const now = figures?.label(link);
  if (figures === undefined || now === undefined || now.fault === "") return;
  const { fault, faultAgo } = now;
  const health = figures.linkHealth[link];
  const hasMore = form === "full" && faultAgo !== "";
  paintLabelGround(context, palette, x, y, hasMore ? 30 : 16);
  context.font = `${LABEL_SIZE}px ${palette.font}`;
  context.textAlign = "center";
  context.fillStyle = isCalm(health) ? palette.text : palette.health[health];
  context.fillText(cut(context, fault, 88), x, hasMore ? y - 7 : y);
  context.fillStyle = palette.textSoft;
  if (hasMore) context.fillText(faultAgo, x, y + 7);
  context.textAlign = "left";
}

/** Draws what is wrong with a link, at the size of names, if its label has room. */
function paintFault(context: CanvasRenderingContext2D, { scene, figures, palette }: Painting, link: number): void {
  const health = figures?.linkHealth[link] ?? "idle";
  const { form, x, y } = scene.labels[link];
  if (isCalm(health) || form !== "full") return;
  const depth = figures?.label(link)?.depth ?? "";
  paintLabelGround(context, palette, x, y, 22);
  context.font = `${FAULT_SIZE}px ${palette.font}`;
  context.fillStyle = palette.health[health];
  context.textAlign = "center";
  context.fillText(
    cut(context, health === "dropping" ? `▾ ${formatShort(figures?.dropped(link) ?? 0)}` : depth, 88),
    x,
    y,
  );
  context.textAlign = "left";
}

function paintLabelGround(
  context: CanvasRenderingContext2D,
  palette: Palette,
  x: number,
  y: number,
  height: number,
): void {
  context.textBaseline = "middle";
  paintGround(context, palette.ground, { x: x - 44, y: y - height / 2, width: 88, height });
}

/** What lies behind a text, so that lines under it do not run through its letters. */
function paintGround(context: CanvasRenderingContext2D, color: string, { x, y, width, height }: Rect): void {
  context.fillStyle = color;
  context.globalAlpha = 0.88;
  context.beginPath();
  context.roundRect(x, y, width, height, 5);
  context.fill();
  context.globalAlpha = 1;
}

function trace(path: Path2D, course: Course): void {
  path.moveTo(course[0].x0, course[0].y0);
  for (const { x1, y1, x2, y2, x3, y3 } of course) path.bezierCurveTo(x1, y1, x2, y2, x3, y3);
}
