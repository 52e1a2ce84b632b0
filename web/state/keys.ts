/**
 * Keys that work everywhere on the page. Those of the graph are the graph view's own.
 *
 * @module
 */
import { signal } from "@preact/signals";
import { VIEWS } from "../model/place.ts";
import { pauseGraph, resumeGraph } from "./commands.ts";
import { toggleDetails } from "./details.ts";
import { redo, refusal, undo } from "./edit.ts";
import { chooseFile, save } from "./files.ts";
import { graphState } from "./live.ts";
import { unmarkAll } from "./marks.ts";
import { openPalette } from "./panel.ts";
import { focusInspector, focusView } from "./focus.ts";
import { select, showView } from "./place.ts";
import { sessionList } from "./sessions.ts";
import { toggleTheme } from "./theme.ts";

/** Whether the help is shown. */
export const helpOpen = signal(false);

const KEY = "sluice.keys";

/**
 * Whether single keys act anywhere on the page. Somebody who speaks to the computer, or whose hands slip, turns them
 * off; Escape, and the graph's own keys while it has the focus, act all the same.
 */
export const singleKeys = signal(readChosen());

/** Turns single keys on or off, and keeps the choice. */
export function chooseSingleKeys(on: boolean): void {
  singleKeys.value = on;
  try {
    localStorage.setItem(KEY, on ? "on" : "off");
  } catch {
    // A browser that keeps nothing has the choice until the page is closed.
  }
}

/** Listens from now on. */
export function listenForKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey) return;
    if (event.ctrlKey || event.metaKey) {
      if (!isTyping(event.target) && actOnChord(event)) event.preventDefault();
      return;
    }
    if (event.target instanceof Element && event.target.closest("dialog") !== null) return;
    if (event.key !== "Escape" && (isTyping(event.target) || !singleKeys.peek())) return;
    if (act(event.key)) event.preventDefault();
  });
}

/** Keys with Ctrl, or with the key that stands for it. */
function actOnChord({ key, shiftKey }: KeyboardEvent): boolean {
  switch (key.toLowerCase()) {
    case "z":
      void (shiftKey ? redo() : undo());
      return true;
    case "y":
      void redo();
      return true;
    case "s":
      showView("graph");
      void save();
      return true;
    case "o":
      chooseFile();
      return true;
  }
  return false;
}

function act(key: string): boolean {
  switch (key) {
    case "1":
    case "2":
    case "3":
    case "4":
      if (key === "4" && sessionList.peek() === undefined) return false;
      showView(VIEWS[Number(key) - 1]);
      // As soon as it is rendered, which is before the next key: that may be one which moves the focus elsewhere.
      queueMicrotask(focusView);
      return true;
    case "/":
      document.querySelector<HTMLElement>("[data-search]")?.focus();
      return true;
    case "a":
      showView("graph");
      openPalette();
      return true;
    case "i":
      return focusInspector();
    case "p":
      void (graphState.peek() === "paused" ? resumeGraph() : pauseGraph());
      return true;
    case "v":
      toggleDetails();
      return true;
    case "t":
      toggleTheme();
      return true;
    case "?":
      helpOpen.value = true;
      return true;
    case "Escape":
      if (document.activeElement?.closest("[data-inspector], [data-search]") != null) focusView();
      else if (refusal.peek() !== undefined) refusal.value = undefined;
      else if (!unmarkAll()) select(undefined);
      return true;
  }
  return false;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && target.type !== "range" && target.type !== "checkbox");
}

function readChosen(): boolean {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
}
