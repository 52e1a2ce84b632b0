import assert from "node:assert/strict";
import type { GraphSnapshot } from "../../control/schemas/graph.ts";
import { paintGraph } from "./graph_painter.ts";
import type { Health } from "./health.ts";
import { type Layout, layoutGraph } from "./layout.ts";
import { PATH_PARTS } from "./painting.ts";
import { readPalette } from "./palette.ts";
import { Scene } from "./scene.ts";
import type { SceneFigures } from "./scene_figures.ts";

/** What is painted, in order: texts, strokes of links and boxes, grounds of texts, and what fills a path. */
interface Painted {
  readonly what: "text" | "link" | "box" | "ground" | "marks";
  readonly text?: string;
  /** Width of the stroke, world units, and how many parts its path has. */
  readonly width?: number;
  readonly parts?: number;
  readonly at?: readonly [number, number, number, number];
}

/** A path that counts its parts. */
class Trace {
  parts = 0;
  moveTo(): void {
    this.parts++;
  }
  bezierCurveTo(): void {}
  addPath(): void {
    this.parts++;
  }
}

const port = (name: string) => ({ name, kind: "audio", type: "AudioFrame", optional: false });

function graphOf(
  nodes: readonly (readonly [id: string, lane: string])[],
  links: readonly (readonly [number, number])[],
) {
  return {
    run: "r",
    version: 1,
    nodes: nodes.map(([id, lane]) => (
      { id, type: "t", lane, category: "", inputs: [port("in")], outputs: [port("out")] }
    )),
    links: links.map(([from, to], k) => (
      { id: `l${k}`, fromNode: nodes[from][0], fromPort: "out", toNode: nodes[to][0], toPort: "in", capacity: 8 }
    )),
    lanes: [...new Set(nodes.map(([, lane]) => lane))].map((name) => ({ name, kind: "worker" })),
  } as unknown as GraphSnapshot;
}

/** What a scene is painted as at a scale, with nodes if there are conditions of them. */
function paint(scene: Scene, scale: number, nodeHealth?: readonly Health[]): Painted[] {
  const painted: Painted[] = [];
  let rect: [number, number, number, number] = [0, 0, 0, 0];
  const set: Record<string, unknown> = {};
  const calls: Record<string, unknown> = {
    measureText: (text: string) => ({ width: text.length * 7 }),
    fillText: (text: string) => painted.push({ what: "text", text }),
    roundRect: (x: number, y: number, width: number, height: number) => rect = [x, y, width, height],
    fill: (path?: Trace) =>
      painted.push(path === undefined ? { what: "ground", at: rect } : { what: "marks", ...path }),
    strokeRect: () => painted.push({ what: "box" }),
    stroke: (path?: Trace) => path && painted.push({ what: "link", ...path, width: set.lineWidth as number }),
  };
  const context = new Proxy(set, { get: (_, name: string) => calls[name] ?? set[name] ?? (() => {}) });
  const scope = globalThis as { Path2D?: unknown };
  const before = scope.Path2D;
  scope.Path2D = Trace;
  try {
    const view = { x: scene.bounds.x - 50, y: scene.bounds.y - 400, scale };
    paintGraph(context as unknown as CanvasRenderingContext2D, 1, {
      scene,
      figures: nodeHealth && { nodeHealth, linkHealth: [] } as unknown as SceneFigures,
      view,
      size: { width: 2000, height: 2000 },
      palette: readPalette((property) => property),
      selectedNode: -1,
      selectedLink: -1,
      hoveredNode: -1,
      hoveredLink: -1,
      nodes: nodeHealth !== undefined,
      details: true,
    });
  } finally {
    scope.Path2D = before;
  }
  return painted;
}

/** Two lanes with a link from one to the other. */
const TWO_LANES = new Scene(
  graphOf([["a", "make"], ["b", "look"]], [[0, 1]]),
  layoutGraph({ lanes: ["make", "look"], links: [[0, 1]] }),
);

for (const [where, scale] of [["in its box", 1], ["above its box", 0.4]] as const) {
  Deno.test(`paintGraph() keeps the title of a lane ${where} legible: over the links, on a ground of its own`, () => {
    const painted = paint(TWO_LANES, scale);
    const lastLink = painted.findLastIndex(({ what }) => what === "link");
    assert.ok(lastLink >= 0);
    for (const title of ["make", "look"]) {
      const at = painted.findIndex(({ text }) => text === title);
      assert.ok(at > lastLink, `${title} is painted before a link`);
      const ground = painted[at - 1];
      assert.equal(ground.what, "ground");
      assert.ok(ground.at![2] >= title.length * 7, `the ground of ${title} is ${ground.at![2]} wide`);
    }
  });
}

Deno.test("paintGraph() has a title that nothing leaves room for over boxes, and under marks of what is not well", () => {
  // At this scale a title is higher than the gap between the lanes.
  const box = (name: string, y: number) => ({ name, x: 0, y, width: 1_000, height: 120 });
  const layout: Layout = {
    x: [20, 20, 700],
    y: [30, 170, 170],
    lanes: [box("top", 0), box("low", 140)],
    bounds: { x: 0, y: 0, width: 1_000, height: 260 },
  } as unknown as Layout;
  const scene = new Scene(graphOf([["a", "top"], ["b", "low"], ["c", "low"]], []), layout);
  const after = (nodeHealth: readonly Health[]) => {
    const painted = paint(scene, 0.12, nodeHealth);
    const title = painted.findIndex(({ text }) => text === "low");
    assert.ok(title > painted.findLastIndex(({ what }) => what === "box"), "a box is painted over the title");
    return painted.slice(title).filter(({ what }) => what === "marks").map(({ parts }) => parts);
  };
  assert.deepEqual(after(["healthy", "failed", "failed"]), [1]);
  assert.deepEqual(after(["healthy", "healthy", "healthy"]), []);
});

Deno.test("paintGraph() draws links that are shown small as lines of one pixel, in paths of few parts", () => {
  const nodes = Array.from({ length: 200 }, (_, k) => [`n${k}`, "main"] as const);
  const links = nodes.slice(1).map((_, k) => [k, k + 1] as const);
  const lanes = nodes.map(([, lane]) => lane);
  const scene = new Scene(graphOf(nodes, links), layoutGraph({ lanes, links }));
  const scale = 2_000 / (scene.bounds.width + scene.bounds.height + 1_000);
  const painted = paint(scene, scale).filter(({ what }) => what === "link");
  assert.equal(painted.reduce((sum, { parts }) => sum + parts!, 0), links.length);
  for (const { parts, width } of painted) {
    assert.ok(parts! <= PATH_PARTS, `${parts} parts`);
    assert.ok(width! * scale <= 1, `${width! * scale} px`);
  }
});
