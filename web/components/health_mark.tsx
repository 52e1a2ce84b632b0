/** @module Marks that tell how something is doing: a shape, a colour and a word. */
import type { JSX } from "preact";
import { type Health, HEALTH_MARKS } from "../model/health.ts";

/** The shape alone, for places where the word stands beside it or in a label. */
export function HealthShape({ health }: { readonly health: Health }): JSX.Element {
  const { shape, color } = HEALTH_MARKS[health];
  return (
    <svg class="mark" viewBox="0 0 12 12" aria-hidden="true">
      <path d={shape} style={{ fill: `var(${color})` }} />
    </svg>
  );
}

/** Shape and word. @param word another one than that of the condition */
export function HealthMark(
  { health, word = HEALTH_MARKS[health].word }: { readonly health: Health; readonly word?: string },
): JSX.Element {
  const { color, meaning } = HEALTH_MARKS[health];
  return (
    <span class="health" title={meaning} style={{ color: `var(${color})` }}>
      <HealthShape health={health} />
      {word}
    </span>
  );
}
