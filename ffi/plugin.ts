/**
 * Libraries of plugins. The native library opens them, and never closes one.
 *
 * @module
 */
import { lastNativeError } from "./loader.ts";
import type { NativeSymbols } from "./symbols.ts";

/** What a plugin says of a port. */
export interface PluginPort {
  readonly name: string;
  readonly doc: string;
  readonly schema: string | null;
  /** Codes of formats, as in a slot's header. */
  readonly formats: readonly number[];
  /** Code of a kind of frame, as in a slot's header. */
  readonly kind: number;
  readonly optional: boolean;
  readonly burst: number;
}

/** What a plugin says of a stage. The native library has checked all but the schema. */
export interface PluginStage {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly doc: string;
  readonly mode: "push" | "loop" | "external";
  /** The JSON Schema of its configuration, as text. */
  readonly config: string | null;
  readonly inputs: readonly PluginPort[];
  readonly outputs: readonly PluginPort[];
  readonly figures: readonly string[];
}

/**
 * Opens the library of a plugin in a process of its own, to see whether that ends it. Linux only; elsewhere nothing is done.
 *
 * @throws {RangeError} with how it ended, as a clause
 */
export function tryPluginLibrary(symbols: NativeSymbols, path: string): void {
  const bytes = new TextEncoder().encode(path);
  if (symbols.slu_plugin_try(Deno.UnsafePointer.of(bytes), bytes.length) === 0) {
    throw new RangeError(lastNativeError(symbols));
  }
}

/**
 * Loads the library of a plugin, or takes one that was loaded before. Its stages can be used from then on.
 *
 * @returns its stages, in the plugin's order
 * @throws {RangeError} with the reason, a clause, if it is refused
 */
export function loadPluginLibrary(symbols: NativeSymbols, path: string): readonly PluginStage[] {
  const bytes = new TextEncoder().encode(path);
  const description = symbols.slu_plugin_load(Deno.UnsafePointer.of(bytes), bytes.length);
  if (description === null) throw new RangeError(lastNativeError(symbols));
  return JSON.parse(Deno.UnsafePointerView.getCString(description)).stages;
}
