import assert from "node:assert/strict";
import { deserializeError, serializeError, SluiceError } from "../../core/errors.ts";
import { placed } from "../../core/graph/diagnostics.ts";
import { explain } from "../../core/lanes/cells/call_outcome.ts";
import { findThrownAt } from "./thrown_at.ts";

const NODE = { id: "b", type: "buggy" };
const CORE = new URL("../../core/frames/audio_frame.ts", import.meta.url).href;

/** A failure as the command line gets it: explained in its lane, sent to main, given its place in the graph file. */
function arrived(thrown: Error): SluiceError {
  const sent = deserializeError(serializeError(explain(thrown, NODE, "process()")));
  return placed(sent as SluiceError, { file: "g.json", line: 1, column: 2 });
}

Deno.test("findThrownAt() finds the first frame outside the runtime", () => {
  const bug = new TypeError("no x");
  bug.stack = `TypeError: no x\n    at AudioFrame.channel (${CORE}:96:13)\n` +
    "    at Buggy.process (file:///my/bug.ts:8:14)\n    at file:///my/other.ts:1:2";
  assert.equal(findThrownAt(arrived(bug)), "file:///my/bug.ts:8:14");
  bug.stack = "TypeError: no x\n    at file:///my%20nodes/bug.ts:8:14";
  assert.equal(findThrownAt(arrived(bug)), "file:///my%20nodes/bug.ts:8:14");
  bug.stack = "TypeError: no x\n    at Buggy.process (file:///my nödes/bug.ts:8:14)";
  assert.equal(findThrownAt(arrived(bug)), "file:///my%20n%C3%B6des/bug.ts:8:14");
});

Deno.test("findThrownAt() finds the place of a real error", () => {
  assert.match(String(findThrownAt(arrived(failing()))), /^file:.*\/cli\/output\/thrown_at_test\.ts:\d+:\d+$/);
});

Deno.test("findThrownAt() finds where a module threw that was imported, and no place for what was not found", () => {
  const failed = new SluiceError("InvalidGraph", 'Cannot load node type "b" from "file:///my/bug.ts": top');
  failed.stack = `TypeError: top\n    at config (${CORE}:9:1)\n    at file:///my/bug.ts:2:7`;
  const sent = deserializeError(serializeError(failed));
  assert.equal(findThrownAt(sent), "file:///my/bug.ts:2:7");
  sent.stack = "TypeError: Module not found\n    at async file:///my/sluice.gen.ts:4:2\n" +
    `    at async attempt (${new URL("../../core/registry/load_type.ts", import.meta.url).href}:50:12)`;
  assert.equal(findThrownAt(sent), undefined);
});

Deno.test("findThrownAt() takes the files of the bundle for the runtime's", () => {
  const bundled = new URL("../../dist/load_type-AbC.js", import.meta.url).href;
  const sent = new SluiceError("InvalidGraph", "Cannot load");
  sent.stack = "TypeError: Module not found\n    at async file:///my/sluice.gen.ts:4:2\n" +
    `    at async attempt (${bundled}:5:1)`;
  assert.equal(findThrownAt(sent), undefined);
  sent.stack = `TypeError: top\n    at read (${bundled}:5:1)\n    at file:///my/bug.ts:2:7`;
  assert.equal(findThrownAt(sent), "file:///my/bug.ts:2:7");
});

Deno.test("findThrownAt() has nothing to say about errors that were thrown on purpose", () => {
  assert.equal(findThrownAt(arrived(new SluiceError("InvalidMedia", "Cannot read"))), undefined);
  assert.equal(findThrownAt(arrived(new SluiceError("NodeFailed", "Cannot go on"))), undefined);
  assert.equal(findThrownAt(failing()), undefined);
  assert.equal(findThrownAt("text"), undefined);
});

function failing(): Error {
  try {
    (undefined as unknown as { x: () => void }).x();
  } catch (error) {
    return error as Error;
  }
  throw new Error("not reached");
}
