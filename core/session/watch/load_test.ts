import { deepEqual, equal, ok } from "node:assert/strict";
import { laden } from "../../../tests/fixtures/laden.ts";
import { numberedSource } from "../../../tests/fixtures/numbered.ts";
import { LINK, NODE } from "../../../ffi/layout.gen.ts";
import type { ControlPage } from "../../control_page.ts";
import { index64 } from "../../element_index.ts";
import { Topology } from "../../topology.ts";
import { blankPage } from "../../live/graph_memory.ts";
import { lanesOf, type LoadLooks, lookForLoad, type MeasuredLoad } from "./load.ts";
import { PageSample } from "./page_sample.ts";

const MS = 1e6;

/** A source and a node behind it on lane `worker`, and a node on a lane that the graph names. */
function makeGraph() {
  const topology = new Topology({ mode: "offline", lanes: { auto: {} } });
  const [source, busy, named] = [
    topology.addNode(numberedSource, {}, { id: "source" }),
    topology.addNode(laden, {}, { id: "busy" }),
    topology.addNode(laden, {}, { id: "named", lane: "dsp" }),
  ];
  const link = topology.addLink({ node: "source", port: "audio" }, { node: "busy", port: "audioIn" }, {});
  const page = blankPage(topology);
  return { topology, page, source, busy, named, link };
}

/** The looks at one graph. */
class Looks {
  readonly #topology: Topology;
  readonly #page: ControlPage;
  #looks: LoadLooks | undefined;

  constructor(topology: Topology, page: ControlPage) {
    this.#topology = topology;
    this.#page = page;
  }

  look(nowNs: number): MeasuredLoad | undefined {
    this.#looks = lookForLoad(this.#looks, new PageSample(this.#topology, this.#page, nowNs));
    return this.#looks.measured;
  }

  forget(): void {
    this.#looks = undefined;
  }
}

/** Counts ticks of a node. */
function work(page: ControlPage, index: number, ticks: number, busyNs: number): void {
  const at = page.nodeOffset(index);
  page.f64[index64(at + NODE.ticks)] += ticks;
  page.f64[index64(at + NODE.busyNs)] += busyNs;
}

Deno.test("lookForLoad() measures from the look before a lane had too much to do", () => {
  const { topology, page, source, busy, named, link } = makeGraph();
  const watch = new Looks(topology, page);
  equal(watch.look(0), undefined);
  work(page, busy.index, 10, 50 * MS);
  equal(watch.look(100 * MS), undefined);
  work(page, busy.index, 1_000, 80 * MS);
  work(page, source.index, 1_000, 10 * MS);
  page.f64[index64(page.linkOffset(link.index) + LINK.read)] += 1_000;
  equal(watch.look(200 * MS)?.forNs, 100 * MS);
  work(page, busy.index, 1_000, 90 * MS);
  work(page, named.index, 1_000, 20 * MS);
  const measured = watch.look(300 * MS)!;
  equal(measured.forNs, 200 * MS);
  const share = (node: typeof busy) => measured.nodes.get(node)!;
  // Each tick costs the lane some time beside the node's.
  ok(share(busy) > 0.85 && share(busy) < 0.86);
  ok(share(source) > 0.05 && share(source) < 0.06);
  ok(share(named) > 0.1 && share(named) < 0.11);
  equal(measured.links.get(link), 5_000);
  deepEqual([...lanesOf(measured.nodes).keys()], ["worker", "dsp"]);
});

Deno.test("lookForLoad() starts anew once the lane has less to do, and without a look before", () => {
  const { topology, page, busy } = makeGraph();
  const watch = new Looks(topology, page);
  watch.look(0);
  work(page, busy.index, 1, 100 * MS);
  ok(watch.look(100 * MS));
  work(page, busy.index, 1, 10 * MS);
  equal(watch.look(200 * MS), undefined);
  work(page, busy.index, 1, 100 * MS);
  equal(watch.look(300 * MS)?.forNs, 100 * MS);
  watch.forget();
  work(page, busy.index, 1, 100 * MS);
  equal(watch.look(400 * MS), undefined);
});

Deno.test("lookForLoad() does not look at lanes that the graph names", () => {
  const { topology, page, named } = makeGraph();
  const watch = new Looks(topology, page);
  watch.look(0);
  work(page, named.index, 1, 100 * MS);
  equal(watch.look(100 * MS), undefined);
});
