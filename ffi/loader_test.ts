import assert from "node:assert/strict";
import { EXPECTED_ABI } from "./layout_check.ts";
import { LAYOUT_TEXT } from "./layout.gen.ts";
import { defaultLibraryPath, loadKernels, loadNative, openLibrary } from "./loader.ts";

const ignore = Deno.env.get("SLUICE_NATIVE") === "off";

Deno.test({ name: "loadNative() opens the library once", ignore }, () => {
  const library = loadNative();
  assert.match(library.version, /^sluice-native \d+\.\d+\.\d+ \(abi \d+\)$/);
  assert.equal(loadNative(library.path), library);
});

Deno.test({ name: "loadKernels() opens the kernels of a library that fits", ignore }, () => {
  assert.ok([1, 2, 3].includes(loadKernels(defaultLibraryPath()).slu_kernel_level(0)));
  const kernels = loadKernels(defaultLibraryPath());
  assert.equal(kernels.slu_kernel_scale, kernels.slu_kernel_scale);
  assert.notEqual(kernels.slu_kernel_scale, kernels.slu_kernel_mix);
  assert.throws(() => loadKernels("/nowhere/libsluice_native.so"), { code: "NativeUnavailable" });
});

Deno.test("loadNative() throws NativeUnavailable where there is no library, and says how to build it", () => {
  assert.throws(() => loadNative("/nowhere/libsluice_native.so"), (error: Error & { code?: string }) => {
    assert.equal(error.name, "NativeError");
    assert.equal(error.code, "NativeUnavailable");
    assert.equal(
      error.message,
      'Cannot open the native library "/nowhere/libsluice_native.so": there is no such file; build it with ' +
        '"deno task build:native", or name it in SLUICE_NATIVE_LIB',
    );
    return true;
  });
});

Deno.test({
  name: "loadNative() throws NativeUnavailable for a file that is no library, with the system's reason once",
  ignore: Deno.build.os !== "linux",
}, async () => {
  const path = await Deno.makeTempFile({ suffix: ".so" });
  try {
    await Deno.writeTextFile(path, "no library");
    assert.throws(() => loadNative(path), (error: Error) => {
      assert.equal(error.message.split(path).length, 2, error.message);
      assert.match(error.message, /^Cannot open the native library "[^"]+": (?!Could not open)[^;]+; build it with /);
      return true;
    });
  } finally {
    await Deno.remove(path);
  }
});

Deno.test({
  name: "loadNative() throws NativeUnavailable without --allow-ffi",
  permissions: { ffi: false, env: true },
}, () => {
  assert.throws(() => loadNative("/nowhere/other.so"), {
    code: "NativeUnavailable",
    message: 'Cannot open the native library "/nowhere/other.so": no access; ' +
      "run with --allow-ffi, or choose the portable driver",
  });
});

Deno.test({
  name: "loadNative() throws AbiMismatch for a library that is not Sluice's",
  ignore: Deno.build.os !== "linux",
}, () => {
  assert.throws(() => loadNative("libc.so.6"), {
    code: "AbiMismatch",
    message: /^Cannot use the library "libc\.so\.6": .*slu_/,
  });
});

Deno.test({ name: "openLibrary() throws AbiMismatch for another layout, and names the field", ignore }, () => {
  const layoutText = LAYOUT_TEXT.replace("LINK.size=256", "LINK.size=512");
  assert.throws(() => openLibrary(defaultLibraryPath(), { ...EXPECTED_ABI, layoutText }), {
    code: "AbiMismatch",
    message: /its memory layout differs: LINK\.size is 256, wanted 512; build it again/,
  });
});

Deno.test({ name: "openLibrary() throws AbiMismatch for another ABI version", ignore }, () => {
  assert.throws(() => openLibrary(defaultLibraryPath(), { ...EXPECTED_ABI, abiVersion: 99 }), {
    code: "AbiMismatch",
    message: /its ABI version is \d+, wanted 99/,
  });
});

Deno.test("defaultLibraryPath() prefers SLUICE_NATIVE_LIB", () => {
  const before = Deno.env.get("SLUICE_NATIVE_LIB");
  try {
    Deno.env.set("SLUICE_NATIVE_LIB", "/elsewhere/lib.so");
    assert.equal(defaultLibraryPath(), "/elsewhere/lib.so");
    Deno.env.delete("SLUICE_NATIVE_LIB");
    assert.match(defaultLibraryPath(), /target.release.(lib)?sluice_native\.\w+$/);
  } finally {
    Deno.env.delete("SLUICE_NATIVE_LIB");
    if (before !== undefined) Deno.env.set("SLUICE_NATIVE_LIB", before);
  }
});

Deno.test({
  name: "defaultLibraryPath() asks for no permission",
  permissions: { env: false },
}, () => {
  assert.match(defaultLibraryPath(), /sluice_native/);
});
