import assert from "node:assert/strict";
import { checkH264, checkKernels } from "./doctor_checks.ts";

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

Deno.test("checkH264() takes an openh264 without nasm for no failure, and says how to have it", () => {
  const [{ ok, required, found, mend }] = checkH264(false);
  assert.deepEqual([ok, required], [false, false]);
  assert.equal(found, "built without nasm: encodes about 3 times slower");
  assert.match(mend!, /^install it \(Debian: apt-get install nasm\), then run "deno task build:native"/);
  const [{ name, ...its }] = checkH264(true);
  assert.deepEqual([name, its.ok, its.found, its.mend], ["H.264", true, "built with nasm", undefined]);
  assert.deepEqual(checkH264(undefined), []);
});
