import assert from "node:assert/strict";
import { checkKernels } from "./doctor_checks.ts";

Deno.test("checkKernels() says which engine runs the kernels, and what is wrong where none does", () => {
  for (const engine of ["native", "wasm", "plain"] as const) {
    const { ok, found } = checkKernels({ engine });
    assert.deepEqual([ok, found.split(": ")[0]], [true, engine]);
  }
  const broken = {
    get engine(): never {
      throw new Error('Cannot use SLUICE_KERNELS="fast"');
    },
  };
  const { ok, required, found, mend } = checkKernels(broken);
  assert.deepEqual([ok, required, found, mend], [
    false,
    true,
    'Cannot use SLUICE_KERNELS="fast"',
    "unset SLUICE_KERNELS",
  ]);
});
