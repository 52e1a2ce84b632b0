/** @module Nodes as cards and links as labels, where few enough are in view. Only what changes is written. */
import { computed } from "@preact/signals";
import type { JSX } from "preact";
import { HealthShape } from "../components/health_mark.tsx";
import { cardText, isCalm, type LabelText } from "../model/card_text.ts";
import type { NodeInfo } from "../../control/schemas/graph.ts";
import type { NodeFigures } from "../model/graph_figures.ts";
import { type Health, HEALTH_MARKS } from "../model/health.ts";
import type { LabelForm } from "../model/labels.ts";
import type { Scene } from "../model/scene.ts";
import { calmReading, calmValues } from "../state/calm.ts";
import { camera, visible } from "../state/camera.ts";
import { details } from "../state/details.ts";
import { laneAtKeys } from "../state/folds.ts";
import { marked } from "../state/marks.ts";
import { conditions, figures } from "../state/live.ts";
import { selectedLink, selectedNode } from "../state/place.ts";
import { scene, sceneFigures } from "../state/scene.ts";
import { CardPreview } from "./card_preview.tsx";

const place = computed(() => {
  const { x, y, scale } = camera.value;
  return `scale(${scale}) translate(${-x}px, ${-y}px)`;
});

export function GraphCards({ nodes }: { readonly nodes: readonly number[] }): JSX.Element | null {
  const now = scene.value;
  if (now === undefined) return null;
  return (
    <div class="cards" aria-hidden="true" style={{ transform: place.value }}>
      <Labels scene={now} />
      {nodes.map((index) => {
        const Item = now.folding.lanes[index] === undefined ? Card : LaneCard;
        return <Item key={now.graph.nodes[index]?.id ?? index} scene={now} index={index} />;
      })}
    </div>
  );
}

interface ItemProps {
  readonly scene: Scene;
  readonly index: number;
}

/** What they show follows the readings, but no faster than it can be read. */
function follow(): void {
  calmReading.value;
  conditions.value;
}

function Card({ scene: { graph, nodes, ports, folding }, index }: ItemProps): JSX.Element | null {
  follow();
  const node = graph.nodes[index];
  if (node === undefined) return null;
  const { x, y, width, height } = nodes[index];
  const whole = folding.nodes[index][0];
  const newest = figures.value?.graph.version === graph.version ? figures.value.node(whole) : undefined;
  const health = newest?.health ?? "idle";
  const now = calmValues.hold(`node ${node.id}`, newest === undefined ? "" : health, newest);
  const color = `var(${HEALTH_MARKS[health].color})`;
  return (
    <div
      class={`card ${selectedNode.value === whole ? "selected" : ""} ${marked.value.has(node.id) ? "marked" : ""} ${
        isCalm(health) ? "" : "ill"
      }`}
      style={{ transform: `translate(${x}px, ${y}px)`, width: `${width}px`, height: `${height}px`, "--health": color }}
      data-node={node.id}
      data-health={health}
    >
      {details.value ? <FullLines node={node} now={now} /> : <QuietLines node={node} now={now} />}
      <CardPreview node={node.id} />
      {ports[index].map((port) => (
        <i
          key={`${port.x}${port.name}`}
          class={port.linked ? "port linked" : "port"}
          style={{ transform: `translate(${port.x - x}px, ${port.y - y}px)` }}
          title={port.name}
        />
      ))}
    </div>
  );
}

interface LinesProps {
  readonly node: NodeInfo;
  readonly now: NodeFigures | undefined;
}

/** Name, type, and the one value that matters; beside it what is wrong. */
function QuietLines({ node, now }: LinesProps): JSX.Element {
  const { condition, errors } = cardText(now);
  const { text, name } = calmValues.of(node, now);
  return (
    <>
      <div class="card-head">
        <HealthShape health={now?.health ?? "idle"} />
        <b class="clip">
          <bdi>{node.id}</bdi>
        </b>
        <bdi class="soft clip card-type">{node.type}</bdi>
      </div>
      <div class="card-line">
        <span class="card-value clip grow" data-figure="value" title={name}>{text}</span>
        {condition !== "" && <span class="card-condition">{condition}</span>}
        {condition === "" && errors !== "" && <span class="bad">{errors}</span>}
      </div>
    </>
  );
}

function FullLines({ node, now }: LinesProps): JSX.Element {
  const { condition, rate, ticks, errors } = cardText(now);
  return (
    <>
      <div class="card-line">
        <HealthShape health={now?.health ?? "idle"} />
        <b class="clip">
          <bdi>{node.id}</bdi>
        </b>
      </div>
      <div class="card-line">
        <bdi class="soft clip grow">{node.type}</bdi>
        {condition !== "" && <span class="card-condition">{condition}</span>}
        {condition === "" && <span data-figure="rate">{rate}</span>}
      </div>
      <div class="card-line">
        <span class="soft clip grow" data-figure="times">{ticks}</span>
        {errors !== "" && <span class="bad">{errors}</span>}
      </div>
    </>
  );
}

