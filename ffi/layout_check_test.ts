import assert from "node:assert/strict";
import { checkAbi, compareLayouts, EXPECTED_ABI } from "./layout_check.ts";
import { LAYOUT_HASH, LAYOUT_TEXT, SLOT } from "./layout.gen.ts";

Deno.test("checkAbi() takes what this code was generated for", () => {
  checkAbi("lib.so", EXPECTED_ABI);
});

Deno.test("checkAbi() names both ABI versions", () => {
  assert.throws(() => checkAbi("lib.so", { abiVersion: 2, layoutText: "" }, { abiVersion: 3, layoutText: "" }), {
    name: "NativeError",
    code: "AbiMismatch",
    message:
      'Cannot use the native library "lib.so": its ABI version is 2, wanted 3; build it again with "deno task build:native"',
  });
});

Deno.test("checkAbi() names the fields that differ with both values", () => {
  const layoutText = LAYOUT_TEXT.replace("SLOT.size=128", "SLOT.size=64").replace("LANE.bell=0\n", "") +
    "NEW.field=1\n";
  assert.throws(() => checkAbi("lib.so", { ...EXPECTED_ABI, layoutText }), {
    code: "AbiMismatch",
    message: 'Cannot use the native library "lib.so": its memory layout differs: SLOT.size is 64, wanted 128, ' +
      "LANE.bell is missing, wanted 0, NEW.field is 1, wanted none; " +
      'build it again with "deno task build:native"',
  });
});

Deno.test("checkAbi() names eight fields and counts the others", () => {
  const layoutText = LAYOUT_TEXT.replaceAll(/^SLOT\.(\w+)=.*$/gm, "SLOT.$1=9999");
  const fields = Object.keys(SLOT).length;
  assert.throws(() => checkAbi("lib.so", { ...EXPECTED_ABI, layoutText }), {
    message: new RegExp(`SLOT\\.durationNs is 9999, wanted 72 and ${fields - 8} more; `),
  });
});

Deno.test("compareLayouts() is empty for equal texts", () => {
  assert.deepEqual(compareLayouts(LAYOUT_TEXT, LAYOUT_TEXT), []);
});

Deno.test("LAYOUT_HASH is the FNV-1a of LAYOUT_TEXT", () => {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(LAYOUT_TEXT)) hash = Math.imul(hash ^ byte, 0x01000193);
  assert.equal(hash >>> 0, LAYOUT_HASH);
});
