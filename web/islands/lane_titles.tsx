/**
 * @module The titles of lanes as buttons for the keyboard and for screen readers. The canvas draws the texts, and what a
 * pointer does there is up to the view: it may begin to drag.
 */
import { computed } from "@preact/signals";
import type { JSX } from "preact";
import { camera } from "../state/camera.ts";
import { folded, toggleLane } from "../state/folds.ts";
import { scene } from "../state/scene.ts";

/** More buttons than this are too many to step through; `f` folds the lane of a node all the same. */
const MAX_BUTTONS = 100;

const place = computed(() => {
  const { x, y, scale } = camera.value;
  return `scale(${scale}) translate(${-x}px, ${-y}px)`;
});

const scale = computed(() => camera.value.scale);

export function LaneTitles(): JSX.Element | null {
  const now = scene.value;
  if (now === undefined || now.layout.lanes.length > MAX_BUTTONS) return null;
  return (
    <div
      class="lane-titles"
      role="group"
      aria-label="Lanes"
      style={{ transform: place.value, "--line": `${2 / scale.value}px` }}
    >
      <Buttons />
    </div>
  );
}

/** Another part, so that a view that moves writes one element. */
function Buttons(): JSX.Element {
  const { layout: { lanes }, folding } = scene.value!;
  const titles = scene.value!.titlesAt(scale.value);
  return (
    <>
      {lanes.map((box, k) => {
        const isFolded = folding.lanes.includes(box.name);
        const { x, y, width, height } = isFolded ? box : titles[k].rect;
        return (
          <button
            key={box.name}
            type="button"
            class="lane-title"
            aria-label={`Lane ${box.name}`}
            aria-expanded={!folded.value.has(box.name)}
            data-lane-title={box.name}
            style={{ transform: `translate(${x}px, ${y}px)`, width: `${width}px`, height: `${height}px` }}
            onKeyDown={(event) => {
              // The graph's own Enter leads into the inspector.
              if (event.key === "Enter" || event.key === " ") event.stopPropagation();
            }}
            onClick={() => toggleLane(box.name)}
          />
        );
      })}
    </>
  );
}
