/** @module The buttons that zoom. */
import type { JSX } from "preact";
import { Icon } from "../components/icon.tsx";
import { camera, fitAll, zoom } from "../state/camera.ts";
import { scene } from "../state/scene.ts";

/** See the module. */
export function GraphTools(): JSX.Element {
  const left = scene.value?.unlabelled ?? 0;
  const crossing = scene.value?.unrouted ?? 0;
  return (
    <div class="graph-tools" role="group" aria-label="Zoom">
      <button type="button" class="icon" aria-label="Smaller" onClick={() => zoom(0.8)}>
        <Icon name="minus" />
      </button>
      <span class="zoom-text soft">{Math.round(camera.value.scale * 100)} %</span>
      <button type="button" class="icon" aria-label="Larger" onClick={() => zoom(1.25)}>
        <Icon name="plus" />
      </button>
      <button type="button" class="icon" aria-label="All in view" onClick={fitAll}>
        <Icon name="fit" />
      </button>
      {scene.value?.layout.simple === true && (
        <span class="soft" title="A better layout of this graph took too long" data-simple>simple layout</span>
      )}
      {left > 0 && (
        <span class="soft" title="Select the link, or see the table" data-left-out={left}>
          {left} {left === 1 ? "label" : "labels"} left out
        </span>
      )}
      {crossing > 0 && (
        <span class="soft" title="The graph is too large to lead all links around nodes" data-crossing={crossing}>
          {crossing} {crossing === 1 ? "link runs" : "links run"} behind nodes
        </span>
      )}
    </div>
  );
}
