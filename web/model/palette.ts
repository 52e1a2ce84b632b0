/**
 * The colours that a canvas draws with: the custom properties of `styles/tokens.css`, by name.
 *
 * @module
 */
import { type Health, HEALTH_LEVELS } from "./health.ts";

export interface Palette {
  readonly ground: string;
  readonly sunken: string;
  readonly surface: string;
  readonly raised: string;
  readonly edge: string;
  readonly edgeStrong: string;
  readonly text: string;
  readonly textSoft: string;
  readonly accent: string;
  readonly focus: string;
  readonly grid: string;
  /** Family of text. */
  readonly font: string;
  readonly health: Readonly<Record<Health, string>>;
}

/** Reads the palette. @param read gives the value of a custom property, such as `--ground` */
export function readPalette(read: (property: string) => string): Palette {
  const take = (property: string) => read(property).trim();
  return {
    ground: take("--ground"),
    sunken: take("--sunken"),
    surface: take("--surface"),
    raised: take("--raised"),
    edge: take("--edge"),
    edgeStrong: take("--edge-strong"),
    text: take("--text"),
    textSoft: take("--text-soft"),
    accent: take("--accent"),
    focus: take("--focus"),
    grid: take("--grid"),
    font: take("--font"),
    health: Object.fromEntries(HEALTH_LEVELS.map((health) => [health, take(`--health-${health}`)])) as Record<
      Health,
      string
    >,
  };
}
