/**
 * Native lanes: threads of the library that run stages, built in or of plugins. One isolate starts, commands and edits a
 * lane, and asks for its reports. None of this happens per frame.
 *
 * @module
 */
import { lastNativeError } from "./loader.ts";
import {
  decodeReport,
  encodeMessage,
  type NativeCommand,
  type NativePriority,
  type NativeReport,
} from "./native_messages.ts";
import type { NativeSymbols } from "./symbols.ts";

/** In the order of the numbers by which the library knows them. */
const PRIORITIES: readonly NativePriority[] = ["normal", "high", "realtime"];

/**
 * Makes the thread that calls this as urgent as that, on these processors; of an empty list, where it may run now.
 *
 * @returns what the system refused; `undefined` for nothing
 */
export function scheduleThread(
  symbols: NativeSymbols,
  priority: NativePriority,
  cpus: readonly number[],
): string | undefined {
  const numbers = new Uint32Array(cpus);
  const at = Deno.UnsafePointer.of(numbers);
  if (symbols.slu_thread_schedule(PRIORITIES.indexOf(priority), at, numbers.length) === 1) return undefined;
  return lastNativeError(symbols);
}

/** A native lane that was started. */
export class NativeLane implements Disposable {
  readonly #symbols: NativeSymbols;
  #pointer: Deno.PointerValue;
  #closed = false;

  /**
   * Starts a lane. It reports `opened`, or `failed`.
   *
   * @param start what it starts with: `Start` of `crates/ffi/src/native_messages.rs`
   * @throws {RangeError} if the library refuses the description
   */
  constructor(symbols: NativeSymbols, start: object) {
    this.#symbols = symbols;
    const json = encodeMessage(start);
    this.#pointer = symbols.slu_native_spawn(Deno.UnsafePointer.of(json), json.length);
    if (this.#pointer === null) throw this.#refusal("make a native lane");
  }

  /**
   * Sends a command; nothing happens after the lane was finished.
   *
   * @throws {RangeError} if the library refuses it
   */
  send(command: NativeCommand): void {
    if (this.#pointer === null) return;
    const json = encodeMessage(command);
    if (this.#symbols.slu_native_send(this.#pointer, Deno.UnsafePointer.of(json), json.length) === 0) {
      throw this.#refusal(`send "${command.kind}" to a native lane`);
    }
  }

  /** Takes the oldest report, if there is one. */
  nextReport(): NativeReport | undefined {
    if (this.#pointer === null) return undefined;
    const json = this.#symbols.slu_native_report(this.#pointer);
    if (json === null) return undefined;
    const report = decodeReport(Deno.UnsafePointerView.getCString(json));
    if (report.kind === "closed") this.#closed = true;
    return report;
  }

  /** Lets go of the lane: waits for the end of a thread that has reported `closed`; leaves any other to itself. */
  [Symbol.dispose](): void {
    if (this.#pointer === null) return;
    this.#symbols.slu_native_finish(this.#pointer, this.#closed ? 1 : 0);
    this.#pointer = null;
  }

  #refusal(action: string): RangeError {
    return new RangeError(`Cannot ${action}: ${lastNativeError(this.#symbols)}`);
  }
}
