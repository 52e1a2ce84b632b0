/** @module What a person who begins a graph can do next: in its middle while it is empty, and above it from then on. */
import type { JSX } from "preact";
import { Icon } from "../../components/icon.tsx";
import { dismissSteps, isEmpty, nextStep } from "../../state/edit_steps.ts";
import { chooseFile } from "../../state/files.ts";
import { graph, graphState, status } from "../../state/live.ts";
import { openPalette } from "../../state/panel.ts";

export function FirstSteps(): JSX.Element | null {
  if (isEmpty.value) return <EmptyGraph />;
  const step = nextStep.value;
  if (step === "") return null;
  return (
    <p class="next-step" role="status">
      <span class="grow">{step}</span>
      <button type="button" class="plain icon" aria-label="Hide what comes next" onClick={dismissSteps}>
        <Icon name="close" />
      </button>
    </p>
  );
}

function EmptyGraph(): JSX.Element {
  const off = status.value !== "open" || graph.value?.locked === true;
  const runs = graphState.value === "running"
    ? "It runs already: each node works as soon as it is linked"
    : "Press Start once it is complete";
  return (
    <div class="first-steps">
      <h2>The graph has no nodes</h2>
      <ol>
        <li>Add a source, such as tone-source, and what its frames go to, such as reverb and wav-sink</li>
        <li>Drag from the dot on the right edge of a node onto the next one to link them</li>
        <li>{runs}</li>
        <li>Click a link to see and hear what it carries</li>
      </ol>
      <div class="actions">
        <button type="button" disabled={off} onClick={openPalette}>
          <Icon name="plus" />
          Add a node
        </button>
        <button type="button" disabled={off} onClick={chooseFile}>Open a file…</button>
      </div>
    </div>
  );
}
