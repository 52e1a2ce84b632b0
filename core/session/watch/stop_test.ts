import { equal, match } from "node:assert/strict";
import { LANE, LINK, NODE } from "../../../ffi/layout.gen.ts";
import { controlBytes, ControlPage, LANE_STATE } from "../../control_page.ts";
import type { NodeId } from "../../ids.ts";
import type { NodeState } from "../../stats.ts";
import type { Topology } from "../../topology.ts";
import type { Run } from "../run.ts";
import { PageSample } from "./page_sample.ts";
import { lookForStop, type Stillness, UNSEEN } from "./stop.ts";

/** The session's time between two looks, nanoseconds. */
const USUAL_NS = 500_000_000;

/** A graph of one node and one link on two lanes that have nothing to do, and what looks have found. */
class Watched {
  readonly page: ControlPage;
  stillness: Stillness = UNSEEN;
  readonly lanes: readonly { readonly index: number }[] = [{ index: 0 }, { index: 1 }];
  readonly states: Map<NodeId, NodeState> = new Map([["a" as NodeId, "running"]]);
  readonly #topology: Topology;
  #nowNs = 0;

  constructor() {
    const sizes = { lanes: 2, links: 1, nodes: 1 };
    this.page = ControlPage.format(new SharedArrayBuffer(controlBytes(sizes)), sizes);
    for (const { index } of this.lanes) {
      this.page.u32[(this.page.laneOffset(index) + LANE.state) >> 2] = LANE_STATE.quiet;
    }
    const topology = { nodes: new Map([["a", { id: "a", index: 0 }]]), links: new Map([["link0", { index: 0 }]]) };
    this.#topology = topology as unknown as Topology;
  }

  /** Returns the finding of a look after this much time. */
  look(afterNs = USUAL_NS): string | undefined {
    this.#nowNs += afterNs;
    const run = { topology: this.#topology, page: this.page, states: this.states } as unknown as Run;
    const sample = new PageSample(this.#topology, this.page, this.#nowNs);
    const { stillness, error } = lookForStop(this.stillness, sample, this.lanes, run, undefined);
    this.stillness = stillness;
    return error?.message;
  }
}

Deno.test("lookForStop() tells of a graph in which nothing has moved for two looks", () => {
  const watched = new Watched();
  equal(watched.look(), undefined);
  equal(watched.look(), undefined);
  match(watched.look()!, /^The graph has come to a stop: "a" did not end/);
});

Deno.test("lookForStop() waits while a lane was woken and has not had its turn", () => {
  const watched = new Watched();
  watched.look();
  const at = (watched.page.laneOffset(1) + LANE.inboxSummary) >> 2;
  Atomics.store(watched.page.i32, at, 1);
  for (let k = 0; k < 10; k++) equal(watched.look(), undefined);
  Atomics.store(watched.page.i32, at, 0);
  equal(watched.look(), undefined);
  match(watched.look()!, /come to a stop/);
});

Deno.test("lookForStop() does not count looks that come one right after the other", () => {
  const watched = new Watched();
  watched.look();
  watched.look();
  for (let k = 0; k < 10; k++) equal(watched.look(USUAL_NS / 100), undefined);
  match(watched.look()!, /come to a stop/);
});

Deno.test("lookForStop() begins anew when a node was run, a frame was moved, or something else held lanes up", () => {
  const watched = new Watched();
  const { page } = watched;
  const changes = [
    () => page.f64[(page.nodeOffset(0) + NODE.ticks) >> 3]++,
    () => page.f64[(page.linkOffset(0) + LINK.written) >> 3]++,
    () => watched.stillness = { ...watched.stillness, looks: 0 },
  ];
  watched.look();
  for (const change of changes) {
    equal(watched.look(), undefined);
    change();
    equal(watched.look(), undefined);
  }
});

Deno.test("lookForStop() waits for a node that has failed and for its restart", () => {
  const watched = new Watched();
  for (const state of ["failed", "restarting"] as const) {
    watched.states.set("b" as NodeId, state);
    for (let k = 0; k < 5; k++) equal(watched.look(), undefined);
  }
  watched.states.set("b" as NodeId, "running");
  equal(watched.look(), undefined);
  match(watched.look()!, /come to a stop/);
});
