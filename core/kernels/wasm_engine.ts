/**
 * The kernels in WebAssembly, for portable mode. `deno task build:kernels` makes `wasm.gen.ts` from `crates/kernels`.
 *
 * @module
 */
import type { Engine, PolyphaseTable } from "./engine.ts";
import { WASM_BASE64 } from "./wasm.gen.ts";
import { WasmMemory } from "./wasm_memory.ts";

/** What the module exports. */
interface KernelCalls {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly __heap_base: { readonly value: number };
  slu_kernel_polyphase(...values: number[]): number;
}

export class WasmEngine implements Engine {
  readonly name = "wasm";
  readonly #calls: KernelCalls;
  readonly #memory: WasmMemory;

  constructor() {
    const module = new WebAssembly.Module(Uint8Array.fromBase64(WASM_BASE64));
    this.#calls = new WebAssembly.Instance(module).exports as unknown as KernelCalls;
    this.#memory = new WasmMemory(this.#calls.memory.buffer, this.#calls.__heap_base.value);
  }

  float32(length: number): Float32Array<ArrayBuffer> {
    return this.#memory.float32(length);
  }

  polyphase(source: Float32Array, start: number, target: Float32Array, table: PolyphaseTable, phase: number): void {
    const { coefficients, taps, rows, up, down } = table;
    const needed = Math.floor((phase + (target.length - 1) * down) / up) + taps;
    const input = source.subarray(start, start + needed);
    const memory = this.#memory;
    this.#calls.slu_kernel_polyphase(
      memory.read(0, input),
      input.length,
      0,
      memory.write(1, target),
      target.length,
      memory.read(2, coefficients),
      coefficients.length,
      taps,
      rows,
      up,
      down,
      phase,
    );
    memory.finish(1, target);
  }
}
