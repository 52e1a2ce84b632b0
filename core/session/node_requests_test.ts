import { deepEqual, rejects } from "node:assert/strict";
import { pass } from "../../tests/fixtures/numbered.ts";
import { serializeError, SluiceError } from "../errors.ts";
import type { NodeId } from "../ids.ts";
import type { LaneThread } from "../lanes/ports/lane_thread.ts";
import { Topology } from "../topology.ts";
import { NodeRequests } from "./node_requests.ts";

type Command = Parameters<LaneThread["send"]>[0];

/** Two lanes that record their messages, and a node. */
function setUp() {
  const node = new Topology({ mode: "live" }).addNode(pass, {}, { id: "n" });
  const sent: Command[] = [];
  const send = (command: Command) => void sent.push(command);
  const requests = new NodeRequests(() => ({ nodeId: "m" as NodeId, why: '"m" has not returned from process()' }));
  const [first, second] = [0, 1].map((index) => ({ index, send }) as LaneThread);
  return { requests, node, sent, first, second };
}

/** Returns the present state of promises: `open`, `done`, or the message of the error. */
async function statesOf(promises: readonly Promise<void>[]): Promise<string[]> {
  const states = promises.map(() => "open");
  promises.forEach((each, k) => each.then(() => states[k] = "done", (error: Error) => states[k] = error.message));
  await new Promise((resolve) => setTimeout(resolve));
  return states;
}

Deno.test("NodeRequests.configure() sends the values, and settles as its own request is answered", async () => {
  const { requests, node, sent, first } = setUp();
  const asked = [1, 2, 3].map((gain) => requests.configure(first, node, { gain }));
  deepEqual(
    sent,
    [1, 2, 3].map((n) => ({ kind: "configure", request: n, node: "n", values: { gain: n }, secrets: [] })),
  );
  requests.answered(3);
  requests.answered(2, serializeError(new SluiceError("InvalidConfig", "Too loud", { nodeId: "n" })));
  deepEqual(await statesOf(asked), ["open", "Too loud", "done"]);
  await rejects(asked[1], { code: "InvalidConfig", nodeId: "n" });
});

Deno.test("NodeRequests.configure() sends nothing where a value refers to a variable that is not set", async () => {
  const { requests, node, sent, first } = setUp();
  await rejects(requests.configure(first, node, { gain: "${env:SLUICE_TEST_IS_NOT_SET}" }), { code: "InvalidConfig" });
  deepEqual(sent, []);
});

Deno.test("NodeRequests.refuseLane() rejects what that lane has not answered, and nothing else", async () => {
  const { requests, node, first, second } = setUp();
  const asked = [first, first, second].map((lane) => requests.configure(lane, node, {}));
  requests.answered(1);
  requests.refuseLane(0, new Error("lost"));
  deepEqual(await statesOf(asked), ["done", "lost", "open"]);
  // A late answer belongs to no open request.
  requests.answered(2);
  requests.answered(3);
  deepEqual(await statesOf(asked), ["done", "lost", "done"]);
});

Deno.test("NodeRequests.refuseAll() rejects what no lane has answered", async () => {
  const { requests, node, first, second } = setUp();
  const asked = [first, second].map((lane) => requests.configure(lane, node, {}));
  requests.refuseAll((action) => new Error(`over: ${action}`));
  deepEqual(await statesOf(asked), ["over: configure a node", "over: configure a node"]);
});

Deno.test("NodeRequests.configure() rejects where the lane is late, with what keeps it; its answer counts", async () => {
  const { setTimeout } = globalThis;
  globalThis.setTimeout = ((run: () => void) => setTimeout(run)) as unknown as typeof setTimeout;
  try {
    const { requests, node, first } = setUp();
    await rejects(requests.configure(first, node, { perTick: 5 }), {
      code: "Timeout",
      nodeId: "m",
      message: 'Cannot configure "n": its lane has not answered within 5000 ms: "m" has not returned from process(); ' +
        "the values are in effect once it answers",
    });
    deepEqual(node.config, {});
    requests.answered(1);
    deepEqual(node.config, { perTick: 5 });
  } finally {
    globalThis.setTimeout = setTimeout;
  }
});
