/**
 * The laid-out graph. It is laid out whenever nodes, lanes or links change, a lane is folded, or the screen is turned; until that is done
 * the scene before stays, if there is one.
 *
 * @module
 */
import { computed, effect, signal } from "@preact/signals";
import { placeNodes } from "../model/edit/places.ts";
import { type Folding, foldLanes } from "../model/folding.ts";
import type { Layout } from "../model/layout.ts";
import { Layouter } from "../model/layouter.ts";
import { layoutKey, linkPairs, Scene } from "../model/scene.ts";
import { SceneFigures } from "../model/scene_figures.ts";
import { calmValues } from "./calm.ts";
import { folded } from "./folds.ts";
import { figures, graph } from "./live.ts";

/** Width of the inspector and height of the bar, CSS pixels, as in `tokens.css`; of a narrow window it lies below. */
const PANEL = 344;
const BAR = 46;
const NARROW = 560;

/** How many steps of the room's size per doubling cause a new layout. */
const STEPS_PER_OCTAVE = 4;

/** The scene of the newest graph that is laid out; its graph may be a version behind for a moment. */
export const scene = signal<Scene | undefined>(undefined);

/** Figures of what the scene shows; `undefined` while the newest ones are of a graph that is not laid out. */
export const sceneFigures = computed<SceneFigures | undefined>(() => {
  const now = scene.value;
  const newest = figures.value;
  // A scene that is a version behind has other indices.
  const isSame = newest?.graph.version === now?.graph.version && newest?.graph.run === now?.graph.run;
  return now === undefined || newest === undefined || !isSame
    ? undefined
    : new SceneFigures(now.folding, newest, calmValues);
});

/** The room beside the inspector, whether that is open or not: opening it moves no node. */
const room = signal(roomNow());
addEventListener("resize", () => {
  const now = roomNow();
  if (now.width !== room.peek().width || now.height !== room.peek().height) room.value = now;
});

let wanted: Folding | undefined;
let wantedKey: string | undefined;
/** As the layouter has it. */
let laidOut: Layout | undefined;
/** With the places that people chose. */
let layout: Layout | undefined;
let placesKey = "";

const layouter = new Layouter(
  () => new Worker(new URL("./layout_worker.ts", import.meta.url), { type: "module" }),
  (answer) => {
    laidOut = answer;
    layout = placeNodes(laidOut, wanted!.shown.nodes);
    scene.value = new Scene(wanted!, layout);
  },
);

effect(() => {
  if (graph.value === undefined) return;
  const folding = foldLanes(graph.value, folded.value);
  const now = folding.shown;
  const key = layoutKey(now) + JSON.stringify(room.value);
  const places = JSON.stringify(now.nodes.map(({ position }) => position ?? 0));
  const isMoved = places !== placesKey;
  placesKey = places;
  wanted = folding;
  if (key !== wantedKey) {
    wantedKey = key;
    laidOut = layout = undefined;
    const lanes = now.nodes.map(({ lane }) => lane);
    layouter.ask(now.run, { lanes, links: linkPairs(now), room: room.value });
  } else if (laidOut !== undefined && isMoved) {
    layout = placeNodes(laidOut, now.nodes);
    scene.value = new Scene(folding, layout);
  } else if (layout !== undefined && scene.peek()?.folding.whole !== folding.whole) {
    scene.value = new Scene(folding, layout, scene.peek());
  }
});

function roomNow(): { readonly width: number; readonly height: number } {
  const inSteps = (length: number) =>
    2 ** (Math.round(Math.log2(Math.max(1, length)) * STEPS_PER_OCTAVE) / STEPS_PER_OCTAVE);
  return { width: inSteps(innerWidth <= NARROW ? innerWidth : innerWidth - PANEL), height: inSteps(innerHeight - BAR) };
}
