import { equal, throws } from "node:assert/strict";
import { fixture, port } from "../../tests/fixtures/define.ts";
import type { ArenaToken } from "../driver/driver.ts";
import { PortableDriver } from "../driver/portable.ts";
import type { PoolSize } from "../memory/pool_plan.ts";
import { Topology } from "../topology.ts";
import { GraphMemory } from "./graph_memory.ts";

/** Counts the arenas that are not given back; refuses those beyond `most`. */
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
function graph(): Topology {
  const both = fixture(() => ({ process() {} }), {
    type: "both",
    mode: "loop",
    ports: [
      port({ name: "audio", direction: "output", kind: "audio" }),
      port({ name: "data", direction: "output", kind: "data" }),
    ],
  });
  const topology = new Topology("offline", () => []);
  topology.addNode(both, {}, {});
  return topology;
}

const REFUSED: Record<string, { pools: { [name: string]: PoolSize }; most?: number; wanted: { message: RegExp } }> = {
  "too few slots": { pools: { audio: { slots: 1 } }, wanted: { message: /^Cannot start: pool "audio" has 1 slots/ } },
  "a number of slots that is none": { pools: { data: { slots: NaN } }, wanted: { message: /slots is NaN/ } },
  "a pool that is too large": { pools: { data: { slotBytes: 2 ** 31 } }, wanted: { message: /more than 3584 MiB/ } },
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
  const memory = new GraphMemory(driver, new Topology("offline", () => []), {});
  const before = driver.arenas;
  driver.most = before + 1;
  throws(() => memory.grow(graph()), { message: /out of memory/ });
  equal(driver.arenas, before);
  driver.most = Infinity;
  equal(memory.grow(graph()).length, 2);
  memory.release();
  equal(driver.arenas, 0);
});
