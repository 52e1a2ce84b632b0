/**
 * The sessions of the process as signals, asked for once a second where it offers pipelines and the page is seen.
 *
 * @module
 */
import { effect, signal } from "@preact/signals";
import type { SessionList } from "../../control/schemas/sessions.ts";
import { type RatedSession, rateSessions } from "../model/session_rows.ts";
import { graph, shownSession } from "./live.ts";
import { showView } from "./place.ts";

/** Time between two questions, milliseconds. */
const ASK_MS = 1_000;

/** The newest list; `undefined` before the first, and where the process offers no pipelines. */
export const sessionList = signal<SessionList | undefined>(undefined);

/** Its sessions with their rates. */
export const sessionRows = signal<readonly RatedSession[]>([]);

/** Begins to ask. */
export async function followSessions(): Promise<void> {
  await ask();
  if (sessionList.value === undefined) return;
  setInterval(() => document.hidden || void ask(), ASK_MS);
  if (location.hash !== "" || shownSession !== undefined) return;
  // A process that only offers pipelines has no graph of its own to show.
  const end = effect(() => {
    if (graph.value === undefined) return;
    if (graph.value.nodes.length === 0) showView("sessions");
    queueMicrotask(() => end());
  });
}

async function ask(): Promise<void> {
  try {
    const answer = await fetch("/api/sessions");
    const list = await answer.json() as SessionList;
    if (!answer.ok || !list.served) return;
    sessionRows.value = rateSessions(sessionList.value, list);
    sessionList.value = list;
  } catch {
    // The connection reports that no server answers.
  }
}
