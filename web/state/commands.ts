/**
 * What a person does to the graph from the page. A refusal is told as a notice, never swallowed.
 *
 * @module
 */
import { effect, signal } from "@preact/signals";
import { client, restarts } from "./live.ts";

/** How long the end of a graph may take, milliseconds: its nodes drain first. */
const STOP_TIMEOUT_MS = 60_000;

/** How long a notice stays, milliseconds. */
const NOTICE_MS = 8_000;

/** What was refused last; `undefined` for nothing. */
export const notice = signal<string | undefined>(undefined);

/** A command is under way. */
export const busy = signal(false);

let timer: ReturnType<typeof setTimeout> | undefined;

effect(() => {
  if (restarts.value > 0) tell("The runtime was started again: counts begin anew");
});

/** Shows a notice for a while. */
export function tell(message: string): void {
  notice.value = message;
  clearTimeout(timer);
  timer = setTimeout(() => notice.value = undefined, NOTICE_MS);
}

/** Hides the notice. */
export function dismissNotice(): void {
  clearTimeout(timer);
  notice.value = undefined;
}

/** Holds every node between two ticks. */
export function pauseGraph(): Promise<void> {
  return run(() => client.call("graph.pause", {}));
}

/** Goes on after a pause. */
export function resumeGraph(): Promise<void> {
  return run(() => client.call("graph.resume", {}));
}

/** Ends the sources and lets the rest drain. */
export function stopGraph(): Promise<void> {
  return run(() => client.call("graph.stop", {}, STOP_TIMEOUT_MS));
}

async function run(command: () => Promise<unknown>): Promise<void> {
  busy.value = true;
  try {
    await command();
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error));
  } finally {
    busy.value = false;
  }
}
