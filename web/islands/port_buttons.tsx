/**
 * @module The ports of the selected node, or of both ends of the selected link, as buttons for the keyboard and for
 * screen readers. What a pointer does there is up to the view: it may begin to drag.
 */
import { computed } from "@preact/signals";
import type { JSX } from "preact";
import { describePort } from "../model/describe.ts";
import { camera } from "../state/camera.ts";
import { graph } from "../state/live.ts";
import { linksOfPort, portNodes, selectPort } from "../state/ports.ts";
import { scene } from "../state/scene.ts";

const place = computed(() => {
  const { x, y, scale } = camera.value;
  return `scale(${scale}) translate(${-x}px, ${-y}px)`;
});

const scale = computed(() => camera.value.scale);

export function PortButtons(): JSX.Element | null {
  const now = scene.value;
  if (now === undefined || portNodes.value.length === 0) return null;
  return (
    <div
      class="port-buttons"
      role="group"
      aria-label={`Ports of ${portNodes.value.join(" and ")}`}
      style={{ transform: place.value, "--pixel": `${1 / scale.value}px` }}
    >
      <Buttons />
    </div>
  );
}

/** Another part, so that a view that moves writes one element. */
function Buttons(): JSX.Element {
  const { folding, ports } = scene.value!;
  graph.value;
  return (
    <>
      {portNodes.value.flatMap((node) => {
        const shown = folding.nodeOf[folding.whole.nodes.findIndex(({ id }) => id === node)];
        if (shown === undefined || folding.lanes[shown] !== undefined) return [];
        return ports[shown].map(({ name, side, x, y }) => {
          const port = { node, name, side };
          const links = linksOfPort(port).map((k) => graph.value!.links[k]);
          return (
            <button
              key={`${side} ${node}.${name}`}
              type="button"
              class="port-button"
              aria-label={describePort(side, `${node}.${name}`, links)}
              data-port={`${node}.${name}`}
              style={{ transform: `translate(${x}px, ${y}px)` }}
              onKeyDown={(event) => {
                // The graph's own Enter leads into the inspector.
                if (event.key === "Enter" || event.key === " ") event.stopPropagation();
              }}
              onClick={() => selectPort(port)}
            />
          );
        });
      })}
    </>
  );
}
