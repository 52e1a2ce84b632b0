/** @module Changes of the selected node or link as buttons, each of which has a key in the graph. */
import type { JSX } from "preact";
import type { LinkInfo, NodeInfo } from "../../../control/schemas/graph.ts";
import { linkLock, nodeLock } from "../../model/edit/lock_words.ts";
import { copyChosen, duplicateChosen, removeChosen } from "../../state/changes.ts";
import { editing } from "../../state/edit.ts";
import { graph, status } from "../../state/live.ts";
import { openConnect, openMove, openRename, openReplace } from "../../state/panel.ts";
import { showView } from "../../state/place.ts";

/** @param props.node that is selected */
export function NodeEdits({ node }: { readonly node: NodeInfo }): JSX.Element {
  const { id } = node;
  const why = nodeLock(graph.value, node);
  const off = status.value !== "open" || editing.value || graph.value?.locked === true;
  const button = (words: string, act: () => void, breaks = false) => (
    <button
      type="button"
      disabled={off || breaks && why !== ""}
      title={breaks && why !== "" ? why : undefined}
      onClick={act}
    >
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
      {why !== "" && <p class="soft" data-locked>{why}</p>}
      <div class="actions" role="group" aria-label={`Changes of ${id}`}>
        {node.outputs.length > 0 && button("Connect…", open(() => openConnect(node)))}
        {button("Replace…", open(() => openReplace(id)), true)}
        {button("Rename…", open(() => openRename(id)), true)}
        {button("Lane…", open(() => openMove(id)), true)}
        {button("Duplicate", () => void duplicateChosen())}
        <button type="button" disabled={status.value !== "open"} onClick={copyChosen}>Copy</button>
        {button("Remove", () => void removeChosen(), true)}
      </div>
    </>
  );
}

/** @param props.link that is selected */
export function LinkEdits({ link }: { readonly link: LinkInfo }): JSX.Element {
  const why = linkLock(graph.value!, link);
  return (
    <>
      {why !== "" && <p class="soft" data-locked>{why}</p>}
      <div class="actions" role="group" aria-label="Changes of the link">
        <button
          type="button"
          disabled={status.value !== "open" || editing.value || why !== ""}
          title={why === "" ? undefined : why}
          onClick={() => void removeChosen()}
        >
          Remove
        </button>
      </div>
    </>
  );
}
