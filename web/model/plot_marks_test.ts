import assert from "node:assert/strict";
import type { LogEntry } from "../../control/schemas/commands.ts";
import type { ControlEvent } from "../../control/schemas/feed.ts";
import { plotMarks } from "./plot_marks.ts";

const event = (timeMs: number, more: Partial<ControlEvent>): ControlEvent => ({
  seq: timeMs,
  timeMs,
  topic: "runtime",
  kind: "paused",
  level: "info",
  message: "",
  ...more,
});

const entry = (timeMs: number, commands: LogEntry["commands"], more: Partial<LogEntry> = {}): LogEntry => ({
  seq: timeMs,
  at: new Date(timeMs).toISOString(),
  by: "page",
  kind: "edit",
  title: "set gain.gainDb=-20",
  commands,
  results: [],
  notes: [],
  ...more,
});

const set = (node: string) => ({ op: "set", node, key: "gainDb", value: -20 });

Deno.test("plotMarks() has the faults of a node, what was changed of it, and what the graph did, by time", () => {
  const events = [
    event(9_000, { topic: "node:gain", kind: "state", nodeId: "gain", message: "running" }),
    event(10_000, {}),
    event(30_000, { topic: "node:gain", kind: "failed", level: "error", nodeId: "gain", message: "it broke" }),
    event(31_000, { topic: "node:mixer", kind: "failed", level: "error", nodeId: "mixer", message: "it broke, too" }),
  ];
  const entries = [
    entry(20_000, [set("gain")]),
    entry(20_500, [set("gain")]),
    entry(25_000, [set("mixer")]),
    entry(26_000, [{ op: "connect", from: "gain.audioOut", to: "mixer.audioIn_2" }], { title: "connect" }),
    entry(27_000, [set("gain")], { error: "refused" }),
  ];
  const marks = plotMarks({ kind: "node", id: "gain" }, { events, entries, names: new Map() });
  assert.deepEqual(marks, [
    { timeMs: 10_000, kind: "run", text: "graph paused" },
    { timeMs: 20_500, kind: "change", text: "set gain.gainDb=-20 (page)" },
    { timeMs: 26_000, kind: "change", text: "connect (page)" },
    { timeMs: 30_000, kind: "fault", text: "it broke" },
  ]);
});
