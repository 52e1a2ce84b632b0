import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { fixture, port } from "../../tests/fixtures/define.ts";
import type { ArenaToken } from "../driver/driver.ts";
import { PortableDriver } from "../driver/portable.ts";
import type { PoolSize } from "../pools/pool_plan.ts";
import { Topology } from "../topology.ts";
import { compareGraphs } from "./graph_change.ts";
import { GraphMemory } from "./graph_memory.ts";
import { rare } from "../../tests/fixtures/rare.ts";

/** Counts the arenas in use; refuses those beyond `most`. */
class CountingDriver extends PortableDriver {
  arenas = 0;
  most = Infinity;

  override createArena(byteLength: number): ArenaToken {
    if (this.arenas === this.most) throw new RangeError("Cannot make an arena: out of memory");
    this.arenas++;
    return super.createArena(byteLength);
  }

  override releaseArena(token: ArenaToken): void {
    this.arenas--;
    super.releaseArena(token);
  }
}

/** A graph whose nodes use the pools `audio` and `data`. */
function graph(topology = new Topology({ mode: "offline" })): Topology {
  const both = fixture(() => ({ process() {} }), {
    type: "both",
    mode: "loop",
    ports: [
      port({ name: "audio", direction: "output", kind: "audio" }),
      port({ name: "data", direction: "output", kind: "data" }),
    ],
  });
  topology.addNode(both, {}, {});
  return topology;
}

const hub = hubOf(1);
const bursting = hubOf(8);

const REFUSED: Record<string, { pools: { [name: string]: PoolSize }; most?: number; wanted: { message: RegExp } }> = {
  "too few slots": { pools: { audio: { slots: 1 } }, wanted: { message: /^Cannot start: pool "audio" has 1 slots/ } },
  "a number of slots that is none": { pools: { data: { slots: NaN } }, wanted: { message: /slots is NaN/ } },
  "a pool that is too large": { pools: { data: { slotBytes: 2 ** 31 } }, wanted: { message: /more than 8192 MiB/ } },
  "memory for one pool only": { pools: {}, most: 1, wanted: { message: /out of memory/ } },
  "no memory for the control page": { pools: {}, most: 2, wanted: { message: /out of memory/ } },
};

for (const [what, { pools, most = Infinity, wanted }] of Object.entries(REFUSED)) {
  Deno.test(`GraphMemory keeps no arena when it is refused for ${what}`, () => {
    const driver = new CountingDriver();
    driver.most = most;
    throws(() => new GraphMemory(driver, graph(), pools), wanted);
    equal(driver.arenas, 0);
  });
}

Deno.test("GraphMemory.grow() keeps no arena of pools that it could not make, and the old ones stay", () => {
  const driver = new CountingDriver();
  const empty = new Topology({ mode: "offline" });
  const memory = new GraphMemory(driver, empty, {});
  const draft = graph(empty.draft());
  const before = driver.arenas;
  driver.most = before + 1;
  const change = compareGraphs(empty, draft);
  throws(() => memory.grow(draft, change), { message: /out of memory/ });
  equal(driver.arenas, before);
  driver.most = Infinity;
  equal(memory.grow(draft, change).length, 2);
  memory.release();
  equal(driver.arenas, 0);
});

rare(Deno.test)(
  "GraphMemory.grow() refuses exactly the edits after which a pool is too small, whatever was edited before",
  () => {
    const edit = fc.record({
      does: fc.constantFrom("add", "add", "add", "name", "move", "remove", "replace"),
      node: fc.nat(),
      lane: fc.constantFrom("main", "near", "far"),
      isRefused: fc.constantFrom(true, false, false, false),
    });
    const anySlots = fc.integer({ min: 100, max: 250 });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 10, maxLength: 30 }), anySlots, anySlots, (edits, audio, data) => {
        const pools = { audio: { slots: audio, slotBytes: 64 }, data: { slots: data, slotBytes: 64 } };
        // Its frames of data are in the pool that audio may be in as well.
        const topology = graph();
        const memory = new GraphMemory(new PortableDriver(), topology, pools);
        for (const { does, node, lane, isRefused } of edits) {
          const draft = topology.draft();
          const { id } = [...draft.nodes.values()][node % draft.nodes.size];
          if (does === "move") draft.moveNode(id, lane);
          else {
            const added = draft.addNode(hub, {}, { lane, ...(does === "name" && { pool: "data" }) });
            draft.addLink({ node: id, port: "audio" }, { node: added.id, port: "in" }, {});
            if (does === "remove") draft.removeNode(id);
            if (does === "replace") draft.replaceNode(id, bursting, {});
          }
          const wanted = errorOf(() => new GraphMemory(new PortableDriver(), draft, pools).release());
          const found = errorOf(() => memory.grow(draft, compareGraphs(topology, draft)));
          equal(
            found?.replace(/^Cannot edit the graph|, and start it anew$/g, ""),
            wanted?.replace(/^Cannot start/, ""),
          );
          if (found === undefined && !isRefused) topology.adopt(draft);
          else {
            draft.discard();
            memory.refused();
          }
        }
        memory.release();
      }),
      { numRuns: Deno.env.get("SLUICE_DEEP") === "1" ? 3_000 : 100 },
    );
  },
);

Deno.test("GraphMemory.grow() looks at what an edit adds alone, until it does not know what pools have to spare", () => {
  const topology = graph();
  const memory = new GraphMemory(new PortableDriver(), topology, {});
  /** Returns whether the graph as a whole was computed. */
  const grow = (): boolean => {
    const draft = topology.draft();
    const [{ id }] = draft.nodes.values();
    const added = draft.addNode(hub, {}, { lane: "main" });
    draft.addLink({ node: id, port: "audio" }, { node: added.id, port: "in" }, {});
    let isWhole = false;
    const seen = new Proxy(draft, {
      get(target, key) {
        if (key === "nodes") isWhole = true;
        const value = Reflect.get(target, key, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    memory.grow(seen, compareGraphs(topology, draft));
    topology.adopt(draft);
    return isWhole;
  };
  const found = [grow(), grow(), grow()];
  memory.refused();
  found.push(grow(), grow());
  deepEqual(found, [true, false, false, true, false]);
  memory.release();
});

Deno.test("GraphMemory.grow() gives pools of a refused edit again, until one is in effect: lanes do not know of them", () => {
  const empty = new Topology({ mode: "offline" });
  const memory = new GraphMemory(new PortableDriver(), empty, {});
  const grow = () => {
    const draft = graph(empty.draft());
    const names = memory.grow(draft, compareGraphs(empty, draft)).map(({ name }) => name);
    draft.discard();
    return names;
  };
  for (let edits = 0; edits < 2; edits++) {
    deepEqual(grow(), ["audio", "data"]);
    memory.refused();
  }
  memory.adopted(compareGraphs(empty, empty));
  deepEqual(grow(), []);
  memory.release();
});

function errorOf(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
}

function hubOf(burst: number) {
  return fixture(() => ({ process() {} }), {
    type: `hub-${burst}`,
    ports: [
      port({ name: "in", direction: "input", kind: "audio", optional: true }),
      port({ name: "audio", direction: "output", kind: "audio", burst }),
    ],
  });
}
