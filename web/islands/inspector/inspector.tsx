/** @module What is selected, in detail, beside the view. */
import type { JSX } from "preact";
import { Icon } from "../../components/icon.tsx";
import { linkName } from "../../model/describe.ts";
import { focusView } from "../../state/focus.ts";
import { graph } from "../../state/live.ts";
import { select, selectedLink, selectedNode, selection } from "../../state/place.ts";
import { LinkPanel } from "./link_panel.tsx";
import { NodePanel } from "./node_panel.tsx";

export function Inspector(): JSX.Element | null {
  const wanted = selection.value;
  if (wanted === undefined || graph.value === undefined) return null;
  const link = graph.value.links[selectedLink.value];
  const name = link === undefined ? wanted.id : linkName(link);
  const gone = selectedNode.value < 0 && selectedLink.value < 0;
  return (
    <aside class="inspector" aria-label={`${wanted.kind} ${name}`} data-inspector tabIndex={-1}>
      <header class="inspector-head">
        <span class="soft">{wanted.kind === "node" ? "Node" : "Link"}</span>
        <h2 class="clip grow" title={name}>
          <bdi>{name}</bdi>
        </h2>
        <button
          type="button"
          class="plain icon"
          aria-label="Close the inspector"
          onClick={() => {
            select(undefined);
            focusView();
          }}
        >
          <Icon name="close" />
        </button>
      </header>
      <div class="inspector-body">
        {gone && <p class="soft">It is not in the graph any more</p>}
        {selectedNode.value >= 0 && <NodePanel key={wanted.id} index={selectedNode.value} />}
        {selectedLink.value >= 0 && <LinkPanel key={wanted.id} index={selectedLink.value} />}
      </div>
    </aside>
  );
}
