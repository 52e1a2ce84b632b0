/** @module Finds a node in the graph by what is typed, and brings it into the middle. */
import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import { searchNodes } from "../model/search.ts";
import { bringInSelected } from "../state/camera.ts";
import { focusView } from "../state/focus.ts";
import { graph } from "../state/live.ts";
import { selectNode } from "../state/place.ts";

const LIMIT = 8;

const query = signal("");
const active = signal(0);
const found = computed(() => searchNodes(graph.value?.nodes ?? [], query.value, LIMIT));

export function GraphSearch(): JSX.Element {
  const open = query.value !== "";
  const current = Math.min(active.value, found.value.length - 1);
  return (
    <div class="graph-search" role="search">
      <input
        type="search"
        class="search-input"
        role="combobox"
        list={undefined}
        aria-label="Find a node"
        aria-expanded={open}
        aria-controls="found-nodes"
        aria-autocomplete="list"
        aria-activedescendant={open && current >= 0 ? `found-${current}` : undefined}
        placeholder="Find a node"
        data-search
        value={query.value}
        onInput={({ currentTarget }) => {
          query.value = currentTarget.value;
          active.value = 0;
        }}
        onKeyDown={onKey}
      />
      <ul id="found-nodes" class="found" role="listbox" aria-label="Nodes that were found" hidden={!open}>
        {found.value.map((index, k) => {
          const { id, type, lane } = graph.value!.nodes[index];
          return (
            <li
              key={id}
              id={`found-${k}`}
              role="option"
              aria-selected={k === current}
              onPointerDown={(event) => {
                event.preventDefault();
                choose(index);
              }}
            >
              <b class="clip">
                <bdi>{id}</bdi>
              </b>
              <span class="soft clip">
                <bdi>{type}</bdi> · <bdi>{lane}</bdi>
              </span>
            </li>
          );
        })}
        {open && found.value.length === 0 && (
          <li role="option" aria-selected="false" aria-disabled="true" class="soft">No node has this</li>
        )}
      </ul>
    </div>
  );
}

function onKey(event: KeyboardEvent): void {
  const { length } = found.value;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (length > 0) active.value = (active.value + (event.key === "ArrowDown" ? 1 : length - 1)) % length;
  } else if (event.key === "Enter") {
    const index = found.value[active.value];
    if (index !== undefined) choose(index);
  } else if (event.key === "Escape") {
    query.value = "";
    focusView();
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

function choose(index: number): void {
  query.value = "";
  selectNode(index);
  // The graph around it stays in view.
  bringInSelected();
  focusView();
}
