/**
 * The title of the document: what runs, and before it what is wrong, so that a tab in the background tells.
 *
 * @module
 */
import { effect } from "@preact/signals";
import { isCalm } from "../model/card_text.ts";
import { HEALTH_MARKS } from "../model/health.ts";
import { conditions, figures, graph, graphState, hasEnded, oldSeconds, status } from "./live.ts";

/** Keeps the title from now on. */
export function keepTitle(): void {
  effect(() => {
    conditions.value;
    const name = [graph.value?.title, "Sluice"].filter(Boolean).join(" · ");
    const gravest = figures.value?.health ?? "idle";
    const word = hasEnded.value && status.value !== "open"
      ? graphState.value!
      : graph.value !== undefined && status.value !== "open"
      ? "no connection"
      : oldSeconds.value > 0
      ? "no news"
      : isCalm(gravest)
      ? ""
      : HEALTH_MARKS[gravest].word;
    document.title = word === "" ? name : `${word}: ${name}`;
  });
}
