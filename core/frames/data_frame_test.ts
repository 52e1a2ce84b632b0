import { equal, throws } from "node:assert/strict";
import { randomValue } from "../values/fixtures/random_value.ts";
import { assertSameGraph } from "../values/fixtures/same_graph.ts";
import fc from "fast-check";
import { eachDriver } from "../../tests/fixtures/each_driver.ts";
import { acquire, bench, freeSlots } from "../../tests/fixtures/slots.ts";
import { chooseDriver } from "../driver/open.ts";
import { Ledger } from "../memory/ledger.ts";
import { Pool } from "../memory/pool.ts";
import { createPool } from "../memory/pool_layout.ts";
import type { DataFrame } from "./data_frame.ts";
import { frameOf } from "./frame_of.ts";

/** Payload of a slot, bytes. */
const SLOT_BYTES = 16 * 1024;

eachDriver("DataFrame.value gives each other lane what structuredClone() gives", (native) => {
  const { here, there, free } = lanes(native);
  try {
    fc.assert(
      fc.property(randomValue(), ({ value }) => {
        const frame = acquire<DataFrame>(here, "data", { value });
        frame.serialize();
        const read = frameOf(there, frame.slot) as DataFrame;
        assertSameGraph(read.value, structuredClone(value));
        equal(read.value, read.value, "it is read once");
        equal(frame.value, value, "this lane keeps the object itself");
        frame.release();
      }),
      { numRuns: 300 },
    );
  } finally {
    free();
  }
});

eachDriver(
  "DataFrame.serialize() refuses what it cannot send by name and path, and the slot is free again",
  (native) => {
    const { here, free } = lanes(native);
    try {
      for (
        const [value, name, message] of [
          [
            { readings: [{ at: 1 }, { at: 2, callback: () => {} }] },
            "TypeError",
            'Cannot send a value to another lane: "value.readings[1].callback" is the function "callback"; leave it out ' +
            "or send its data, or put both nodes on one lane",
          ],
          [
            { block: new Float32Array(here.payloads as ArrayBuffer, 0, 16) },
            "TypeError",
            native === "require"
              ? /"value\.block" is a view of 64 bytes into an ArrayBuffer of \d+, which would go .*: send a copy by slice\(\);/
              : /"value\.block" is a view of shared memory;/,
          ],
          [
            { text: "x".repeat(20_000) },
            "RangeError",
            'Cannot send a value of 20013 bytes to another lane: a slot of pool "test" has 16384; send less, or set ' +
            "pools.test.slotBytes",
          ],
          [
            { part: new Uint8Array(2 ** 26) },
            "RangeError",
            'Cannot send a value of more than 67108864 bytes to another lane: a slot of pool "test" has 16384; send ' +
            "less, or set pools.test.slotBytes",
          ],
        ] as const
      ) {
        const frame = acquire<DataFrame>(here, "data", { value });
        throws(() => frame.serialize(), { name, message });
        frame.release();
        equal(freeSlots(here), 2);
      }
    } finally {
      free();
    }
  },
);

/** A pool, as two lanes see it. */
function lanes(native: "require" | "off") {
  const made = bench(1, 64, chooseDriver(native).driver);
  const token = createPool(made.driver, 1, { name: "test", slotBytes: SLOT_BYTES, slots: 2 });
  const [here, there] = [0, 1].map((lane) => new Pool(made.driver, token, lane, new Ledger()));
  const free = () => {
    made.driver.releaseArena(token.arena);
    made.free();
  };
  return { here, there, free };
}
