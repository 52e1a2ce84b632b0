/** @module The buttons that change the graph: add a node, undo, redo, and what is about files. */
import type { JSX } from "preact";
import { Icon } from "../../components/icon.tsx";
import { graphLock } from "../../model/edit/lock_words.ts";
import { editing, redo, steps, undo } from "../../state/edit.ts";
import { openFiles } from "../../state/files.ts";
import { singleKeys } from "../../state/keys.ts";
import { graph, status } from "../../state/live.ts";
import { closePanel, openPalette, panel } from "../../state/panel.ts";

export function EditBar(): JSX.Element {
  const locked = graphLock(graph.value);
  const off = status.value !== "open" || editing.value || locked !== "";
  const { undo: last, redo: next, unsaved } = steps.value;
  const toggle = (title: string, open: () => void) => () => panel.peek()?.title === title ? closePanel() : open();
  return (
    <div class="edit-bar" role="toolbar" aria-label="Changes of the graph">
      <button
        type="button"
        disabled={status.value !== "open" || locked !== ""}
        title={locked === "" ? undefined : locked}
        aria-keyshortcuts={singleKeys.value ? "a" : undefined}
        aria-expanded={panel.value?.title === "Add a node"}
        onClick={toggle("Add a node", openPalette)}
      >
        <Icon name="plus" />
        <span class="button-word">Add</span>
      </button>
      <button
        type="button"
        class="icon"
        disabled={off || last === undefined}
        aria-label={last === undefined ? "Undo" : `Undo: ${last}`}
        title={last === undefined ? "Nothing to undo" : `Undo: ${last}`}
        aria-keyshortcuts="Control+z"
        onClick={() => void undo()}
      >
        <Icon name="undo" />
      </button>
      <button
        type="button"
        class="icon"
        disabled={off || next === undefined}
        aria-label={next === undefined ? "Redo" : `Redo: ${next}`}
        title={next === undefined ? "Nothing to redo" : `Redo: ${next}`}
        aria-keyshortcuts="Control+Shift+z"
        onClick={() => void redo()}
      >
        <Icon name="redo" />
      </button>
      <button
        type="button"
        disabled={status.value !== "open"}
        class={unsaved > 0 ? "unsaved" : undefined}
        aria-label={unsaved > 0 ? "File, not saved" : undefined}
        title={unsaved > 0 ? `${unsaved === 1 ? "1 change is" : `${unsaved} changes are`} in no file` : undefined}
        aria-expanded={panel.value?.title === "File"}
        onClick={toggle("File", openFiles)}
      >
        File
      </button>
    </div>
  );
}
