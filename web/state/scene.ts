/**
 * The laid-out graph. It is laid out whenever nodes, lanes or links change, or the screen is turned; until that is done
 * the scene before stays, if there is one.
 *
 * @module
 */
import { effect, signal } from "@preact/signals";
import type { GraphSnapshot } from "../../control/schemas/graph.ts";
import type { Layout } from "../model/layout.ts";
import { Layouter } from "../model/layouter.ts";
import { layoutKey, linkPairs, Scene } from "../model/scene.ts";
import { graph } from "./live.ts";

/** Of the window, not of the view: opening the inspector moves no node. */
const portrait = matchMedia("(max-aspect-ratio: 3/4)");

/** The scene of the newest graph that is laid out; its graph may be a version behind for a moment. */
export const scene = signal<Scene | undefined>(undefined);

/** Lanes stand below each other: the screen is higher than wide. */
const stacked = signal(portrait.matches);
portrait.addEventListener("change", ({ matches }) => stacked.value = matches);

let wanted: GraphSnapshot | undefined;
let wantedKey: string | undefined;
let layout: Layout | undefined;

const layouter = new Layouter(
  () => new Worker(new URL("./layout_worker.ts", import.meta.url), { type: "module" }),
  (answer) => {
    layout = answer;
    scene.value = new Scene(wanted!, layout);
  },
);

effect(() => {
  const now = graph.value;
  if (now === undefined) return;
  const key = layoutKey(now) + stacked.value;
  wanted = now;
  if (key !== wantedKey) {
    wantedKey = key;
    layout = undefined;
    const lanes = now.nodes.map(({ lane }) => lane);
    layouter.ask(now.run, { lanes, links: linkPairs(now), stacked: stacked.value });
  } else if (layout !== undefined && scene.peek()?.graph !== now) {
    scene.value = new Scene(now, layout, scene.peek());
  }
});
