import assert from "node:assert/strict";
import type { GraphSnapshot } from "../../control/schemas/graph.ts";
import { paintGraph } from "./graph_painter.ts";
import { layoutGraph } from "./layout.ts";
import { readPalette } from "./palette.ts";
import { Scene } from "./scene.ts";

/** What is painted, in order: texts, strokes of links, and filled rectangles with their colour. */
interface Painted {
  readonly what: "text" | "link" | "ground";
  readonly text?: string;
  readonly at?: readonly [number, number, number, number];
}

class Trace {
  moveTo(): void {}
  bezierCurveTo(): void {}
}

/** Two lanes with a link from one to the other, painted at a scale. */
function paint(scale: number): Painted[] {
  const port = (name: string) => ({ name, kind: "audio", type: "AudioFrame", optional: false });
  const node = (id: string, lane: string) => (
    { id, type: "t", lane, category: "", inputs: [port("in")], outputs: [port("out")] }
  );
  const graph = {
    run: "r",
    version: 1,
    nodes: [node("a", "make"), node("b", "look")],
    links: [{ id: "l", fromNode: "a", fromPort: "out", toNode: "b", toPort: "in", capacity: 8 }],
    lanes: [{ name: "make", kind: "worker" }, { name: "look", kind: "worker" }],
  } as unknown as GraphSnapshot;
  const scene = new Scene(graph, layoutGraph({ lanes: ["make", "look"], links: [[0, 1]] }));
  const painted: Painted[] = [];
  let rect: [number, number, number, number] = [0, 0, 0, 0];
  const context = new Proxy({} as Record<string, unknown>, {
    get: (set, name: string) =>
      ({
        measureText: (text: string) => ({ width: text.length * 7 }),
        fillText: (text: string) => painted.push({ what: "text", text }),
        roundRect: (x: number, y: number, width: number, height: number) => rect = [x, y, width, height],
        fill: () => painted.push({ what: "ground", at: rect }),
        stroke: (path?: unknown) => path !== undefined && painted.push({ what: "link" }),
      })[name] ?? set[name] ?? (() => {}),
  });
  const scope = globalThis as { Path2D?: unknown };
  const before = scope.Path2D;
  scope.Path2D = Trace;
  try {
    const view = { x: scene.bounds.x - 50, y: scene.bounds.y - 100, scale };
    paintGraph(context as unknown as CanvasRenderingContext2D, 1, {
      scene,
      figures: undefined,
      view,
      size: { width: 2000, height: 2000 },
      palette: readPalette((property) => property),
      selectedNode: -1,
      selectedLink: -1,
      hoveredNode: -1,
      hoveredLink: -1,
      nodes: false,
    });
  } finally {
    scope.Path2D = before;
  }
  return painted;
}

for (const [where, scale] of [["in its box", 1], ["above its box", 0.4]] as const) {
  Deno.test(`paintGraph() keeps the title of a lane ${where} legible: over the links, on a ground of its own`, () => {
    const painted = paint(scale);
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
