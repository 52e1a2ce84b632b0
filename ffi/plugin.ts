/**
 * Libraries of plugins. The native library opens them, and never closes one.
 *
 * @module
 */
import { lastNativeError } from "./loader.ts";
import type { NativeSymbols } from "./symbols.ts";

/** A port, as its plugin describes it. */
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

/** A stage, as its plugin describes it. The native library has checked all but the schema. */
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

/** How long opening a library may take, milliseconds. */
const OPENING_LIMIT_MS = 10_000;

/** How libraries are tried. */
export interface TrialOptions {
  /** True to open unchanged libraries again that were tried before; by default false. */
  readonly anew?: boolean;
  /** How long opening one may take; by default 10 s. */
  readonly limitMs?: number;
}

/**
 * Opens libraries of plugins in a process of its own: {@linkcode loadPluginLibrary} then refuses those that have ended
 * it, or hung. Linux only; elsewhere nothing is done.
 *
 * @returns how many processes it took: 0 if all are known, 1 if none has ended it; else at most 2 more for each that has
 */
export function tryPluginLibraries(
  symbols: NativeSymbols,
  paths: readonly string[],
  { anew = false, limitMs = OPENING_LIMIT_MS }: TrialOptions = {},
): number {
  if (paths.length === 0) return 0;
  const bytes = new TextEncoder().encode(paths.join("\0"));
  return symbols.slu_plugin_try(Deno.UnsafePointer.of(bytes), bytes.length, Number(anew), limitMs);
}

/**
 * Who else may change a file or a folder of a plugin, as a clause. Not on Windows.
 *
 * @param what how the clause calls it
 * @param isAround whether it is the folder around one of the plugin's own, which may be sticky
 */
export function findStranger(
  symbols: NativeSymbols,
  path: string,
  what: string,
  isAround: boolean,
): string | undefined {
  const at = new TextEncoder().encode(path);
  const name = new TextEncoder().encode(what);
  const [atStart, nameStart] = [Deno.UnsafePointer.of(at), Deno.UnsafePointer.of(name)];
  const isOurs = symbols.slu_plugin_rights(atStart, at.length, nameStart, name.length, Number(isAround)) !== 0;
  return isOurs ? undefined : lastNativeError(symbols);
}

/**
 * Loads the library of a plugin, or takes one that was loaded before. Its stages can be used from then on.
 *
 * @param isShipped whether it came with the native library, and needs no trial
 * @returns its stages, in the plugin's order
 * @throws {RangeError} with the reason, a clause, if it is refused
 */
export function loadPluginLibrary(symbols: NativeSymbols, path: string, isShipped = false): readonly PluginStage[] {
  const bytes = new TextEncoder().encode(path);
  const description = symbols.slu_plugin_load(Deno.UnsafePointer.of(bytes), bytes.length, Number(isShipped));
  if (description === null) throw new RangeError(lastNativeError(symbols));
  return JSON.parse(Deno.UnsafePointerView.getCString(description)).stages;
}

/**
 * Lists the devices of a stage whose plugin was loaded, as JSON. Blocks, for a second at most.
 *
 * @returns an empty text if the stage has none
 * @throws {RangeError} with the reason, a clause, if it cannot list them
 */
export function listStageDevices(symbols: NativeSymbols, id: string): string {
  const bytes = new TextEncoder().encode(id);
  const list = symbols.slu_plugin_devices(Deno.UnsafePointer.of(bytes), bytes.length);
  if (list === null) throw new RangeError(lastNativeError(symbols));
  return Deno.UnsafePointerView.getCString(list);
}

/** As {@linkcode listStageDevices}, on a thread of its own: lists of several stages are made at once. */
export async function listStageDevicesAsync(symbols: NativeSymbols, id: string): Promise<string> {
  const bytes = new TextEncoder().encode(id);
  const list = await symbols.slu_plugin_devices_async(Deno.UnsafePointer.of(bytes), bytes.length);
  // The reason is kept on that thread.
  if (list === null) throw new RangeError("its plugin gives no list");
  return Deno.UnsafePointerView.getCString(list);
}
