import { equal, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { StructHeap } from "./fixtures/struct_reads.ts";

/** Calls, of 1,000 passes each, which each write and read every kind of field. */
const CALLS = 1_000;

/** What the heap may grow by over all of them, bytes. One object a pass would be 12,000,000 and more. */
const FIXED_TOTAL_BYTES = 64 * 1024;

Deno.test("1,000,000 writes and reads of a struct's fields through its view allocate a fixed total", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-check",
      // Garbage stays on the heap until it is measured, and code is optimized at the same place in each run.
      "--v8-flags=--expose-gc,--min-semi-space-size=256,--max-semi-space-size=256,--no-concurrent-recompilation",
      fileURLToPath(new URL("./fixtures/struct_reads.ts", import.meta.url)),
      String(CALLS),
    ],
    env: { NO_COLOR: "1" },
  }).output();
  equal(code, 0, new TextDecoder().decode(stderr));
  const { grownBytes, grownByCopiesBytes, sum } = JSON.parse(new TextDecoder().decode(stdout)) as StructHeap;
  console.log(`${CALLS * 1_000} passes: the heap grew by ${grownBytes} bytes`);
  equal(sum, sumOfFields());
  ok(grownBytes <= FIXED_TOTAL_BYTES, `the heap grew by ${grownBytes} bytes`);
  ok(grownByCopiesBytes > 10_000 * 100, `the measurement misses objects: ${grownByCopiesBytes} bytes`);
});

/** What one call adds up, from the numbers that it wrote. */
function sumOfFields(): number {
  let sum = 0;
  for (let n = 0; n < 1_000; n++) {
    const sensor = n % 256;
    const isValid = n % 2 === 0 ? 1 : 0;
    sum += sensor + (n + 0.5) + n / 4 + n - n + n + (n & 63) + isValid + n + n / 2 + n / 2 + n + 1 + n;
  }
  return sum;
}
