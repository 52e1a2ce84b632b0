/**
 * Dark or light: what the system prefers, or what was chosen on this page before.
 *
 * @module
 */
import { computed, effect, signal } from "@preact/signals";
import { type Palette, readPalette } from "../model/palette.ts";

/** A theme. */
export type Theme = "dark" | "light";

const KEY = "sluice.theme";
const prefersLight = matchMedia("(prefers-color-scheme: light)");
const system = signal<Theme>(prefersLight.matches ? "light" : "dark");
const chosen = signal<Theme | undefined>(readChosen());

/** The theme that is shown. */
export const theme = computed<Theme>(() => chosen.value ?? system.value);

prefersLight.addEventListener("change", ({ matches }) => system.value = matches ? "light" : "dark");
effect(() => void (document.documentElement.dataset.theme = theme.value));

/** What canvases draw with, in the theme that is shown. */
export const palette = computed<Palette>(() => {
  // The styles follow the attribute, which stands from here on.
  document.documentElement.dataset.theme = theme.value;
  const styles = getComputedStyle(document.documentElement);
  return readPalette((property) => styles.getPropertyValue(property));
});

/** Changes to the other theme, and keeps the choice. */
export function toggleTheme(): void {
  chosen.value = theme.value === "dark" ? "light" : "dark";
  try {
    localStorage.setItem(KEY, chosen.value);
  } catch {
    // A browser that keeps nothing shows the choice until the page is closed.
  }
}

function readChosen(): Theme | undefined {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "dark" || kept === "light" ? kept : undefined;
  } catch {
    return undefined;
  }
}
