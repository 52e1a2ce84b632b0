/** @module Changes of the selected node or link as buttons, each of which has a key in the graph. */
import type { JSX } from "preact";
import type { NodeInfo } from "../../../control/schemas/graph.ts";
import { copyChosen, duplicateChosen, removeChosen } from "../../state/changes.ts";
import { editing } from "../../state/edit.ts";
import { status } from "../../state/live.ts";
import { openConnect, openMove, openRename, openReplace } from "../../state/panel.ts";
import { showView } from "../../state/place.ts";

/** @param props.node that is selected */
export function NodeEdits({ node }: { readonly node: NodeInfo }): JSX.Element {
  const { id, locked } = node;
  const off = status.value !== "open" || editing.value;
  const button = (words: string, act: () => void, breaks = false) => (
    <button type="button" disabled={off || breaks && locked !== undefined} onClick={act}>
      {words}
    </button>
  );
  // Panels are over the graph.
  const open = (act: () => void) => () => {
    showView("graph");
    act();
  };
  return (
    <>
      {locked !== undefined && (
        <p class="soft" data-locked>
          {locked === id ? "It records" : `${locked} records its frames`}: paused or stopped, it can be changed.
        </p>
      )}
      <div class="actions" role="group" aria-label={`Changes of ${id}`}>
        {node.outputs.length > 0 && button("Connect…", open(() => openConnect(node)))}
        {button("Replace…", open(() => openReplace(id)), true)}
        {button("Rename…", open(() => openRename(id)), true)}
        {button("Lane…", open(() => openMove(id)), true)}
        {button("Duplicate", () => void duplicateChosen())}
        {button("Copy", copyChosen)}
        {button("Remove", () => void removeChosen(), true)}
      </div>
    </>
  );
}

/** The selected link. */
export function LinkEdits(): JSX.Element {
  return (
    <div class="actions" role="group" aria-label="Changes of the link">
      <button
        type="button"
        disabled={status.value !== "open" || editing.value}
        onClick={() => void removeChosen()}
      >
        Remove
      </button>
    </div>
  );
}
