import assert from "node:assert/strict";
import { fixture, port } from "../../tests/fixtures/define.ts";
import { MAX_TIMEOUT_MS } from "../errors/option_check.ts";
import { Topology } from "../topology.ts";
import { draftRestart, restartTimeoutMs } from "./restart.ts";

const plain = fixture(() => ({ process() {} }), {
  type: "plain",
  ports: [
    port({ name: "audioIn", direction: "input", kind: "audio", optional: true }),
    port({ name: "audioOut", direction: "output", kind: "audio" }),
  ],
});

function withNode(): Topology {
  const topology = new Topology({ mode: "offline" });
  topology.addNode(plain, {}, { id: "a", lane: "a" });
  return topology;
}

Deno.test("draftRestart() builds a node anew as it is by now, and changes nothing of the graph", () => {
  const topology = withNode();
  const failed = topology.node("a");
  const edit = topology.draft();
  edit.bypassNode("a", true);
  topology.adopt(edit);
  assert.notEqual(topology.node("a"), failed);
  for (const carries of [true, false]) {
    let committed = 0;
    const { draft, extras } = draftRestart(topology, failed, carries, () => void committed++);
    assert.deepEqual(extras.restart, [{ node: topology.node("a"), carries }]);
    assert.deepEqual([extras.actions, extras.configure], [[], []]);
    assert.notEqual(draft, topology);
    assert.deepEqual([...draft.nodes.values()], [...topology.nodes.values()]);
    extras.committed!();
    assert.equal(committed, 1);
  }
});

Deno.test("draftRestart() refuses a node that was removed, and one in whose place there is another", () => {
  const topology = withNode();
  const failed = topology.node("a");
  const replacing = topology.draft();
  replacing.replaceNode("a", plain, {});
  topology.adopt(replacing);
  const gone = { code: "NodeNotFound", message: "The node has gone" };
  assert.throws(() => draftRestart(topology, failed, true, () => {}), gone);
  const removing = topology.draft();
  removing.removeNode("a");
  topology.adopt(removing);
  assert.throws(() => draftRestart(topology, failed, true, () => {}), gone);
});

Deno.test("restartTimeoutMs() leaves setup() its time and some more, and no limit where it has none", () => {
  assert.deepEqual([0, 100, MAX_TIMEOUT_MS].map(restartTimeoutMs), [MAX_TIMEOUT_MS, 5_100, MAX_TIMEOUT_MS]);
});
