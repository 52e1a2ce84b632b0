/**
 * Whether the page shows all figures, or only those that matter while nothing else is asked for. The page keeps the
 * choice.
 *
 * @module
 */
import { effect, signal } from "@preact/signals";

const KEY = "sluice.details";

/** All figures are shown. */
export const details = signal(readChosen());

// For the styles.
effect(() => void (document.documentElement.dataset.details = details.value ? "on" : "off"));

/** Shows all figures, or only those that matter. */
export function toggleDetails(): void {
  details.value = !details.value;
  try {
    localStorage.setItem(KEY, details.value ? "on" : "off");
  } catch {
    // A browser that keeps nothing has the choice until the page is closed.
  }
}

function readChosen(): boolean {
  try {
    return localStorage.getItem(KEY) === "on";
  } catch {
    return false;
  }
}
