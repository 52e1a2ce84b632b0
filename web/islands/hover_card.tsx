/** @module All figures of the node or link under the pointer, beside it: what the quiet graph leaves out. */
import { computed, effect, signal } from "@preact/signals";
import type { JSX } from "preact";
import { FigureList } from "../components/figure_list.tsx";
import { HealthShape } from "../components/health_mark.tsx";
import { linkWords, nodeWords } from "../model/condition_words.ts";
import { linkName } from "../model/describe.ts";
import { dropReasons } from "../model/drops.ts";
import {
  formatCount,
  formatFigure,
  formatMeasured,
  formatNs,
  formatRate,
  formatShare,
} from "../model/format_figures.ts";
import type { Rect } from "../model/geometry.ts";
import type { Scene } from "../model/scene.ts";
import { shownText } from "../model/shown_text.ts";
import { toScreen } from "../model/viewport.ts";
import { calmReading } from "../state/calm.ts";
import { camera, screen } from "../state/camera.ts";
import { connecting } from "../state/connecting.ts";
import { hoveredLink, hoveredNode } from "../state/hover.ts";
import { client, conditions, figures } from "../state/live.ts";
import { scene } from "../state/scene.ts";

/** How long the pointer rests until the card comes, milliseconds: whoever passes by sees none. */
const REST_MS = 350;

/** Size of the card at most, CSS pixels, and how far it stands off. */
const WIDTH = 268;
const HEIGHT = 240;
const GAP = 10;

/** Figures of its own that a node shows here at most. */
const MAX_REPORTED = 6;

/** What the pointer rests on: indices of the scene. */
interface Pointed {
  readonly scene: Scene;
  readonly node: number;
  readonly link: number;
}

const pointed = signal<Pointed | undefined>(undefined);
let timer: ReturnType<typeof setTimeout> | undefined;

effect(() => {
  const [now, node, link] = [scene.value, hoveredNode.value, hoveredLink.value];
  clearTimeout(timer);
  pointed.value = undefined;
  if (now === undefined || (node < 0 && link < 0) || connecting.value !== undefined) return;
  timer = setTimeout(() => pointed.value = { scene: now, node, link }, REST_MS);
});

// What is moved is looked at by whoever moves it.
effect(() => {
  camera.value;
  pointed.value = undefined;
});

/** Below what is pointed at, or above it where there is no room. */
const place = computed(() => {
  const now = pointed.value;
  if (now === undefined) return undefined;
  const rect: Rect = now.node >= 0 ? now.scene.nodes[now.node] : now.scene.placeOfLink(now.link);
  const { width, height } = screen.value;
  const [from, to] = [
    toScreen(camera.value, rect),
    toScreen(camera.value, { x: rect.x + rect.width, y: rect.y + rect.height }),
  ];
  const left = Math.max(8, Math.min(width - WIDTH - 8, (from.x + to.x - WIDTH) / 2));
  return to.y + GAP + HEIGHT <= height || from.y < HEIGHT
    ? { left: `${left}px`, top: `${to.y + GAP}px` }
    : { left: `${left}px`, bottom: `${height - from.y + GAP}px` };
});

export function HoverCard(): JSX.Element | null {
  const now = pointed.value;
  // Other figures, or another version of the graph.
  calmReading.value;
  conditions.value;
  if (now === undefined || now.scene !== scene.value || figures.value?.graph.version !== now.scene.graph.version) {
    return null;
  }
  const { nodes, links, lanes } = now.scene.folding;
  const content = now.node >= 0
    ? lanes[now.node] === undefined ? <NodeLines index={nodes[now.node][0]} /> : null
    : links[now.link].length === 1
    ? <LinkLines index={links[now.link][0]} />
    : null;
  return content && <div class="hover-card" style={place.value} aria-hidden="true" data-hover-card>{content}</div>;
}

function NodeLines({ index }: { readonly index: number }): JSX.Element | null {
  const all = figures.value!;
  const now = all.node(index);
  const { id, type, lane } = all.graph.nodes[index];
  if (now === undefined) return null;
  const reported = Object.entries(client.figures.get(id) ?? {}).slice(0, MAX_REPORTED);
  return (
    <>
      <p class="hover-head">
        <HealthShape health={now.health} />
        <b class="clip">
          <bdi>{id}</bdi>
        </b>
      </p>
      <p class="soft clip">
        <bdi>{type}</bdi> · lane <bdi>{lane}</bdi>
      </p>
      <p class="hover-words">{shownText(nodeWords(all, index).text)}</p>
      <FigureList
        items={[
          { key: "rate", name: "Ticks/s", value: formatRate(now.ticksPerSecond) },
          { key: "busy", name: "Busy", value: formatShare(now.busyShare) },
          { key: "errors", name: "Errors", value: formatCount(now.errors), bad: now.errors > 0 },
          { key: "p50", name: "Tick p50", value: formatMeasured(now.tickP50Ns) },
          { key: "p99", name: "Tick p99", value: formatMeasured(now.tickP99Ns) },
          ...reported.map(([name, value]) => ({ key: name, name, value: formatFigure(value) })),
        ]}
      />
    </>
  );
}

function LinkLines({ index }: { readonly index: number }): JSX.Element | null {
  const all = figures.value!;
  const now = all.link(index);
  const columns = all.frame?.links;
  const link = all.graph.links[index];
  if (now === undefined || columns === undefined) return null;
  return (
    <>
      <p class="hover-head">
        <HealthShape health={now.health} />
        <b class="clip">
          <bdi>{linkName(link)}</bdi>
        </b>
      </p>
      <p class="soft clip">{link.format ?? link.kind} · {link.policy}</p>
      <p class="hover-words">{shownText(linkWords(all, index).text)}</p>
      <FigureList
        items={[
          { key: "rate", name: "Read/s", value: formatRate(now.readPerSecond) },
          { key: "depth", name: "Queued", value: `${now.queued} of ${now.capacity}` },
          { key: "age", name: "Age", value: now.written === 0 ? "–" : formatNs(now.ageNs) },
          ...dropReasons(columns, index).map(({ reason, count, isLoss }) => ({
            key: reason,
            name: `Dropped: ${reason}`,
            value: formatCount(count),
            bad: isLoss,
          })),
        ]}
      />
    </>
  );
}
