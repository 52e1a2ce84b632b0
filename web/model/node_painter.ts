/**
 * Draws nodes on a canvas: boxes and marks at any scale, and as much text as can be read. What has one colour is drawn
 * in few calls, since one for each of a thousand nodes takes long.
 *
 * @module
 */
import { type CardText, isCalm } from "./card_text.ts";
import { cut } from "./cut_text.ts";
import { centerOf, type Rect } from "./geometry.ts";
import { type Health, HEALTH_MARKS } from "./health.ts";
import { nameLines } from "./name_lines.ts";
import { NAME_PX, type NamePlace, placeNames } from "./names.ts";
import { type Painting, PATH_PARTS } from "./painting.ts";
import type { Scene } from "./scene.ts";
import { FIGURES_FROM, LEAST_TEXT, NAME_SIZE, NAMES_FROM, WORD_SIZE, WORDS_FROM } from "./text_scales.ts";

const shapes = new Map<Health, Path2D>();

const NO_TEXT: CardText = { condition: "", rate: "", ticks: "", errors: "" };

/** How many widths of names at {@linkcode NAME_PX} are cached. */
const KEPT_WIDTHS = 10_000;
const widths = new Map<string, number>();
const nameWidths = new Map<string, number>();

const smallNamesOf = new WeakMap<Scene, { readonly key: string; readonly places: readonly NamePlace[] }>();

/** Draws nodes, by their indices. */
export function paintNodes(context: CanvasRenderingContext2D, painting: Painting, nodes: readonly number[]): void {
  const { scale } = painting.view;
  paintBoxes(context, painting, nodes);
  paintMarks(context, painting, nodes);
  if (scale >= FIGURES_FROM) { for (const node of nodes) paintFigures(context, painting, node); }
  else if (scale >= NAMES_FROM) paintNames(context, painting, nodes);
  else paintSmallNames(context, painting, nodes);
}

/** Draws once more the marks of nodes that are not well and lie under one of these places. */
export function paintIllMarks(context: CanvasRenderingContext2D, painting: Painting, under: readonly Rect[]): void {
  const { scene, figures } = painting;
  const nodes = under.flatMap((rect) => scene.nodesIn(rect).filter((k) => !isCalm(figures?.nodeHealth[k] ?? "idle")));
  paintMarks(context, painting, [...new Set(nodes)]);
}

/** The boxes of nodes, all of one outline together. */
function paintBoxes(context: CanvasRenderingContext2D, painting: Painting, nodes: readonly number[]): void {
  const { scene, figures, view, palette, selectedNode, hoveredNode } = painting;
  const isSmall = view.scale < NAMES_FROM;
  const calm: number[] = [];
  const ill = new Map<Health, number[]>();
  for (const node of nodes) {
    const health = figures?.nodeHealth[node] ?? "idle";
    if (isCalm(health) && node !== hoveredNode) calm.push(node);
    else push(ill, health, node);
  }
  const thin = 1 / Math.min(1, view.scale);
  const paint = (those: readonly number[], color: string, width: number) => {
    context.fillStyle = palette.raised;
    context.strokeStyle = color;
    context.lineWidth = width * thin;
    if (isSmall) {
      for (const node of those) {
        const { x, y, width, height } = scene.nodes[node];
        context.fillRect(x, y, width, height);
        context.strokeRect(x, y, width, height);
      }
      return;
    }
    eachPath(those, (path, node) => {
      const { x, y, width, height } = scene.nodes[node];
      path.roundRect(x, y, width, height, 7);
    }, (path) => {
      context.fill(path);
      context.stroke(path);
    });
  };
  paint(calm, palette.edgeStrong, 1);
  for (const [health, those] of ill) paint(those, palette.health[health], isCalm(health) ? 1 : 2);
  if (nodes.includes(selectedNode)) paint([selectedNode], palette.accent, 2.5);
}

/** The marks of nodes' conditions, all of one condition together. */
function paintMarks(context: CanvasRenderingContext2D, painting: Painting, nodes: readonly number[]): void {
  const { scene, figures, view, palette } = painting;
  const byHealth = new Map<Health, number[]>();
  for (const node of nodes) push(byHealth, figures?.nodeHealth[node] ?? "idle", node);
  for (const [health, those] of byHealth) {
    context.fillStyle = palette.health[health];
    eachPath(those, (path, node) => {
      const { x, y, width, height } = scene.nodes[node];
      if (view.scale >= FIGURES_FROM) addMark(path, health, x + 16, y + 18, 12);
      else if (view.scale >= NAMES_FROM) addMark(path, health, x + 23, y + 21, 20);
      else addMark(path, health, x + width / 2, y + height / 2, Math.min(height * 0.8, 9 / view.scale));
    }, (path) => context.fill(path));
  }
}

