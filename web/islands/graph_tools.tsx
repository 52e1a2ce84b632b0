/** @module The buttons that zoom. */
import type { JSX } from "preact";
import { Icon } from "../components/icon.tsx";
import { camera, fitAll, zoom } from "../state/camera.ts";

/** See the module. */
export function GraphTools(): JSX.Element {
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
    </div>
  );
}
