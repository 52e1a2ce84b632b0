/**
 * The sessions of the process as rows: what a list says, with rates from the list before.
 *
 * @module
 */
import type { SessionList, SessionRow } from "../../control/schemas/sessions.ts";

/** One row: the session, and what went through it each second since the list before. */
export interface RatedSession extends SessionRow {
  readonly inputsPerSecond: number;
  readonly outputsPerSecond: number;
  readonly bytesPerSecond: number;
}

/** The newest sessions first. @param before an earlier list: what is new since begins at 0 */
export function rateSessions(before: SessionList | undefined, now: SessionList): readonly RatedSession[] {
  const known = new Map(before?.sessions.map((each) => [each.number, each]));
  return now.sessions.map((each) => {
    const last = known.get(each.number);
    const seconds = (each.openMs - (last?.openMs ?? 0)) / 1_000;
    const rate = (count: number, lastCount = 0) => seconds > 0 ? (count - lastCount) / seconds : 0;
    return {
      ...each,
      inputsPerSecond: rate(each.inputs, last?.inputs),
      outputsPerSecond: rate(each.outputs, last?.outputs),
      bytesPerSecond: rate(each.inputBytes + each.outputBytes, last && last.inputBytes + last.outputBytes),
    };
  }).sort((a, b) => b.number - a.number);
}
