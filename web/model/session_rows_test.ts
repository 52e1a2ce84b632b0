import { deepEqual } from "node:assert/strict";
import type { SessionRow } from "../../control/schemas/sessions.ts";
import { rateSessions } from "./session_rows.ts";

function session(number: number, openMs: number, inputs: number): SessionRow {
  const bytes = inputs * 10;
  return {
    number,
    caller: "me",
    transport: "http",
    openMs,
    idleMs: 0,
    inputs,
    outputs: 0,
    inputBytes: bytes,
    outputBytes: 0,
  };
}

Deno.test("rateSessions() counts from the list before, or from a session's start, the newest first", () => {
  const list = (...sessions: SessionRow[]) => ({ served: true, sessions });
  const rows = rateSessions(list(session(1, 1_000, 50)), list(session(1, 3_000, 150), session(2, 500, 10)));
  deepEqual(rows.map((each) => [each.number, each.inputsPerSecond, each.bytesPerSecond]), [[2, 20, 200], [1, 50, 500]]);
});
