/** @module The buttons that zoom, those that fold all lanes, and the switch for previews on nodes. */
import type { JSX } from "preact";
import { Icon } from "../components/icon.tsx";
import { camera, fitAll, fitNext, zoom } from "../state/camera.ts";
import { details } from "../state/details.ts";
import { foldAll, folded, unfoldAll } from "../state/folds.ts";
import { graph } from "../state/live.ts";
import { choosePreviews, previewsOn } from "../state/previews.ts";
import { scene } from "../state/scene.ts";

export function GraphTools(): JSX.Element {
  const left = details.value ? scene.value?.unlabelled ?? 0 : 0;
  const crossing = scene.value?.unrouted ?? 0;
  const lanes = new Set(graph.value?.nodes.map(({ lane }) => lane));
  const foldedLanes = [...lanes].filter((lane) => folded.value.has(lane)).length;
  return (
    <div class="graph-tools" role="group" aria-label="Zoom, lanes and previews">
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
      {lanes.size > 1 && (
        <>
          <FoldButton words="Fold all lanes" icon="fold" isOn={foldedLanes < lanes.size} act={foldAll} />
          <FoldButton words="Unfold all lanes" icon="unfold" isOn={foldedLanes > 0} act={unfoldAll} />
        </>
      )}
      <button
        type="button"
        class="previews-switch"
        aria-pressed={previewsOn.value}
        title="Small pictures and levels on nodes"
        onClick={() => choosePreviews(!previewsOn.value)}
      >
        Previews
      </button>
      {scene.value?.layout.simple === true && (
        <span class="graph-remark soft" title="A better layout of this graph took too long" data-simple>
          simple layout
        </span>
      )}
      {left > 0 && (
        <span class="graph-remark soft" title="Select the link, or see the table" data-left-out={left}>
          {left} {left === 1 ? "label" : "labels"} left out
        </span>
      )}
      {crossing > 0 && (
        <span
          class="graph-remark soft"
          title="The graph is too large to lead all links around nodes"
          data-crossing={crossing}
        >
          {crossing} {crossing === 1 ? "link runs" : "links run"} behind nodes
        </span>
      )}
    </div>
  );
}

interface FoldButtonProps {
  readonly words: string;
  readonly icon: "fold" | "unfold";
  readonly isOn: boolean;
  readonly act: () => void;
}

/** It keeps the focus also when there is nothing left for it to do. */
function FoldButton({ words, icon, isOn, act }: FoldButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class="icon"
      aria-label={words}
      title={words}
      aria-disabled={!isOn}
      onClick={() => {
        if (!isOn) return;
        fitNext();
        act();
      }}
    >
      <Icon name={icon} />
    </button>
  );
}
