/**
 * The driver of the Rust library: arenas mapped by native code, rings and doorbells of `crates/core`, the monotonic
 * clock.
 *
 * @module
 */
import { Arenas } from "../../ffi/arenas.ts";
import { lastNativeError, loadNative, type NativeLibrary } from "../../ffi/loader.ts";
import { NativeError } from "../../ffi/native_error.ts";
import { NativeLane, scheduleThread } from "../../ffi/native_lane.ts";
import { NativeRingReader, NativeRingWriter } from "../../ffi/ring_ends.ts";
import type { NativeSymbols } from "../../ffi/symbols.ts";
import { SluiceError } from "../errors.ts";
import type { ArenaToken, Driver, DriverToken, RingReader, RingSpec, RingToken, RingWriter } from "./driver.ts";

/** Most entries that a ring holds. */
const MAX_CAPACITY = 65_536;

/** Longest non-blocking park: it delays the end of the process. */
const MAX_ASYNC_PARK_MS = 250;

type NativeArena = Extract<ArenaToken, { kind: "native" }>;
type NativeRing = Extract<RingToken, { kind: "native" }>;

interface Control {
  readonly token: NativeArena;
  readonly pointer: Deno.PointerObject;
}

/**
 * Opens the native driver for this isolate.
 *
 * @param token the token of a driver in another isolate, to use the same library
 * @throws {SluiceError} `NativeUnavailable` if this process may open no library
 * @throws {SluiceError} `AbiMismatch` if the library was built from other layouts
 */
export function openNativeDriver(token?: DriverToken): Driver {
  if (token !== undefined && token.kind !== "native") {
    throw new TypeError("Cannot open a native driver with a token of the portable driver");
  }
  try {
    return new NativeDriver(loadNative(token?.libraryPath));
  } catch (cause) {
    if (cause instanceof NativeError) throw new SluiceError(cause.code, cause.message, { cause });
    throw cause;
  }
}

/**
 * The native driver. Each driver holds the arenas that it made or opened until it releases them or its thread ends; an
 * arena's memory returns to the system with the last hold.
 */
export class NativeDriver implements Driver {
  readonly kind = "native";
  readonly version: string;
  readonly token: DriverToken;
  readonly #symbols: NativeSymbols;
  readonly #arenas: Arenas;
  #control: Control | undefined;

  /** @param library the library that this isolate has loaded */
  constructor(library: NativeLibrary) {
    this.version = library.version;
    this.token = { kind: "native", libraryPath: library.path };
    this.#symbols = library.symbols;
    this.#arenas = new Arenas(library.symbols);
  }

  nowNs(): number {
    return this.#symbols.slu_now_ns();
  }

  createArena(byteLength: number, maxByteLength?: number): ArenaToken {
    return { kind: "native", ...this.#arenas.create(byteLength, maxByteLength) };
  }

  growArena(token: ArenaToken, byteLength: number): ArenaToken {
    return { ...asNativeArena(token), byteLength };
  }

  discardPages(token: ArenaToken, from: number, to: number): boolean {
    return this.#arenas.discard(asNativeArena(token), from, to);
  }

  machineBytes(): number | undefined {
    return this.#symbols.slu_machine_bytes() || undefined;
  }

  openArena(token: ArenaToken): ArrayBuffer {
    return this.#arenas.open(asNativeArena(token));
  }

  lendArena(token: ArenaToken): ArrayBuffer {
    return this.#arenas.lend(asNativeArena(token));
  }

  releaseArena(token: ArenaToken): void {
    this.#arenas.release(asNativeArena(token));
  }

  useControl(token: ArenaToken): void {
    const arena = asNativeArena(token);
    const pointer = this.#symbols.slu_control_open(this.#arenas.unsafePointer(arena));
    if (pointer === null) throw new TypeError(`Cannot use the control arena: ${lastNativeError(this.#symbols)}`);
    this.#control = { token: arena, pointer };
  }

  createRing(spec: RingSpec): RingToken {
    const { capacity, evicts } = spec;
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > MAX_CAPACITY) {
      throw new RangeError(
        `Cannot make a ring of ${capacity} entries: wanted a whole number from 1 to ${MAX_CAPACITY}`,
      );
    }
    const pointer = this.#symbols.slu_ring_new(this.#unsafeControl(), capacity, evicts ? 1 : 0, spec.linkOffset);
    if (pointer === null) throw new RangeError(`Cannot make a ring: ${lastNativeError(this.#symbols)}`);
    return { kind: "native", address: Deno.UnsafePointer.value(pointer), capacity, evicts };
  }

