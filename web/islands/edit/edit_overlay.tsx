/** @module Over the graph: a link that is being drawn with the inputs that it may lead to, a refusal, what is dragged. */
import { computed } from "@preact/signals";
import type { JSX } from "preact";
import { Icon } from "../../components/icon.tsx";
import { linkCurve, type Point } from "../../model/geometry.ts";
import { camera, screen } from "../../state/camera.ts";
import { connecting, placeOfTarget } from "../../state/connecting.ts";
import { refusal } from "../../state/edit.ts";
import { focusView } from "../../state/focus.ts";
import { graph } from "../../state/live.ts";
import { scene } from "../../state/scene.ts";
import { dragged } from "./drag_type.ts";
import { movedNode } from "./moved_node.ts";

/** The most that a refusal takes of the graph, with its margin, CSS pixels. */
const REFUSAL_WIDTH = 432;

const place = computed(() => {
  const { x, y, scale } = camera.value;
  return `scale(${scale}) translate(${-x}px, ${-y}px)`;
});

export function EditOverlay(): JSX.Element {
  return (
    <>
      <div class="edit-overlay" style={{ transform: place.value }}>
        <LinkUnderWay />
        <MovedNode />
      </div>
      <RefusalAt />
      <DraggedType />
    </>
  );
}

function LinkUnderWay(): JSX.Element | null {
  const now = connecting.value;
  if (now === undefined || scene.value === undefined) return null;
  const { from, start, at, over, word } = now;
  const end = over === undefined ? at : placeOfTarget(over);
  const { x0, y0, x1, y1, x2, y2, x3, y3 } = linkCurve(start, end);
  const why = over === undefined ? undefined : word ?? over.why;
  return (
    <>
      <svg
        class="edit-link"
        width="1"
        height="1"
        aria-hidden="true"
        data-fits={why === undefined ? undefined : why === ""}
      >
        <path d={`M${x0} ${y0}C${x1} ${y1} ${x2} ${y2} ${x3} ${y3}`} />
      </svg>
      <Targets />
      {over !== undefined && (
        <p
          class="edit-word"
          role="status"
          data-fits={why === ""}
          style={{ transform: `translate(${end.x}px, ${end.y}px)` }}
        >
          {why === "" ? `${from} → ${over.address}` : why}
        </p>
      )}
    </>
  );
}

const targets = computed(() => connecting.value?.targets ?? []);

/** Another part, so that a pointer that moves writes only what follows it. */
function Targets(): JSX.Element {
  scene.value;
  return (
    <>
      {targets.value.map((target) => {
        const { x, y } = placeOfTarget(target);
        return (
          <i
            key={target.address}
            class="edit-target"
            data-target={target.address}
            data-fits={target.why === ""}
            title={target.why}
            style={{ transform: `translate(${x}px, ${y}px)` }}
          />
        );
      })}
    </>
  );
}

/** Where a node goes that is dragged. */
function MovedNode(): JSX.Element | null {
  const now = movedNode.value;
  if (now === undefined) return null;
  const { x, y, width, height } = now.rect;
  return (
    <i
      class="edit-ghost"
      style={{ transform: `translate(${x}px, ${y}px)`, width: `${width}px`, height: `${height}px` }}
    />
  );
}

/** A refusal at its node, its link, or its point; in the size of the page's text at every zoom. */
function RefusalAt(): JSX.Element | null {
  const now = refusal.value;
  const at = spotOf();
  if (now === undefined) return null;
  const { x, y, scale } = camera.value;
  const left = Math.max(8, Math.min(((at?.x ?? x) - x) * scale, screen.value.width - REFUSAL_WIDTH));
  const top = Math.max(56, ((at?.y ?? y) - y) * scale);
  return (
    <div class="edit-refusal" role="alert" style={{ transform: `translate(${left}px, ${top}px)` }}>
      <span class="grow">{now.text}</span>
      {now.offer !== undefined && <button type="button" onClick={() => leave(now.offer!.act)}>{now.offer.words}
      </button>}
      <button
        type="button"
        class="plain icon"
        aria-label="Dismiss"
        onClick={() => leave(() => refusal.value = undefined)}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

/** The button goes with what it does: the focus is led back to the graph. */
function leave(act: () => void): void {
  act();
  focusView();
}

function spotOf(): Point | undefined {
  const { node, link, at } = refusal.value ?? {};
  const now = scene.value;
  if (at !== undefined || now === undefined) return at;
  const { whole, nodeOf, linkOf } = now.folding;
  const shown = nodeOf[whole.nodes.findIndex(({ id }) => id === node)];
  if (shown !== undefined) {
    const { x, y, height } = now.nodes[shown];
    return { x, y: y + height + 6 };
  }
  const drawn = linkOf[whole.links.findIndex(({ id }) => id === link)] ?? -1;
  return drawn < 0 || graph.value === undefined ? undefined : now.placeOfLink(drawn);
}

function DraggedType(): JSX.Element | null {
  const now = dragged.value;
  if (now === undefined) return null;
  return (
    <p class="edit-dragged" aria-hidden="true" style={{ transform: `translate(${now.at.x}px, ${now.at.y}px)` }}>
      {now.type}
    </p>
  );
}
