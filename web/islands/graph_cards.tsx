/** @module Nodes as cards and links as labels, where few enough are in view. Only what changes is written. */
import { computed } from "@preact/signals";
import type { JSX } from "preact";
import { HealthShape } from "../components/health_mark.tsx";
import { cardText, isCalm, labelText } from "../model/card_text.ts";
import { HEALTH_MARKS } from "../model/health.ts";
import type { Scene } from "../model/scene.ts";
import { camera, visible } from "../state/camera.ts";
import { figures, reading } from "../state/live.ts";
import { selectedLink, selectedNode } from "../state/place.ts";
import { scene } from "../state/scene.ts";

const place = computed(() => {
  const { x, y, scale } = camera.value;
  return `scale(${scale}) translate(${-x}px, ${-y}px)`;
});

/** See the module. */
export function GraphCards({ nodes }: { readonly nodes: readonly number[] }): JSX.Element | null {
  const now = scene.value;
  if (now === undefined) return null;
  return (
    <div class="cards" aria-hidden="true" style={{ transform: place.value }}>
      <Labels scene={now} />
      {nodes.map((index) => <Card key={now.graph.nodes[index]?.id ?? index} scene={now} index={index} />)}
    </div>
  );
}

interface ItemProps {
  readonly scene: Scene;
  readonly index: number;
}

function Card({ scene: { graph, nodes, ports }, index }: ItemProps): JSX.Element | null {
  reading.value;
  const node = graph.nodes[index];
  if (node === undefined) return null;
  const { x, y, width, height } = nodes[index];
  const now = figures.value?.graph.version === graph.version ? figures.value.node(index) : undefined;
  const health = now?.health ?? "idle";
  const { condition, rate, ticks, errors } = cardText(now);
  const color = `var(${HEALTH_MARKS[health].color})`;
  return (
    <div
      class={`card ${selectedNode.value === index ? "selected" : ""} ${isCalm(health) ? "" : "ill"}`}
      style={{ transform: `translate(${x}px, ${y}px)`, width: `${width}px`, height: `${height}px`, "--health": color }}
      data-node={node.id}
      data-health={health}
      title={`${node.id}: ${HEALTH_MARKS[health].meaning}`}
    >
      <div class="card-line">
        <HealthShape health={health} />
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

function Labels({ scene: now }: { readonly scene: Scene }): JSX.Element {
  return (
    <>
      {now.linksIn(visible.value).map((index) => <Label key={now.graph.links[index].id} scene={now} index={index} />)}
    </>
  );
}

function Label({ scene: { graph, labels }, index }: ItemProps): JSX.Element | null {
  reading.value;
  const now = figures.value?.graph.version === graph.version ? figures.value.link(index) : undefined;
  if (now === undefined) return null;
  const { x, y, form } = labels[index];
  const selected = selectedLink.value === index;
  if (form === "none") return null;
  const { rate, depth, fill, age, drops, allDrops, short } = labelText(now, figures.value?.frame, index);
  const { meaning, color } = HEALTH_MARKS[now.health];
  return (
    <div
      class={`link-label ${selected ? "selected" : ""}`}
      style={{
        transform: `translate(${x}px, ${y}px) translate(-50%, -50%)`,
        "--health": `var(${color})`,
      }}
      data-link={graph.links[index].id}
      data-health={now.health}
      title={allDrops === "" ? meaning : `${meaning}; dropped: ${allDrops}`}
    >
      <span>
        {!isCalm(now.health) && <HealthShape health={now.health} />}
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
          {drops !== "" && <span class="drops" data-figure="drops">{drops}</span>}
        </>
      )}
    </div>
  );
}
