import { deepEqual, equal, match } from "node:assert/strict";
import { until } from "../../../tests/fixtures/waiting.ts";
import type { CommandDescriptor } from "../../descriptor/descriptor.ts";
import type { NodeId } from "../../ids.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import type { LaneReport } from "../messages.ts";
import type { Lane } from "./lane.ts";
import { NodeCommands } from "./node_commands.ts";

const args: CommandDescriptor["args"] = { type: "object", properties: {}, required: [], additionalProperties: false };

/** A lane with one node, which records its calls. */
function setUp() {
  const calls: string[] = [];
  const answers: Extract<LaneReport, { kind: "answered" }>[] = [];
  const released = Promise.withResolvers<string>();
  const called = (name: string) => {
    calls.push(`${name}${cell.pending ? " in a tick" : ""}`);
    return calls.length;
  };
  const processor = {
    prompt: () => called("prompt"),
    slow: () => (called("slow"), released.promise),
    nested: () => {
      take("prompt");
      return called("nested");
    },
  };
  const commands = Object.fromEntries(Object.keys(processor).map((name) => [name, { description: "", args }]));
  const cell = {
    id: "n",
    number: 1,
    mode: "push",
    held: false,
    pending: false,
    again: false,
    outside: false,
    failed: false,
    ended: false,
    descriptor: { type: "fixture", commands },
    instance: { processor },
    setPhase: () => {},
    wake: () => calls.push("wake"),
  };
  const lane = {
    index: 0,
    page: { u32: new Uint32Array(1_024), laneOffset: () => 0 },
    cells: [cell],
    closed: false,
    endIfGivenUp: () => false,
    whenOver: undefined,
    site: { post: (report: LaneReport) => report.kind === "answered" && answers.push(report) },
  };
  const nodes = new NodeCommands(lane as unknown as Lane);
  let request = 0;
  const take = (name: string, limitMs = 0) =>
    nodes.take({ kind: "ask", request: request++, node: cell.id as NodeId, name, json: "{}", limitMs });
  return { calls, answers, released, cell: cell as unknown as NodeCell, lane: lane as unknown as Lane, nodes, take };
}

Deno.test("NodeCommands.take() runs commands in their order, once the tick is over, and wakes the node after them", async () => {
  const { calls, answers, released, cell, lane, take } = setUp();
  cell.pending = true;
  take("slow");
  take("prompt");
  deepEqual(calls, []);
  cell.pending = false;
  lane.whenOver!();
  await until(() => calls.length === 1);
  // The promise counts as a tick.
  equal(cell.pending, true);
  cell.again = true;
  released.resolve("late");
  await until(() => answers.length === 2);
  deepEqual(calls, ["slow", "wake", "prompt"]);
  deepEqual(answers.map(({ request, json }) => [request, json]), [[0, '"late"'], [1, "3"]]);
  equal(lane.whenOver, undefined);
});

Deno.test("NodeCommands.take() waits for an edit that holds the node", async () => {
  const { calls, cell, take } = setUp();
  cell.held = true;
  take("prompt");
  deepEqual(calls, []);
  cell.held = false;
  await until(() => calls.length === 1);
});

Deno.test("NodeCommands.take() refuses a command that could not begin within its limit, and never runs it", async () => {
  for (const [key, why] of [["held", "an edit of the graph holds the node"], ["pending", "the node's tick"]] as const) {
    const { calls, answers, cell, take } = setUp();
    cell[key] = true;
    take("prompt", 1);
    await until(() => answers.length === 1);
    cell[key] = false;
    take("prompt");
    deepEqual(calls, ["prompt"]);
    const [{ error }] = answers;
    equal(error!.code, "Timeout");
    match(
      error!.message,
      new RegExp(`^Cannot give "n" the command "prompt": 1 ms are over, and ${why}.* was not begun`),
    );
  }
});

Deno.test("NodeCommands.take() refuses commands of a node that has ended, failed or gone", () => {
  const { calls, answers, cell, lane, take } = setUp();
  const told = () => answers.splice(0).map(({ error }) => `${error!.code}: ${error!.message.split(": ")[1]}`);
  Object.assign(cell, { failed: true });
  take("prompt");
  deepEqual(told(), ["Busy: the node has failed, and no other instance is in its place yet"]);
  Object.assign(cell, { failed: false, ended: true });
  take("prompt");
  deepEqual(told(), ["Busy: the node has ended"]);
  lane.cells = [];
  take("prompt");
  deepEqual([told(), calls], [["Busy: the node has gone"], []]);
});

Deno.test("NodeCommands.take() runs a command that another one gives its node, once", async () => {
  const { calls, answers, take } = setUp();
  take("nested");
  await until(() => answers.length === 2);
  deepEqual(calls, ["nested", "prompt"]);
});

Deno.test("NodeCommands.end() leaves no timer and answers nothing", async () => {
  const { calls, answers, released, cell, nodes, take } = setUp();
  take("slow", 60_000);
  take("prompt", 60_000);
  nodes.end();
  released.resolve("late");
  await released.promise;
  cell.pending = false;
  deepEqual([calls, answers], [["slow"], []]);
});
