/**
 * The library by which the process of a node reaches the runtime, and the memory of frames. Opening it gives up the
 * permission for foreign functions, so import this module before any code of others.
 *
 * @module
 */

const { symbols } = Deno.dlopen(Deno.env.get("SLUICE_GUEST_LIBRARY")!, {
  sluice_calls_begin: { parameters: ["u64", "u64"], result: "i32" },
  sluice_calls_region: { parameters: [], result: "pointer" },
  sluice_calls_region_bytes: { parameters: [], result: "f64" },
  sluice_calls_ready: { parameters: [], result: "void" },
  sluice_calls_next: { parameters: ["buffer", "u32"], result: "f64" },
  sluice_calls_next_aside: {
    name: "sluice_calls_next",
    parameters: ["buffer", "u32"],
    result: "f64",
    nonblocking: true,
  },
  sluice_calls_copy: { parameters: ["buffer", "u32"], result: "void" },
  sluice_calls_done: { parameters: ["u32", "u32", "buffer", "u32"], result: "void" },
  sluice_calls_read: { parameters: ["u32"], result: "f64" },
  sluice_calls_look: { parameters: ["u32"], result: "f64" },
  sluice_calls_state: { parameters: ["u32"], result: "u32" },
  sluice_calls_acquire: { parameters: ["u32", "u32"], result: "f64" },
  sluice_calls_writable: { parameters: ["u32"], result: "f64" },
  sluice_calls_write: { parameters: ["u32", "u32", "u32", "u32"], result: "u32" },
  sluice_calls_release: { parameters: ["u32"], result: "void" },
  sluice_calls_place: { parameters: ["u32", "buffer"], result: "u32" },
  sluice_calls_wait_until: { parameters: ["f64"], result: "void" },
  sluice_calls_finish: { parameters: [], result: "void" },
  sluice_calls_progress: { parameters: ["f64", "f64"], result: "void" },
  sluice_calls_log: { parameters: ["u32", "buffer", "u32"], result: "void" },
  sluice_calls_emit: { parameters: ["buffer", "u32", "buffer", "u32"], result: "void" },
  sluice_calls_now: { parameters: [], result: "f64" },
});

/** Pools that a runtime can have. */
const WINDOWS = 64;

const [host, memoryBytes] = Deno.args;
if (symbols.sluice_calls_begin(BigInt(host), BigInt(memoryBytes)) !== 0) Deno.exit(1);

/** The memory of each pool by its index: addresses, which have memory once a frame of the pool has come. */
export const WINDOW_BUFFERS: readonly ArrayBuffer[] = openWindows();

Deno.permissions.revokeSync({ name: "ffi" });
Deno.permissions.revokeSync({ name: "env", variable: "SLUICE_GUEST_LIBRARY" });

const encoder = new TextEncoder();

/** How a write was refused. */
export const REFUSED = { output: 1, owner: 2, kind: 3, room: 4 } as const;

/** The levels of lines. */
export const LEVEL = { error: 0, warn: 1, info: 2, debug: 3, trace: 3 } as const;

/** Tells the runtime that a node may be made. */
export const ready = (): void => symbols.sluice_calls_ready();

let room = new Uint8Array(65_536);

/** Waits for the next call. @returns its words, valid until the next call; `undefined`: the process is to end */
export function nextCall(): Uint8Array | undefined {
  return wordsOf(symbols.sluice_calls_next(room, room.length));
}

/** As {@linkcode nextCall}, while the event loop goes on. */
export async function nextCallAside(): Promise<Uint8Array | undefined> {
  return wordsOf(await symbols.sluice_calls_next_aside(room, room.length));
}

/** Ends the present call. @param status 1 after a `flush()` that is to be called again */
export function endCall(status: number, bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0)): void {
  symbols.sluice_calls_done(0, status, bytes, bytes.length);
}

/** Ends the present call with a failure. @param why a clause */
export function failCall(why: string): void {
  const bytes = encoder.encode(why);
  symbols.sluice_calls_done(1, 0, bytes, bytes.length);
}

/** Takes the oldest frame of an input. @returns its entry, -1 if there is none */
export const readEntry = (input: number): number => symbols.sluice_calls_read(input);

/** Returns the oldest frame of an input, which stays there; -1 if there is none. */
export const lookAtEntry = (input: number): number => symbols.sluice_calls_look(input);

/** Returns the state of an input: nothing is linked to it, frames may come, or it has ended. */
export const stateOf = (input: number): "unlinked" | "open" | "ended" =>
  (["unlinked", "open", "ended"] as const)[symbols.sluice_calls_state(input)];

/** Takes a slot for an output. @param kind code of the kind of frame @returns its entry, -1 if none is free */
export const acquireEntry = (output: number, kind: number): number => symbols.sluice_calls_acquire(output, kind);

/** Exchanges a frame for one that nobody else reads, with the same contents. @returns its entry, -1 if no slot is free */
export const writableEntry = (entry: number): number => symbols.sluice_calls_writable(entry);

/** Writes a frame. @param keeps true if the node has it still @returns 0, or a number of {@linkcode REFUSED} */
export const writeEntry = (output: number, entry: number, kind: number, keeps: boolean): number =>
  symbols.sluice_calls_write(output, entry, kind, keeps ? 1 : 0);

/** Gives a frame back. */
export const releaseEntry = (entry: number): void => symbols.sluice_calls_release(entry);

/** Where slots lie in a window. */
export interface SlotPlace {
  /** Bytes to the header of the first. */
  readonly first: number;
  readonly slotCount: number;
  /** Bytes from one header to the next. */
  readonly stride: number;
  readonly payloadBytes: number;
}

/** Returns where the slots of a frame's pool lie. */
export function placeOf(entry: number): SlotPlace {
  const words = new Uint32Array(4);
  if (symbols.sluice_calls_place(entry, words) === 0) throw new Error(`Internal error: no pool has frame ${entry}`);
  const [first, slotCount, stride, payloadBytes] = words;
  return { first, slotCount, stride, payloadBytes };
}

/** Delays the next tick. */
export const waitUntil = (timeNs: number): void => symbols.sluice_calls_wait_until(timeNs);

/** Ends the node. */
export const finish = (): void => symbols.sluice_calls_finish();

/** Reports the progress; `totalNs` is NaN if unknown. */
export const progress = (doneNs: number, totalNs: number): void => symbols.sluice_calls_progress(doneNs, totalNs);

/** Nanoseconds on the runtime's clock. */
export const nowNs = (): number => symbols.sluice_calls_now();

/** Writes a line to the node's log. */
export function logLine(level: keyof typeof LEVEL, text: string): void {
  const bytes = encoder.encode(text);
  symbols.sluice_calls_log(LEVEL[level], bytes, bytes.length);
}

/** Publishes an event of the node. */
export function emit(name: string, json: string): void {
  const [names, texts] = [encoder.encode(name), encoder.encode(json)];
  symbols.sluice_calls_emit(names, names.length, texts, texts.length);
}

function wordsOf(length: number): Uint8Array | undefined {
  if (length < 0) return undefined;
  if (length > room.length) {
    room = new Uint8Array(2 * length);
    symbols.sluice_calls_copy(room, room.length);
  }
  return room.subarray(0, length);
}

function openWindows(): ArrayBuffer[] {
  const base = symbols.sluice_calls_region()!;
  const bytes = symbols.sluice_calls_region_bytes() / WINDOWS;
  const view = new Deno.UnsafePointerView(base);
  return Array.from({ length: WINDOWS }, (_, k) => view.getArrayBuffer(bytes, k * bytes));
}