/** Collects some nodes after others in a path, and paints each. */
function eachPath(
  nodes: readonly number[],
  add: (path: Path2D, node: number) => void,
  paint: (path: Path2D) => void,
): void {
  for (let first = 0; first < nodes.length; first += PATH_PARTS) {
    const path = new Path2D();
    for (const node of nodes.slice(first, first + PATH_PARTS)) add(path, node);
    paint(path);
  }
}

function push(map: Map<Health, number[]>, health: Health, node: number): void {
  const list = map.get(health);
  if (list === undefined) map.set(health, [node]);
  else list.push(node);
}

/** Names, and one word below each. */
function paintNames(context: CanvasRenderingContext2D, painting: Painting, nodes: readonly number[]): void {
  const { scene, figures, view, palette } = painting;
  const hasWords = view.scale >= WORDS_FROM;
  const least = LEAST_TEXT / view.scale;
  context.textBaseline = "alphabetic";
  context.fillStyle = palette.text;
  const setSize = (size: number) => context.font = `600 ${size}px ${palette.font}`;
  let sizeNow = 0;
  for (const node of nodes) {
    const { x, y, width } = scene.nodes[node];
    const room = {
      first: width - 52,
      second: width - 24,
      one: NAME_SIZE,
      two: Math.max(least, hasWords ? WORD_SIZE : NAME_SIZE),
      least,
    };
    const { size, lines } = nameLines(scene.nameOf(node), room, (text) => nameWidth(context, palette.font, text));
    if (size !== sizeNow) setSize(sizeNow = size);
    // The first line is level with the mark.
    const first = y + 21 + size * 0.35;
    context.fillText(lines[0], x + 42, first);
    if (lines.length > 1) context.fillText(lines[1], x + 12, first + size * 1.05);
  }
  if (!hasWords) return;
  context.font = `${WORD_SIZE}px ${palette.font}`;
  for (const node of nodes) {
    const { x, y, width } = scene.nodes[node];
    const health = figures?.nodeHealth[node] ?? "idle";
    const isLane = scene.folding.lanes[node] !== undefined;
    const lane = isLane ? figures?.lane(node) : undefined;
    const { word, color } = isLane
      ? { word: lane?.condition || lane?.nodes || "", color: palette.text }
      : nodeWord(painting, health, figures?.card(node) ?? NO_TEXT, figures?.value(node));
    context.fillStyle = isLane && lane?.condition ? palette.health[health] : color;
    context.fillText(cut(context, word, width - 24), x + 12, y + 69);
  }
}

/** Width of a text in the letters of names, of size 1. */
function nameWidth(context: CanvasRenderingContext2D, font: string, text: string): number {
  const key = `${font}\n${text}`;
  let width = nameWidths.get(key);
  if (width === undefined) {
    if (nameWidths.size >= KEPT_WIDTHS) nameWidths.clear();
    const before = context.font;
    context.font = `600 100px ${font}`;
    nameWidths.set(key, width = context.measureText(text).width / 100);
    context.font = before;
  }
  return width;
}

/** Names of a constant size on the screen, beside the marks of nodes that have room for them. */
function paintSmallNames(context: CanvasRenderingContext2D, painting: Painting, nodes: readonly number[]): void {
  const { scene, view, palette } = painting;
  const size = NAME_PX / view.scale;
  const isInView = new Set(nodes);
  const widthOf = (node: number) => {
    const name = scene.nameOf(node);
    let width = widths.get(name);
    if (width === undefined) {
      if (widths.size >= KEPT_WIDTHS) widths.clear();
      context.font = `500 ${NAME_PX}px ${palette.font}`;
      widths.set(name, width = context.measureText(name).width);
    }
    return width;
  };
  const places = smallNames(painting, widthOf);
  context.font = `500 ${size}px ${palette.font}`;
  context.textBaseline = "middle";
  // All grounds before all names, so that each colour is set once.
  context.fillStyle = palette.sunken;
  context.globalAlpha = 0.8;
  context.beginPath();
  const seen = places.filter(({ node }) => isInView.has(node));
  for (const { node, x, y } of seen) {
    const width = widthOf(node) / view.scale;
    context.rect(x - 1 / view.scale, y - size * 0.58, width + 2 / view.scale, size * 1.16);
  }
  context.fill();
  context.globalAlpha = 1;
  context.fillStyle = palette.text;
  for (const { node, x, y } of seen) context.fillText(scene.nameOf(node), x, y);
}

/**
 * Places of names, computed again when the scale, the scene or a condition changes. Unhealthy nodes get theirs first.
 */
