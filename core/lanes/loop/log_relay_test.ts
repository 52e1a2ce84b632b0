import { deepEqual, equal } from "node:assert/strict";
import type { LogEntry } from "../../log.ts";
import { LogRelay } from "./log_relay.ts";

function line(timeMs: number, message = "m"): LogEntry {
  return { timeMs, level: "info", category: "node", nodeId: "n", message };
}

Deno.test("LogRelay passes lines on, cut and fit to be cloned", () => {
  const told: LogEntry[] = [];
  const relay = new LogRelay((entry) => told.push(entry));
  const odd = { f: () => {}, big: 1n, nan: NaN, error: new RangeError("r"), deep: { a: [1] } };
  relay.take({ ...line(0, "x".repeat(9_000)), fields: odd });
  equal(told[0].message.length, 4_000);
  const { f, ...rest } = structuredClone(told[0].fields!);
  equal(typeof f, "string");
  deepEqual(rest, { big: "1", nan: "NaN", error: "r", deep: { a: [1] } });
});

Deno.test("LogRelay leaves out what is more than it passes on in a second, and says how much", () => {
  const told: LogEntry[] = [];
  const relay = new LogRelay((entry) => told.push(entry));
  for (let k = 0; k < 800; k++) relay.take(line(1_000));
  equal(told.length, 500);
  // Half a second allows 50 more lines.
  for (let k = 0; k < 100; k++) relay.take(line(1_500));
  equal(told.length, 551);
  equal(told[500].message, "300 lines were left out: more than 100 a second");
  deepEqual([told[500].level, told[500].nodeId], ["warn", undefined]);
});
