/** @module The graph: a canvas for what is large or many, cards over it where few nodes are in view. */
import { computed, effect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { describeNode, linkName } from "../model/describe.ts";
import { paintGraph } from "../model/graph_painter.ts";
import { FIGURES_FROM, showsFigures } from "../model/text_scales.ts";
import { calmReading } from "../state/calm.ts";
import { bringInSelected, camera, screen, visible } from "../state/camera.ts";
import { details } from "../state/details.ts";
import { folded, laneAtKeys } from "../state/folds.ts";
import { hoveredLane, hoveredLink, hoveredNode } from "../state/hover.ts";
import { conditions, figures, graph } from "../state/live.ts";
import { selectedLink, selectedNode } from "../state/place.ts";
import { scene, sceneFigures } from "../state/scene.ts";
import { palette } from "../state/theme.ts";
import { GraphCards } from "./graph_cards.tsx";
import { attachGestures } from "./graph_gestures.ts";
import { EditBar } from "./edit/edit_bar.tsx";
import { EditOverlay } from "./edit/edit_overlay.tsx";
import { EditPanel } from "./edit/panel.tsx";
import { FirstSteps } from "./edit/first_steps.tsx";
import { actOnGraphChord, actOnGraphKey } from "./graph_keys.ts";
import { GraphSearch } from "./graph_search.tsx";
import { LaneTitles } from "./lane_titles.tsx";
import { HoverCard } from "./hover_card.tsx";
import { GraphTools } from "./graph_tools.tsx";
import { Minimap } from "./minimap.tsx";
import { PortButtons } from "./port_buttons.tsx";

/** No lane has this name. */
const NO_LANE = "\n";

/** Up to this many nodes in view are cards in the document. */
const MAX_CARDS = 72;

/** Nodes that are cards now; `undefined` while the canvas draws them. */
const cards = computed<readonly number[] | undefined>((): readonly number[] | undefined => {
  const now = scene.value;
  if (now === undefined || camera.value.scale < FIGURES_FROM) return undefined;
  const inView = now.nodesIn(visible.value);
  if (inView.length > MAX_CARDS) return undefined;
  // An unchanged list stays the same object, so that a pan over the same cards renders nothing.
  if (lastCards !== undefined && sameList(inView, lastCards)) return lastCards;
  return lastCards = inView;
});
let lastCards: readonly number[] | undefined;

/** Changes when the canvas shows anything else: cards have their figures themselves. */
const shown = computed(() =>
  cards.value === undefined && showsFigures(camera.value.scale)
    ? `${calmReading.value} ${conditions.value}`
    : conditions.value
);

/** What is selected, in words. */
const spoken = computed(() => {
  const node = selectedNode.value;
  const link = selectedLink.value;
  const now = graph.value;
  if (now === undefined) return "";
  if (link >= 0) return `Link ${linkName(now.links[link])}, ${figures.peek()?.linkHealth[link] ?? ""}`;
  if (node >= 0) return describeNode(now, figures.peek(), node);
  const lane = laneAtKeys.value;
  if (lane === undefined) return "";
  return `Lane ${lane}, ${folded.value.has(lane) ? "folded: Enter unfolds it" : "unfolded"}`;
});

export function GraphView(): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = box.current!;
    bringInSelected();
    const ends = [observeSize(element), attachGestures(element), keepPainted(canvas.current!)];
    return () => ends.forEach((end) => end());
  }, []);
  const empty = graph.value !== undefined && graph.value.nodes.length === 0;
  return (
    <section class="graph-view" aria-label="Graph">
      <div
        ref={box}
        class="graph-box"
        role="application"
        tabIndex={0}
        aria-label={`Graph of ${graph.value?.nodes.length ?? 0} nodes`}
        aria-describedby="graph-keys"
        data-pointed={hoveredLane.value === undefined ? undefined : "lane"}
        data-mode={cards.value === undefined ? "canvas" : "cards"}
        onKeyDown={(event) => {
          if (event.altKey) return;
          if (event.ctrlKey || event.metaKey ? actOnGraphChord(event) : actOnGraphKey(event)) event.preventDefault();
        }}
      >
        <canvas ref={canvas} class="graph-canvas" aria-hidden="true" />
        <LaneTitles />
        <PortButtons />
        {cards.value !== undefined && <GraphCards nodes={cards.value} />}
      </div>
      <HoverCard />
      <EditOverlay />
      <p id="graph-keys" class="hidden-text">
        Arrow keys lead from node to node along links, square brackets through the links of a node, f folds its lane,
        plus, minus and zero zoom; Enter goes to the inspector, a adds a node, c connects the selected one, Delete
        removes it; Tab leads to lanes, and to the ports of the selected node; the help has all keys. The table view
        lists the same.
      </p>
      <p class="hidden-text" aria-live="polite" data-spoken>{spoken.value}</p>
      <FirstSteps />
      {scene.value === undefined && !empty && (
        <p class="graph-empty soft">{graph.value === undefined ? "Waiting for the runtime" : "Laying the graph out"}</p>
      )}
      <GraphSearch />
      <GraphTools />
      <EditBar />
      <EditPanel />
      <Minimap />
    </section>
  );
}

function observeSize(element: HTMLElement): () => void {
  const observer = new ResizeObserver(() => {
    screen.value = { width: element.clientWidth, height: element.clientHeight };
  });
  observer.observe(element);
  return () => observer.disconnect();
}

/**
 * Paints whenever anything that is drawn has changed: at the end of the task in which it has, as cards are rendered, so
 * that no frame has the cards of one view over the lanes of another.
 */
function keepPainted(canvas: HTMLCanvasElement): () => void {
  const context = canvas.getContext("2d", { alpha: false })!;
  let isWanted = false;
  let isOver = false;
  const paint = () => {
    isWanted = false;
    if (isOver) return;
    const now = scene.peek();
    const size = screen.peek();
    const ratio = devicePixelRatio;
    const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    if (now === undefined) {
      context.fillStyle = palette.peek().ground;
      context.fillRect(0, 0, width, height);
      return;
    }
    const { nodeOf, linkOf, lanes } = now.folding;
    const node = selectedNode.peek();
    paintGraph(context, ratio, {
      scene: now,
      figures: sceneFigures.peek(),
      view: camera.peek(),
      size,
      palette: palette.peek(),
      selectedNode: node >= 0 ? nodeOf[node] ?? -1 : lanes.indexOf(laneAtKeys.peek() ?? NO_LANE),
      selectedLink: linkOf[selectedLink.peek()] ?? -1,
      hoveredNode: hoveredNode.peek(),
      hoveredLink: hoveredLink.peek(),
      hoveredLane: hoveredLane.peek(),
      nodes: cards.peek() === undefined,
      details: details.peek(),
    });
  };
  const end = effect(() => {
    for (const each of [scene, shown, sceneFigures, camera, screen, palette, selectedNode, selectedLink]) each.value;
    for (const each of [hoveredNode, hoveredLink, hoveredLane, laneAtKeys, cards, details]) each.value;
    if (isWanted) return;
    isWanted = true;
    queueMicrotask(paint);
  });
  return () => {
    end();
    isOver = true;
  };
}

function sameList(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((each, k) => each === b[k]);
}
