import { deepEqual, equal } from "node:assert/strict";
import { fixture, port } from "../../../tests/fixtures/define.ts";
import { acquire, bench, linkPlan } from "../../../tests/fixtures/slots.ts";
import { nodeId } from "../../ids.ts";
import { LocalLink } from "../../links/local_link.ts";
import { Ledger } from "../../memory/ledger.ts";
import type { NodeInstance } from "../../registry/node_type.ts";
import { buildCell } from "./cell_builder.ts";
import type { CellHost, NodeCell } from "./node_cell.ts";

/** Two nodes of one type in two places, of which the second takes the first one's place; and a node of another type. */
function setUp() {
  const { page, pool } = bench(8);
  const scheduled: NodeCell[] = [];
  const host = {
    mode: "live",
    page,
    development: false,
    ledger: new Ledger(),
    enqueue() {},
    schedule: (cell: NodeCell) => void scheduled.push(cell),
    poolOf: () => pool,
    converters: () => [],
  } as unknown as CellHost;
  const make = (type: string) => {
    const ports = [
      port({ name: "in", direction: "input", kind: "audio" }),
      port({ name: "out", direction: "output", kind: "audio" }),
    ];
    const { descriptor } = fixture(() => ({ process() {} }), { type, ports });
    const instance = {
      processor: { process() {} },
      ports: { wire() {} },
      tick() {},
      configure() {},
    } as unknown as NodeInstance;
    const plan = { id: nodeId("a"), index: 0, type, packageUrl: "", config: {}, secrets: [] };
    return buildCell(host, plan, descriptor, instance);
  };
  const link = new LocalLink(linkPlan("audio", "lossless", 4), page);
  /** True if the next frame that a node reads is marked with a gap. */
  const hasGap = (cell: NodeCell) => {
    cell.inputs[0].attach(link);
    link.write(acquire(pool, "audio", { sampleRateHz: 1_000, channels: 1, sampleCount: 1 }));
    return cell.inputs[0].read()!.discontinuity;
  };
  return { old: make("same"), next: make("same"), other: make("other"), scheduled, hasGap };
}

Deno.test("NodeCell.resumeFrom() goes on with a gap before the next frame, also where the node is of another type", () => {
  for (const which of ["next", "other"] as const) {
    for (const gap of [true, false]) {
      const { old, hasGap, ...cells } = setUp();
      if (gap) old.inputs[0].markGap();
      cells[which].resumeFrom(old.carry);
      equal(hasGap(cells[which]), gap);
    }
  }
});

Deno.test("NodeCell.resumeFrom() waits until the time that the node before it has asked for, if that was of its type", () => {
  const { old, next, other, scheduled } = setUp();
  old.waitUntil(5);
  scheduled.length = 0;
  for (const cell of [next, other]) cell.resumeFrom(old.carry);
  deepEqual([next.notBeforeNs, other.notBeforeNs, scheduled.map((cell) => cell === next)], [5, 0, [true]]);
});

Deno.test("NodeCell.resumeFrom() comes to the end that the node before it has come to, if that was of its type", () => {
  const { old, next, other } = setUp();
  old.finishing = true;
  for (const cell of [next, other]) cell.resumeFrom(old.carry);
  deepEqual([next.finishing, other.finishing], [true, false]);
});
