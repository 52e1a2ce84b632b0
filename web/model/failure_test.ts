import assert from "node:assert/strict";
import type { ControlEvent } from "../../control/schemas/feed.ts";
import { lastFailure } from "./failure.ts";

const event = (kind: string, nodeId: string, message: string, code?: string): ControlEvent => (
  { seq: 1, timeMs: 0, topic: `node:${nodeId}`, kind, level: "error", message, nodeId, ...(code && { code }) }
);

Deno.test("lastFailure() has code and message of what the graph ended with, else of the node's newest event", () => {
  const events = [
    event("restarting", "lens", "the lens broke", "NodeFailed"),
    event("failed", "other", "out of film", "Error"),
    event("disabled", "lens", "the lens broke again", "NodeFailed"),
    event("state", "lens", "lens: disabled"),
  ];
  assert.equal(lastFailure("lens", undefined, events), "NodeFailed: the lens broke again");
  assert.equal(
    lastFailure("lens", { code: "Timeout", message: "no light", nodeId: "lens" }, events),
    "Timeout: no light",
  );
  assert.equal(
    lastFailure("other", { code: "Timeout", message: "no light", nodeId: "lens" }, events),
    "Error: out of film",
  );
  assert.equal(lastFailure("tone", undefined, events), undefined);
});

Deno.test("lastFailure() takes a node that was disabled for no error for one that did not fail", () => {
  assert.equal(lastFailure("lens", undefined, [event("disabled", "lens", "lens: disabled")]), undefined);
});
