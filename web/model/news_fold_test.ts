import assert from "node:assert/strict";
import type { ControlEvent, LogLine } from "../../control/schemas/feed.ts";
import { formatTimeOfDay } from "./format_figures.ts";
import { mergeNews } from "./news.ts";

const MESSAGE = 'Node "lens" (lens) failed in process(): it broke';
const LINKS = new Map([["link1", "mixer.audioOut → gain.audioIn"]]);
let seq = 0;

function event(timeMs: number, kind: string, more: Partial<ControlEvent> = {}): ControlEvent {
  return { seq: ++seq, timeMs, topic: "node:lens", kind, level: "warn", message: MESSAGE, nodeId: "lens", ...more };
}

function drops(timeMs: number, full: number, linkId = "link1"): ControlEvent {
  const data = { sinceLast: { full, skipped: 0 }, dropped: { full: 999, skipped: 0 } };
  return event(timeMs, "dropping", { topic: `link:${linkId}`, nodeId: undefined, linkId, data });
}

/** As the runtime tells a failure of a node that is disabled for it. */
function failure(timeMs: number): ControlEvent[] {
  const data = { failure: 7 };
  return [
    event(timeMs, "failed", { level: "error", data }),
    event(timeMs, "error", { topic: "error", nodeId: undefined, level: "error", data }),
    event(timeMs, "state", { data: { state: "failed", previous: "running" }, message: "lens: failed" }),
    event(timeMs + 1, "state", { data: { state: "disabled", previous: "failed" }, message: "lens: disabled" }),
    event(timeMs + 1, "disabled", { data }),
  ];
}

const line: LogLine = {
  seq: 1,
  timeMs: 99,
  level: "warn",
  category: "runtime",
  message: `Disabled node "lens": ${MESSAGE}`,
  fields: { failure: 7 },
};

Deno.test("mergeNews() tells one failure in one entry, with what became of the node", () => {
  const news = mergeNews(failure(100), [line], { least: "info" });
  assert.deepEqual(news.map(({ kind, level, message }) => [kind, level, message]), [
    ["failed", "error", `${MESSAGE}; it does not run any more`],
  ]);
  assert.equal(mergeNews(failure(100), [line], { least: "debug", unfolded: true }).length, 6);
});

Deno.test("mergeNews() tells what says the same as a failure and is about another one", () => {
  const other = { failure: 8 };
  const events = [...failure(100), event(100, "error", { topic: "error", nodeId: undefined, data: other })];
  const lines = [line, { ...line, seq: 2, fields: other }, { ...line, seq: 3, fields: undefined }];
  const kinds = mergeNews(events, lines, { least: "info" }).map(({ kind }) => kind);
  assert.deepEqual(kinds.sort(), ["", "", "error", "failed"]);
});

Deno.test("mergeNews() tells each failure of a node that is restarted, and what else happens to it", () => {
  const again = (timeMs: number, attempt: number) => [
    event(timeMs, "failed", { level: "error", data: { failure: attempt } }),
    event(timeMs, "error", { topic: "error", nodeId: undefined, data: { failure: attempt } }),
    event(timeMs + 1, "restarting", { data: { attempt, afterMs: 100, failure: attempt } }),
    event(timeMs + 101, "restarted", { data: { attempt, failure: attempt } }),
  ];
  const news = mergeNews([...again(100, 1), ...again(300, 2)], [], { least: "info" });
  assert.deepEqual(news.map(({ message }) => message), [
    "lens runs again after restart 2",
    `${MESSAGE}; it restarts in 100 ms, restart 2`,
    "lens runs again after restart 1",
    `${MESSAGE}; it restarts in 100 ms, restart 1`,
  ]);
});

Deno.test("mergeNews() tells drops of a link that begin again within a minute in one entry, with their sum", () => {
  const events = [drops(1_000, 5), drops(2_000, 1, "link2"), drops(30_000, 7), drops(31_000, 1), drops(200_000, 1)];
  const news = mergeNews(events, [], { least: "info" }, LINKS);
  assert.deepEqual(news.map(({ timeMs, message }) => [timeMs, message]), [
    [200_000, "mixer.audioOut → gain.audioIn has dropped 1 frame: 1 full"],
    [
      31_000,
      `mixer.audioOut → gain.audioIn has dropped 13 frames, in 3 bursts since ${formatTimeOfDay(1_000)}: 13 full`,
    ],
    [2_000, "link2 has dropped 1 frame: 1 full"],
  ]);
  assert.deepEqual(mergeNews([drops(1, 5), drops(2, 7)], [], { least: "info" }).length, 1);
});
