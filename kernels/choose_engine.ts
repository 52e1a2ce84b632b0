/**
 * Chooses what runs the kernels in this isolate: the native library where it is there and may be opened, else its
 * WebAssembly twin. `SLUICE_KERNELS=wasm` chooses the twin on any machine.
 *
 * @module
 */
import { NativeError } from "../ffi/native_error.ts";
import { defaultLibraryPath, loadKernels } from "../ffi/loader.ts";
import { SluiceError } from "../core/errors.ts";
import type { Engine } from "./engine.ts";
import { NativeEngine } from "./native_engine.ts";
import { WasmEngine } from "./wasm_engine.ts";

/**
 * Opens the engine that the environment asks for. It never asks the user for a permission.
 *
 * @throws {SluiceError} `InvalidConfig` if `SLUICE_KERNELS` is neither `auto` nor `wasm`
 */
export function chooseEngine(): Engine {
  const choice = readVariable("SLUICE_KERNELS") || "auto";
  switch (choice) {
    case "wasm":
      return new WasmEngine();
    case "auto":
      return openNative() ?? new WasmEngine();
    default:
      throw new SluiceError(
        "InvalidConfig",
        `Cannot use SLUICE_KERNELS=${JSON.stringify(choice)}: wanted "auto" or "wasm"`,
        { available: ["auto", "wasm"] },
      );
  }
}

/** The native kernels, unless there is no library that may be used here. */
function openNative(): NativeEngine | undefined {
  if (readVariable("SLUICE_NATIVE") === "off") return undefined;
  try {
    const path = defaultLibraryPath();
    if (Deno.permissions.querySync({ name: "ffi", path }).state !== "granted") return undefined;
    return new NativeEngine(loadKernels(path));
  } catch (error) {
    // The runtime says why it runs in portable mode.
    if (error instanceof NativeError) return undefined;
    throw error;
  }
}

/** Reads a variable where that is allowed without asking. */
function readVariable(name: string): string | undefined {
  if (Deno.permissions.querySync({ name: "env", variable: name }).state !== "granted") return undefined;
  return Deno.env.get(name);
}
