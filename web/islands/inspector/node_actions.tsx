/** @module What can be done about a node where it is looked at: restart it, pass it by, or disable it. */
import type { JSX } from "preact";
import { nodeLock } from "../../model/edit/lock_words.ts";
import { askToDisable, busy, bypassNode, restartNode } from "../../state/commands.ts";
import { conditions, figures, graph, graphState, reading, status } from "../../state/live.ts";

/** States of a node that nothing can be done about any more. */
const OVER: readonly string[] = ["ended", "closed", "disabled"];

/** @param props.index of the node in the graph */
export function NodeActions({ index }: { readonly index: number }): JSX.Element | null {
  conditions.value;
  reading.value;
  const node = graph.value?.nodes[index];
  const now = figures.value?.node(index);
  if (node === undefined || now === undefined) return null;
  const runs = status.value === "open" && (graphState.value === "running" || graphState.value === "paused");
  const disabled = !runs || busy.value || OVER.includes(now.state);
  const why = nodeLock(graph.value, node);
  const bypassed = node.bypass === true;
  return (
    <div class="actions" role="group" aria-label={`What can be done about ${node.id}`}>
      <button
        type="button"
        disabled={disabled || why !== ""}
        title={why !== ""
          ? why
          : now.health === "stuck"
          ? `Gives lane "${node.lane}" another thread, and restarts its nodes`
          : "Restarts it without its state"}
        onClick={() => restartNode(node.id)}
      >
        Restart
      </button>
      {node.bypass !== undefined && (
        <button
          type="button"
          disabled={disabled}
          aria-pressed={bypassed}
          title="Hands frames on without calling process()"
          onClick={() => bypassNode(node.id, !bypassed)}
        >
          {bypassed ? "Bypassed" : "Bypass"}
        </button>
      )}
      <button
        type="button"
        disabled={disabled || why !== ""}
        title={why === "" ? "Ends it for this run" : why}
        onClick={() => askToDisable(node.id)}
      >
        Disable
      </button>
    </div>
  );
}