  releaseRing(token: RingToken): void {
    this.#symbols.slu_ring_free(unsafeRing(token));
  }

  bindReader(token: RingToken, lane: number, bit: number): void {
    this.#check("bind the reader", this.#symbols.slu_ring_bind_reader(unsafeRing(token), lane, bit));
  }

  bindWriter(token: RingToken, lane: number, bit: number): void {
    this.#check("bind the writer", this.#symbols.slu_ring_bind_writer(unsafeRing(token), lane, bit));
  }

  openWriter(token: RingToken): RingWriter {
    const pointer = unsafeRing(token);
    const staging = this.#symbols.slu_ring_writer_staging(pointer);
    if (staging === null) throw this.#refusal("open the writer");
    return new NativeRingWriter(this.#symbols, pointer, staging, asNativeRing(token).evicts);
  }

  openReader(token: RingToken): RingReader {
    const pointer = unsafeRing(token);
    const staging = this.#symbols.slu_ring_reader_staging(pointer);
    if (staging === null) throw this.#refusal("open the reader");
    return new NativeRingReader(this.#symbols, pointer, staging);
  }

  signal(lane: number, bit: number): void {
    this.#symbols.slu_lane_signal(this.#unsafeControl(), lane, bit);
  }

  ringBell(lane: number): void {
    this.#symbols.slu_lane_ring(this.#unsafeControl(), lane);
  }

  park(lane: number, seenBell: number, timeoutMs: number): void {
    this.#symbols.slu_lane_park(this.#unsafeControl(), lane, seenBell >>> 0, timeoutMs);
  }

  parkAsync(lane: number, seenBell: number, timeoutMs: number): Promise<void> {
    const limited = Math.min(timeoutMs, MAX_ASYNC_PARK_MS);
    return this.#symbols.slu_lane_park_async(this.#unsafeControl(), lane, seenBell >>> 0, limited);
  }

  enterLane(lane: number, generation: number, row: number): void {
    if (this.#control === undefined) throw missingControl();
    // A refusal means that the lane is fenced: all ring calls of this thread are then refused, as intended.
    this.#symbols.slu_lane_enter(this.#arenas.unsafePointer(this.#control.token), lane, generation, row);
  }

  scheduleThread(priority: "realtime" | "high" | "normal", cpus: readonly number[]): string | undefined {
    return scheduleThread(this.#symbols, priority, cpus);
  }

  /** The processors of the machine, including those that this process may not use. */
  get cpuCount(): number {
    return this.#symbols.slu_cpu_count();
  }

  /**
   * Starts a native lane.
   *
   * @param start what it starts with, with arenas and rings as tokens of this driver
   * @throws {RangeError} if the library refuses it
   */
  startNativeLane(start: object): NativeLane {
    return new NativeLane(this.#symbols, start);
  }

  /**
   * Does what native stages have asked of the main thread, if this isolate runs on it.
   *
   * @returns true if a stage holds it, so that it is to look again soon
   */
  lookAtMain(): boolean {
    return this.#symbols.slu_main_look() === 1;
  }

  #unsafeControl(): Deno.PointerObject {
    if (this.#control === undefined) throw missingControl();
    return this.#control.pointer;
  }

  #check(what: string, done: number): void {
    if (done === 0) throw this.#refusal(what);
  }

  #refusal(what: string): RangeError {
    return new RangeError(`Cannot ${what} of a ring: ${lastNativeError(this.#symbols)}`);
  }
}

function missingControl(): TypeError {
  return new TypeError("useControl() was not called on this driver");
}

function asNativeArena(token: ArenaToken): NativeArena {
  if (token.kind !== "native") throw new TypeError("The native driver cannot open a portable arena");
  return token;
}

function asNativeRing(token: RingToken): NativeRing {
  if (token.kind !== "native") throw new TypeError("The native driver cannot open a portable ring");
  return token;
}

function unsafeRing(token: RingToken): Deno.PointerObject {
  const pointer = Deno.UnsafePointer.create(asNativeRing(token).address);
  if (pointer === null) throw new TypeError("The ring token has no address");
  return pointer;
}
