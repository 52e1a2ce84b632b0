/**
 * How links are drawn by their condition.
 *
 * @module
 */
import type { Health } from "./health.ts";

/** Below this scale dashes keep the length that they have at it, so that they do not run together. */
const DASHES_FROM = 0.5;

/**
 * Dashes of a link and how much thicker it is, so that its condition can be told without colours at any scale. World
 * units from {@linkcode DASHES_FROM} on.
 */
export const LINK_STROKES: Readonly<Record<Health, { readonly dashes: readonly number[]; readonly width: number }>> = {
  failed: { dashes: [3, 3], width: 2.2 },
  stuck: { dashes: [3, 3, 9, 3], width: 2.2 },
  dropping: { dashes: [3, 5], width: 2.2 },
  blocked: { dashes: [14, 4, 3, 4], width: 1.6 },
  late: { dashes: [12, 6], width: 1.4 },
  healthy: { dashes: [], width: 1 },
  idle: { dashes: [], width: 0.6 },
  ended: { dashes: [1, 6], width: 0.8 },
};

/** The dashes of a condition at a scale, world units. */
export function dashesAt(health: Health, scale: number): number[] {
  const unit = Math.max(1, DASHES_FROM / scale);
  return LINK_STROKES[health].dashes.map((length) => length * unit);
}
