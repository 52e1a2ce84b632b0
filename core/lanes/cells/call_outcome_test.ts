import { equal } from "node:assert/strict";
import { deserializeError, serializeError, SluiceError, type SluiceErrorDetails } from "../../errors.ts";
import { explain } from "./call_outcome.ts";

const NODE = { id: "out", type: "wav-sink" };

function told(message: string, details: SluiceErrorDetails = {}): string {
  const error = explain(new SluiceError("InvalidConfig", message, details), NODE, "setup()");
  return `${(error as SluiceError).nodeId}: ${error.message}`;
}

Deno.test("explain() names the node of an error that has no node, whatever its message says", () => {
  for (const path of ["/no/such/out.wav", "out.wav", "out"]) {
    const message = `Cannot write "${path}": another node is writing it now`;
    equal(told(message, { key: "path" }), `out: Node "out" (wav-sink): ${message}`);
  }
});

Deno.test("explain() leaves the message of an error alone that has its node", () => {
  for (
    const [message, details] of [
      ['put a "channel-mapper" before "out"', { nodeId: "out" }],
      ['"out.audio" changed', { nodeId: "out", port: "audio" }],
      ['Cannot set "out.size" to 3', { nodeId: "out", key: "size" }],
      ["Cannot set the size to 3", { nodeId: "out", key: "size" }],
    ] as const
  ) equal(told(message, details), `out: ${message}`);
});

Deno.test("explain() leaves an error about another node alone", () => {
  const message = 'Cannot read a frame of "mic.audio": its payload was changed after it was written';
  equal(told(message, { nodeId: "mic", port: "audio" }), `mic: ${message}`);
});

Deno.test("explain() keeps where an error was thrown", () => {
  const error = new SluiceError("InvalidConfig", "no such file", { nodeId: "out" });
  equal(explain(error, NODE, "setup()").stack, error.stack);
});

Deno.test("explain() tells which call of the node failed, and the error tells it on another lane too", () => {
  const failures: [unknown, string][] = [
    [new Error("no device"), "setup()"],
    [new SluiceError("InvalidConfig", "no such file"), "setup()"],
    [new SluiceError("NodeFailed", "no state", { nodeId: "out", call: "snapshot()" }), "snapshot()"],
  ];
  for (const [thrown, call] of failures) {
    const error = explain(thrown, NODE, "setup()") as SluiceError;
    equal(error.call, call);
    equal((deserializeError(serializeError(error)) as SluiceError).call, call);
  }
});
