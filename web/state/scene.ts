/**
 * The laid-out graph. A worker lays it out whenever nodes, lanes or links change, or the screen is turned; until it is done the scene before
 * stays, if there is one.
 *
 * @module
 */
import { effect, signal } from "@preact/signals";
import type { GraphSnapshot } from "../../control/schemas/graph.ts";
import type { Layout } from "../model/layout.ts";
import { layoutKey, linkPairs, Scene } from "../model/scene.ts";
import { graph } from "./live.ts";

/** Of the window, not of the view: opening the inspector moves no node. */
const portrait = matchMedia("(max-aspect-ratio: 3/4)");

/** The scene of the newest graph that is laid out; its graph may be a version behind for a moment. */
export const scene = signal<Scene | undefined>(undefined);

/** Lanes stand below each other: the screen is higher than wide. */
const stacked = signal(portrait.matches);
portrait.addEventListener("change", ({ matches }) => stacked.value = matches);

const worker = new Worker(new URL("./layout_worker.ts", import.meta.url), { type: "module" });
let request = 0;
let wanted: GraphSnapshot | undefined;
let wantedKey: string | undefined;
let layout: Layout | undefined;

worker.addEventListener("message", ({ data }: MessageEvent<{ readonly request: number; readonly layout: Layout }>) => {
  // An answer to an older question is of another graph.
  if (data.request !== request || wanted === undefined) return;
  layout = data.layout;
  scene.value = new Scene(wanted, layout);
});

effect(() => {
  const now = graph.value;
  if (now === undefined) return;
  const key = layoutKey(now) + stacked.value;
  wanted = now;
  if (key !== wantedKey) {
    wantedKey = key;
    layout = undefined;
    request++;
    const lanes = now.nodes.map(({ lane }) => lane);
    worker.postMessage({ request, input: { lanes, links: linkPairs(now), stacked: stacked.value } });
  } else if (layout !== undefined && scene.peek()?.graph !== now) {
    scene.value = new Scene(now, layout, scene.peek());
  }
});
