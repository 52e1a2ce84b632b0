import assert from "node:assert/strict";
import { KERNEL_SOURCES } from "../kernels/wasm.gen.ts";
import { kernelSourcesHash } from "./kernel_sources.ts";

Deno.test("The WebAssembly of the kernels is made of the sources that are there", async () => {
  const mend = `crates/kernels/src has changed: run "deno task build:kernels"`;
  assert.equal(KERNEL_SOURCES, await kernelSourcesHash(), mend);
});
