/**
 * Draws nodes on a canvas: boxes and marks at any scale, and as much text as can be read. What has one colour is drawn
 * in one go, since a call for each of a thousand nodes is what takes the time.
 *
 * @module
 */
import { type CardText, cardText, isCalm } from "./card_text.ts";
import { cut } from "./cut_text.ts";
import { type Health, HEALTH_MARKS } from "./health.ts";
import type { Painting } from "./painting.ts";
import { FIGURES_FROM, NAME_SIZE, NAMES_FROM, WORD_SIZE, WORDS_FROM } from "./text_scales.ts";

const shapes = new Map<Health, Path2D>();

/** Draws nodes, by their indices. */
export function paintNodes(context: CanvasRenderingContext2D, painting: Painting, nodes: readonly number[]): void {
  const { scale } = painting.view;
  paintBoxes(context, painting, nodes);
  paintMarks(context, painting, nodes);
  if (scale >= FIGURES_FROM) { for (const node of nodes) paintFigures(context, painting, node); }
  else if (scale >= NAMES_FROM) paintNames(context, painting, nodes);
}

/** The boxes of nodes, all of one outline in one go. */
function paintBoxes(context: CanvasRenderingContext2D, painting: Painting, nodes: readonly number[]): void {
  const { scene, figures, view, palette, selectedNode, hoveredNode } = painting;
  const radius = view.scale < NAMES_FROM ? 0 : 7;
  const calm = new Path2D();
  const ill = new Map<Health, Path2D>();
  for (const node of nodes) {
    const { x, y, width, height } = scene.nodes[node];
    const health = figures?.nodeHealth[node] ?? "idle";
    let path = calm;
    if (!isCalm(health) || node === hoveredNode) {
      path = ill.get(health) ?? new Path2D();
      ill.set(health, path);
    }
    if (radius === 0) path.rect(x, y, width, height);
    else path.roundRect(x, y, width, height, radius);
  }
  const thin = 1 / Math.min(1, view.scale);
  const paint = (path: Path2D, color: string, width: number) => {
    context.fillStyle = palette.raised;
    context.fill(path);
    context.strokeStyle = color;
    context.lineWidth = width * thin;
    context.stroke(path);
  };
  paint(calm, palette.edgeStrong, 1);
  for (const [health, path] of ill) paint(path, palette.health[health], isCalm(health) ? 1 : 2);
  if (!nodes.includes(selectedNode)) return;
  const { x, y, width, height } = scene.nodes[selectedNode];
  const path = new Path2D();
  path.roundRect(x, y, width, height, radius);
  paint(path, palette.accent, 2.5);
}

/** The marks of nodes' conditions, all of one condition in one go. */
function paintMarks(context: CanvasRenderingContext2D, painting: Painting, nodes: readonly number[]): void {
  const { scene, figures, view, palette } = painting;
  const byHealth = new Map<Health, Path2D>();
  for (const node of nodes) {
    const { x, y, width, height } = scene.nodes[node];
    const health = figures?.nodeHealth[node] ?? "idle";
    let path = byHealth.get(health);
    if (path === undefined) byHealth.set(health, path = new Path2D());
    if (view.scale >= FIGURES_FROM) addMark(path, health, x + 16, y + 18, 12);
    else if (view.scale >= NAMES_FROM) addMark(path, health, x + 23, y + 25, 22);
    else addMark(path, health, x + width / 2, y + height / 2, Math.min(height * 0.8, 9 / view.scale));
  }
  for (const [health, path] of byHealth) {
    context.fillStyle = palette.health[health];
    context.fill(path);
  }
}

/** Names, and one word below each. */
function paintNames(context: CanvasRenderingContext2D, painting: Painting, nodes: readonly number[]): void {
  const { scene, figures, view, palette } = painting;
  context.textBaseline = "alphabetic";
  context.font = `600 ${NAME_SIZE}px ${palette.font}`;
  context.fillStyle = palette.text;
  for (const node of nodes) {
    const { x, y, width } = scene.nodes[node];
    context.fillText(cut(context, scene.graph.nodes[node].id, width - 52), x + 42, y + 33);
  }
  if (view.scale < WORDS_FROM) return;
  context.font = `${WORD_SIZE}px ${palette.font}`;
  for (const node of nodes) {
    const { x, y, width } = scene.nodes[node];
    const { word, color } = nodeWord(painting, figures?.nodeHealth[node] ?? "idle", cardText(figures?.node(node)));
    context.fillStyle = color;
    context.fillText(cut(context, word, width - 24), x + 12, y + 62);
  }
}

function paintFigures(context: CanvasRenderingContext2D, painting: Painting, node: number): void {
  const { scene, figures, palette } = painting;
  const { x, y, width } = scene.nodes[node];
  const { id, type } = scene.graph.nodes[node];
  const text = cardText(figures?.node(node));
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

/** The one word that a node has room for: what is wrong comes before how fast it is. */
function nodeWord(
  { palette }: Painting,
  health: Health,
  { condition, errors, rate }: CardText,
): { readonly word: string; readonly color: string } {
  if (condition !== "") return { word: condition, color: palette.health[health] };
  if (errors !== "") return { word: errors, color: palette.health.failed };
  return { word: rate, color: palette.textSoft };
}

/** Adds the mark of a condition to a path, about a middle. */
function addMark(path: Path2D, health: Health, x: number, y: number, size: number): void {
  let shape = shapes.get(health);
  if (shape === undefined) shapes.set(health, shape = new Path2D(HEALTH_MARKS[health].shape));
  const scale = size / 12;
  path.addPath(shape, { a: scale, d: scale, e: x - size / 2, f: y - size / 2 });
}