/** A folded lane. */
function LaneCard({ scene: now, index }: ItemProps): JSX.Element {
  follow();
  const { x, y, width, height } = now.nodes[index];
  const name = now.nameOf(index);
  const { nodes, condition, busy, drops } = sceneFigures.value?.lane(index) ?? UNKNOWN_LANE;
  const health = sceneFigures.value?.nodeHealth[index] ?? "idle";
  const { color, meaning } = HEALTH_MARKS[health];
  const isSelected = now.folding.nodeOf[selectedNode.value] === index ||
    selectedNode.value < 0 && laneAtKeys.value === name;
  return (
    <div
      class={`card lane-card ${isSelected ? "selected" : ""} ${isCalm(health) ? "" : "ill"}`}
      style={{
        transform: `translate(${x}px, ${y}px)`,
        width: `${width}px`,
        height: `${height}px`,
        "--health": `var(${color})`,
      }}
      data-lane={name}
      data-health={health}
      title={`Lane ${name}, folded: ${meaning}. A click unfolds it`}
    >
      <div class="card-line">
        <HealthShape health={health} />
        <b class="clip">
          <bdi>{name}</bdi>
        </b>
      </div>
      <div class="card-line">
        <span class="soft grow" data-figure="nodes">{nodes}</span>
        <span class="card-condition">{condition}</span>
      </div>
      <div class="card-line soft" data-figure="busy">{busy}</div>
      <div class={`card-line ${health === "dropping" ? "drops" : "soft"}`} data-figure="drops">{drops}</div>
    </div>
  );
}

const UNKNOWN_LANE = { nodes: "", condition: "", busy: "", drops: "" };

function Labels({ scene: now }: { readonly scene: Scene }): JSX.Element {
  return (
    <>
      {now.linksIn(visible.value).map((index) => <Label key={now.graph.links[index].id} scene={now} index={index} />)}
    </>
  );
}

function Label({ scene: { graph, labels, folding }, index }: ItemProps): JSX.Element | null {
  follow();
  const newest = sceneFigures.value?.label(index);
  if (newest === undefined) return null;
  const now = calmValues.hold(
    `link ${graph.links[index].id} ${folding.links[index].length}`,
    `${sceneFigures.value!.linkHealth[index]} ${newest.fault === ""}`,
    newest,
  );
  const { x, y, form } = labels[index];
  const selected = folding.linkOf[selectedLink.value] === index;
  const isFull = details.value;
  // A link that is well says nothing while no more is asked for; a fault is said also where there is little room.
  if (isFull ? form === "none" : now.fault === "") return null;
  const health = sceneFigures.value!.linkHealth[index];
  const { meaning, color } = HEALTH_MARKS[health];
  return (
    <div
      class={`link-label ${selected ? "selected" : ""}`}
      style={{
        transform: `translate(${x}px, ${y}px) translate(-50%, -50%)`,
        "--health": `var(${color})`,
      }}
      data-link={graph.links[index].id}
      data-links={folding.links[index].length}
      data-health={health}
      title={now.allDrops === "" ? meaning : `${meaning}; dropped: ${now.allDrops}`}
    >
      {isFull ? <FullLabel now={now} health={health} form={form} /> : (
        <>
          <span class={isCalm(health) ? "" : "fault"}>
            <HealthShape health={isCalm(health) ? "dropping" : health} />
            <span data-figure="fault">{now.fault}</span>
          </span>
          {now.faultAgo !== "" && form === "full" && <span class="soft" data-figure="fault-ago">{now.faultAgo}</span>}
        </>
      )}
    </div>
  );
}

interface LabelLines {
  readonly now: LabelText;
  readonly health: Health;
  readonly form: LabelForm;
}

function FullLabel({ now: { rate, depth, fill, age, drops, short }, health, form }: LabelLines): JSX.Element {
  return (
    <>
      <span>
        {!isCalm(health) && <HealthShape health={health} />}
        {form === "short" ? short : (
          <>
            <span data-figure="rate">{rate}</span> <span data-figure="depth">{depth}</span>
          </>
        )}
      </span>
      {form === "full" && (
        <>
          <i class="gauge">
            <i style={{ width: `${fill * 100}%` }} />
          </i>
          <span class="soft" data-figure="age">{age}</span>
          {drops !== "" && <span class={health === "dropping" ? "drops" : "soft"} data-figure="drops">{drops}</span>}
        </>
      )}
    </>
  );
}
