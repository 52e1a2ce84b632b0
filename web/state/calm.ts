/**
 * When texts of the graph may change: twice a second, however often readings come. Conditions do not wait for it.
 *
 * @module
 */
import { effect, signal } from "@preact/signals";
import { CalmValues } from "../model/calm_values.ts";
import { client, figures, reading } from "./live.ts";

/** Least time between two texts of one figure, milliseconds. */
const CALM_MS = 500;

/** The values of nodes as they are shown. */
export const calmValues: CalmValues = new CalmValues((id) => client.figures.get(id));

/** Goes up whenever texts may be others. */
export const calmReading = signal(0);

let lastMs = -Infinity;
let timer: ReturnType<typeof setTimeout> | undefined;

effect(() => {
  reading.value;
  // The figures of another graph are none of those that are shown.
  figures.value;
  const waitMs = lastMs + CALM_MS - performance.now();
  if (waitMs <= 0) advance();
  else timer ??= setTimeout(advance, waitMs);
});

function advance(): void {
  clearTimeout(timer);
  timer = undefined;
  lastMs = performance.now();
  calmValues.advance();
  calmReading.value = calmReading.peek() + 1;
}