function smallNames({ scene, figures, view }: Painting, widthOf: (node: number) => number): readonly NamePlace[] {
  const ill = scene.nodes.flatMap((_, k) => isCalm(figures?.nodeHealth[k] ?? "idle") ? [] : [k]);
  const key = `${view.scale} ${ill}`;
  const known = smallNamesOf.get(scene);
  if (known?.key === key) return known.places;
  const isLane = (k: number) => scene.folding.lanes[k] !== undefined;
  const all = scene.nodes.map((_, k) => k);
  const order = [...new Set([...all.filter(isLane), ...ill, ...all])];
  const folds = new Set(scene.folding.lanes);
  const titles = scene.titlesAt(view.scale).filter((_, k) => !folds.has(scene.layout.lanes[k].name));
  const places = placeNames(scene.nodes.map(centerOf), view.scale, order, titles.map(({ rect }) => rect), widthOf);
  smallNamesOf.set(scene, { key, places });
  return places;
}

function paintFigures(context: CanvasRenderingContext2D, painting: Painting, node: number): void {
  const { scene, figures, palette } = painting;
  if (scene.folding.lanes[node] !== undefined) return paintLaneFigures(context, painting, node);
  const { x, y, width } = scene.nodes[node];
  const { id, type } = scene.graph.nodes[node];
  const text = figures?.card(node) ?? NO_TEXT;
  if (!painting.details) return paintQuiet(context, painting, node, text);
  const { word, color } = nodeWord(painting, figures?.nodeHealth[node] ?? "idle", text);
  context.textBaseline = "alphabetic";
  context.fillStyle = palette.text;
  context.font = `600 13px ${palette.font}`;
  context.fillText(cut(context, id, width - 40), x + 28, y + 22.5);
  context.font = `11px ${palette.font}`;
  context.fillStyle = palette.textSoft;
  context.fillText(cut(context, type, width - 84), x + 10, y + 43);
  context.fillText(cut(context, text.ticks, width - 20), x + 10, y + 63);
  context.textAlign = "right";
  context.fillStyle = color;
  context.fillText(word, x + width - 10, y + 43);
  context.textAlign = "left";
}

/** Name, type and the one value, as cards have them. */
function paintQuiet(
  context: CanvasRenderingContext2D,
  { scene, figures, palette }: Painting,
  node: number,
  { condition, errors }: CardText,
): void {
  const { x, y, width } = scene.nodes[node];
  const { id, type } = scene.graph.nodes[node];
  const health = figures?.nodeHealth[node] ?? "idle";
  context.textBaseline = "alphabetic";
  context.fillStyle = palette.text;
  context.font = `600 14px ${palette.font}`;
  context.fillText(cut(context, id, width - 44), x + 30, y + 23);
  context.font = `11px ${palette.font}`;
  context.fillStyle = palette.textSoft;
  context.fillText(cut(context, type, width - 44), x + 30, y + 38);
  context.font = `600 16px ${palette.font}`;
  context.fillStyle = palette.text;
  context.fillText(cut(context, figures?.value(node) ?? "", width - 100), x + 30, y + 62);
  context.font = `600 11px ${palette.font}`;
  context.textAlign = "right";
  context.fillStyle = condition === "" ? palette.health.failed : palette.health[health];
  context.fillText(condition === "" ? errors : condition, x + width - 12, y + 61);
  context.textAlign = "left";
}

function paintLaneFigures(context: CanvasRenderingContext2D, painting: Painting, node: number): void {
  const { scene, figures, palette } = painting;
  const { x, y, width } = scene.nodes[node];
  const text = figures?.lane(node);
  context.textBaseline = "alphabetic";
  context.fillStyle = palette.text;
  context.font = `600 13px ${palette.font}`;
  context.fillText(cut(context, scene.nameOf(node), width - 40), x + 28, y + 22.5);
  context.font = `11px ${palette.font}`;
  context.fillStyle = palette.textSoft;
  context.fillText(text?.nodes ?? "", x + 10, y + 46);
  context.fillText(text?.busy ?? "", x + 10, y + 68);
  context.fillText(text?.drops ?? "", x + 10, y + 90);
  context.textAlign = "right";
  context.fillStyle = palette.health[figures?.nodeHealth[node] ?? "idle"];
  context.fillText(text?.condition ?? "", x + width - 10, y + 46);
  context.textAlign = "left";
}

/** The one word that a node has room for: what is wrong comes before its value. */
function nodeWord(
  { palette }: Painting,
  health: Health,
  { condition, errors, rate }: CardText,
  value = rate,
): { readonly word: string; readonly color: string } {
  if (condition !== "") return { word: condition, color: palette.health[health] };
  if (errors !== "") return { word: errors, color: palette.health.failed };
  return { word: value, color: palette.textSoft };
}

/** Adds the mark of a condition to a path, about a middle. */
function addMark(path: Path2D, health: Health, x: number, y: number, size: number): void {
  let shape = shapes.get(health);
  if (shape === undefined) shapes.set(health, shape = new Path2D(HEALTH_MARKS[health].shape));
  const scale = size / 12;
  path.addPath(shape, { a: scale, d: scale, e: x - size / 2, f: y - size / 2 });
}
