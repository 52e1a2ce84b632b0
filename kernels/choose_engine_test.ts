import assert from "node:assert/strict";

/** What a process says that asks for the engine. */
async function chosen(env: Record<string, string>, ...permissions: string[]): Promise<string> {
  const script = new URL("./fixtures/print_engine.ts", import.meta.url).href;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", ...permissions, script],
    env: { SLUICE_NATIVE: "", SLUICE_KERNELS: "", NO_COLOR: "1", ...env },
    stderr: "inherit",
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

Deno.test({
  name: "kernels run in the native library where it is there and may be opened",
  ignore: Deno.env.get("SLUICE_NATIVE") !== "require",
  fn: async () => {
    assert.equal(await chosen({}, "-A"), "native");
    assert.equal(await chosen({}, "--allow-env", "--allow-read"), "wasm");
  },
});

Deno.test("kernels run in WebAssembly without the library, and with no permission at all", async () => {
  assert.equal(await chosen({ SLUICE_NATIVE: "off" }, "-A"), "wasm");
  assert.equal(await chosen({ SLUICE_NATIVE_LIB: "/nowhere/lib.so" }, "-A"), "wasm");
  assert.equal(await chosen({}), "wasm");
});

Deno.test("kernels run as SLUICE_KERNELS says", async () => {
  assert.equal(await chosen({ SLUICE_KERNELS: "wasm" }, "-A"), "wasm");
  assert.equal(
    await chosen({ SLUICE_KERNELS: "fast" }, "-A"),
    'SluiceError: Cannot use SLUICE_KERNELS="fast": wanted "auto" or "wasm"',
  );
});
