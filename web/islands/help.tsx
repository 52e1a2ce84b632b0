/** @module What the keys do and what the marks mean, in a dialog. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { HealthMark } from "../components/health_mark.tsx";
import { Icon } from "../components/icon.tsx";
import { HEALTH_LEVELS, HEALTH_MARKS } from "../model/health.ts";
import { chooseSingleKeys, helpOpen, singleKeys } from "../state/keys.ts";

const KEYS: readonly (readonly [string, string])[] = [
  ["1 2 3 4", "Graph, table, log, and sessions where there are any"],
  ["/", "Find a node"],
  ["p", "Pause, or resume"],
  ["v", "All figures, or those that matter"],
  ["t", "The other theme"],
  ["?", "This help"],
  ["← → ↑ ↓", "In the graph: to the next node, along links"],
  ["[ ]", "In the graph: through the links of the node"],
  ["Tab", "In the graph: to lanes and to the ports of the node; Enter selects what a port carries"],
  ["i", "Into the inspector"],
  ["f", "In the graph: fold the lane of the node, or unfold it"],
  ["+ − 0", "In the graph: larger, smaller, all in view"],
  ["Shift + arrows", "In the graph: move the view"],
  ["a", "Add a node"],
  ["c", "In the graph: connect the node"],
  ["Del", "In the graph: remove the node, the link, or what is marked"],
  ["r n m b d", "In the graph: replace, rename, move to a lane, bypass, duplicate"],
  ["x, Ctrl + A", "In the graph: mark the node, or all; also Shift + click"],
  ["Ctrl + arrows", "In the graph: move the node"],
  ["Ctrl + C X V", "Copy, cut, paste nodes as text of a graph file"],
  ["Ctrl + Z Y", "Undo, redo"],
  ["Ctrl + S O", "Save the graph, open a file"],
  ["Esc", "Select nothing, close"],
];

export function Help(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = helpOpen.value;
  useLayoutEffect(() => {
    if (isOpen && dialog.current?.open === false) dialog.current.showModal();
  });
  const close = () => {
    dialog.current?.close();
    helpOpen.value = false;
  };
  // The event comes after the dialog has closed, when it may be open again.
  const closed = () => {
    if (dialog.current?.open === false) helpOpen.value = false;
  };
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={closed}>
      <header>
        <h2 id="help-title">Keys and marks</h2>
        <button type="button" class="plain icon" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <div class="help-columns">
        <label class="single-keys">
          <input
            type="checkbox"
            role="switch"
            checked={singleKeys.value}
            onChange={({ currentTarget }) => chooseSingleKeys(currentTarget.checked)}
          />
          <span>
            Single keys act{" "}
            <span class="soft">everywhere but in fields; those of the graph while it has the focus</span>
          </span>
        </label>
        <dl class="keys">
          {KEYS.map(([key, what]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <dl class="keys">
          {HEALTH_LEVELS.map((health) => (
            <div key={health}>
              <dt>
                <HealthMark health={health} />
              </dt>
              <dd>{HEALTH_MARKS[health].meaning}</dd>
            </div>
          ))}
        </dl>
      </div>
    </dialog>
  );
}
