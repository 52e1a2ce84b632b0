import assert from "node:assert/strict";
import { SOURCES_FILE } from "../../core/registry/bundle_state.ts";
import { checkout } from "../../core/registry/fixtures/bundled_checkout.ts";
import { checkBundle, checkH264, checkKernels } from "./doctor_checks.ts";

Deno.test("checkKernels() says which engine runs the kernels, and what is wrong where none does", () => {
  for (const engine of ["native", "wasm"] as const) {
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

Deno.test("checkBundle() tells a bundle that is current from one that is older than its sources, and from none", async () => {
  await using made = await checkout();
  const found = () => {
    const { ok, required, found, mend } = checkBundle(made.dist);
    assert.equal(required, false);
    assert.equal(ok, mend === undefined);
    assert.match(mend ?? "deno task bundle", /deno task bundle/);
    return found;
  };
  assert.equal(found(), "current: the command starts from it");
  await Deno.writeTextFile(`${made.root}core/one.ts`, "other");
  assert.equal(found(), "older than core/one.ts");
  const more = Object.fromEntries(["a", "b", "c", "d", "e"].map((name) => [`core/${name}.ts`, [0, 0]]));
  await Deno.writeTextFile(new URL(SOURCES_FILE, made.dist), JSON.stringify(more));
  assert.equal(found(), "older than core/a.ts, core/b.ts, core/c.ts and 2 more");
  await Deno.remove(new URL("args-AAAAAAAA.js", made.dist));
  const part = { "dist/args-AAAAAAAA.js": [0, 1] };
  await Deno.writeTextFile(new URL(SOURCES_FILE, made.dist), JSON.stringify(part));
  assert.equal(found(), "not whole: dist/args-AAAAAAAA.js");
  await Deno.remove(made.dist, { recursive: true });
  assert.equal(found(), "missing");
});
