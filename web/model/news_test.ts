import assert from "node:assert/strict";
import type { ControlEvent, LogLine } from "../../control/schemas/feed.ts";
import { mergeNews } from "./news.ts";

const event = (seq: number, timeMs: number, more: Partial<ControlEvent> = {}): ControlEvent => ({
  seq,
  timeMs,
  topic: "node:gain",
  kind: "stuck",
  level: "warn",
  message: "does not return",
  nodeId: "gain",
  ...more,
});
const line = (seq: number, timeMs: number, more: Partial<LogLine> = {}): LogLine => ({
  seq,
  timeMs,
  level: "info",
  category: "runtime",
  message: "started",
  ...more,
});

Deno.test("mergeNews() puts events and lines in one list, the newest first", () => {
  const news = mergeNews([event(1, 10), event(2, 30)], [line(1, 20)], { least: "debug" });
  assert.deepEqual(news.map(({ key }) => key), ["e2", "l1", "e1"]);
});

Deno.test("mergeNews() leaves out what is less important, about others, or without the text", () => {
  const events = [event(1, 1), event(2, 2, { nodeId: "mixer" })];
  const lines = [line(1, 3), line(2, 4, { level: "debug" })];
  assert.equal(mergeNews(events, lines, { least: "info" }).length, 3);
  assert.deepEqual(mergeNews(events, lines, { least: "info", nodeId: "gain" }).map(({ key }) => key), ["e1"]);
  assert.deepEqual(mergeNews(events, lines, { least: "info", query: "START" }).map(({ key }) => key), ["l1"]);
});

Deno.test("mergeNews() cuts a message of a megabyte", () => {
  const [news] = mergeNews([event(1, 1, { kind: "failed", message: "x".repeat(1e6) })], [], { least: "debug" });
  assert.equal(news.message.length, 4001);
});
