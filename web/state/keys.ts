/**
 * Keys that work everywhere on the page. Those of the graph are the graph view's own.
 *
 * @module
 */
import { signal } from "@preact/signals";
import { VIEWS } from "../model/place.ts";
import { pauseGraph, resumeGraph } from "./commands.ts";
import { graphState } from "./live.ts";
import { focusInspector, focusView } from "./focus.ts";
import { select, showView } from "./place.ts";
import { toggleTheme } from "./theme.ts";

/** Whether the help is shown. */
export const helpOpen = signal(false);

/** Listens from now on. */
export function listenForKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof Element && event.target.closest("dialog") !== null) return;
    if (isTyping(event.target) && event.key !== "Escape") return;
    if (act(event.key)) event.preventDefault();
  });
}

function act(key: string): boolean {
  switch (key) {
    case "1":
    case "2":
    case "3":
      showView(VIEWS[Number(key) - 1]);
      // Its keys work at once.
      setTimeout(focusView);
      return true;
    case "/":
      document.querySelector<HTMLElement>("[data-search]")?.focus();
      return true;
    case "i":
      return focusInspector();
    case "p":
      void (graphState.peek() === "paused" ? resumeGraph() : pauseGraph());
      return true;
    case "t":
      toggleTheme();
      return true;
    case "?":
      helpOpen.value = true;
      return true;
    case "Escape":
      if (document.activeElement?.closest("[data-inspector], [data-search]") != null) focusView();
      else select(undefined);
      return true;
  }
  return false;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && target.type !== "range" && target.type !== "checkbox");
}
