import { equal, match } from "node:assert/strict";
import { LANE, LINK, NODE } from "../../ffi/layout.gen.ts";
import { controlBytes, ControlPage, LANE_STATE } from "../control_page.ts";
import type { NodeId } from "../ids.ts";
import type { NodeState } from "../stats.ts";
import type { Topology } from "../topology.ts";
import { Watchdog } from "./watchdog.ts";

/** The session's time between two looks, nanoseconds. */
const USUAL_NS = 500_000_000;

/** A graph of one node and one link on two lanes that have nothing to do, and its watchdog. */
class Watched {
  readonly page: ControlPage;
  readonly watchdog: Watchdog;
  readonly lanes: readonly { readonly index: number }[] = [{ index: 0 }, { index: 1 }];
  readonly states: Map<NodeId, NodeState> = new Map([["a" as NodeId, "running"]]);
  #nowNs = 0;

  constructor() {
    const sizes = { lanes: 2, links: 1, nodes: 1 };
    this.page = ControlPage.format(new SharedArrayBuffer(controlBytes(sizes)), sizes);
    for (const { index } of this.lanes) {
      this.page.u32[(this.page.laneOffset(index) + LANE.state) >> 2] = LANE_STATE.quiet;
    }
    const topology = { nodes: new Map([["a", { id: "a", index: 0 }]]), links: new Map([["link0", { index: 0 }]]) };
    this.watchdog = new Watchdog(topology as unknown as Topology, this.page, () => "audio");
  }

  /** Returns the finding of the watchdog after this much time. */
  look(afterNs = USUAL_NS): string | undefined {
    this.#nowNs += afterNs;
    return this.watchdog.stop(this.lanes, this.states, this.#nowNs)?.message;
  }
}

Deno.test("Watchdog.stop() tells of a graph in which nothing has moved for two looks", () => {
  const watched = new Watched();
  equal(watched.look(), undefined);
  equal(watched.look(), undefined);
  match(watched.look()!, /^The graph has come to a stop: "a" did not end/);
});

Deno.test("Watchdog.stop() waits while a lane was woken and has not had its turn", () => {
  const watched = new Watched();
  watched.look();
  const at = (watched.page.laneOffset(1) + LANE.inboxSummary) >> 2;
  Atomics.store(watched.page.i32, at, 1);
  for (let k = 0; k < 10; k++) equal(watched.look(), undefined);
  Atomics.store(watched.page.i32, at, 0);
  equal(watched.look(), undefined);
  match(watched.look()!, /come to a stop/);
});

Deno.test("Watchdog.stop() does not count looks that come one right after the other", () => {
  const watched = new Watched();
  watched.look();
  watched.look();
  for (let k = 0; k < 10; k++) equal(watched.look(USUAL_NS / 100), undefined);
  match(watched.look()!, /come to a stop/);
});

Deno.test("Watchdog.stop() begins anew when a node was run, a frame was moved, or something else held lanes up", () => {
  const watched = new Watched();
  const { page, watchdog } = watched;
  const changes = [
    () => page.f64[(page.nodeOffset(0) + NODE.ticks) >> 3]++,
    () => page.f64[(page.linkOffset(0) + LINK.written) >> 3]++,
    () => watchdog.forget(),
  ];
  watched.look();
  for (const change of changes) {
    equal(watched.look(), undefined);
    change();
    equal(watched.look(), undefined);
  }
});

Deno.test("Watchdog.stop() waits for a node that has failed and for its restart", () => {
  const watched = new Watched();
  for (const state of ["failed", "restarting"] as const) {
    watched.states.set("b" as NodeId, state);
    for (let k = 0; k < 5; k++) equal(watched.look(), undefined);
  }
  watched.states.set("b" as NodeId, "running");
  equal(watched.look(), undefined);
  match(watched.look()!, /come to a stop/);
});
