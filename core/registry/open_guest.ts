/**
 * The beginning of a processor's process: opens the library by which it reaches the runtime, and gives up the permission for
 * foreign functions.
 *
 * @module
 */

/** Where slots lie in the memory of a pool. */
export interface SlotPlace {
  /** Bytes to the header of the first. */
  readonly first: number;
  readonly slotCount: number;
  /** Bytes from one header to the next. */
  readonly stride: number;
  readonly payloadBytes: number;
}

/** What the process has of the library. Frames are named by their entries; -1 is none. */
export interface GuestLibrary {
  /** The memory of each pool by its index: addresses, which have memory once a frame of the pool has come. */
  readonly windows: readonly ArrayBuffer[];
  /** Tells the runtime that a node may be made. */
  ready(): void;
  /** Waits for the next call. @returns its words, valid until the next call; `undefined`: the process is to end */
  nextCall(): Uint8Array | undefined;
  /** As {@linkcode nextCall}, while the event loop goes on. */
  nextCallAside(): Promise<Uint8Array | undefined>;
  /** Ends the present call. @param status 1 after a `flush()` that is to be called again */
  endCall(status: number, bytes?: Uint8Array<ArrayBuffer>): void;
  /** Ends the present call with a failure. @param why a clause */
  failCall(why: string): void;
  /** Takes the oldest frame of an input. */
  readEntry(input: number): number;
  /** Returns the oldest frame of an input, which stays there. */
  lookAtEntry(input: number): number;
  /** Returns the state of an input: nothing is linked to it, frames may come, or it has ended. */
  stateOf(input: number): "unlinked" | "open" | "ended";
  /** Takes a slot for an output. @param kind code of the kind of frame */
  acquireEntry(output: number, kind: number): number;
  /** Exchanges a frame for one that nobody else reads, with the same contents. */
  writableEntry(entry: number): number;
  /** Writes a frame. @param keeps true if the node has it still @returns 0, or a number of `REFUSED` */
  writeEntry(output: number, entry: number, kind: number, keeps: boolean): number;
  /** Gives a frame back. */
  releaseEntry(entry: number): void;
  /** Returns where the slots of a frame's pool lie. */
  placeOf(entry: number): SlotPlace;
  /** Delays the next tick. */
  waitUntil(timeNs: number): void;
  /** Ends the node. */
  finish(): void;
  /** Reports the progress; `totalNs` is NaN if unknown. */
  progress(doneNs: number, totalNs: number): void;
  /** Nanoseconds on the runtime's clock. */
  nowNs(): number;
  /** Writes a line to the node's log. */
  logLine(level: number, text: string): void;
  /** Publishes an event of the node. */
  emit(name: string, json: string): void;
}

/**
 * Runs in the process, before any module of others, from its own text: it refers to nothing outside, so that no import map
 * leads it elsewhere. What it calls and measures arrays by is taken from the engine before others can replace it: a length
 * that is not that of the memory would have the library write beyond it.
 */
export function openGuest(): void {
  const [Bytes, Words, { apply }] = [Uint8Array, Uint32Array, Reflect];
  const byteLength = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), "byteLength")!.get!;
  const sizeOf = (array: Uint8Array): number => apply(byteLength, array, []);
  const encoder = new TextEncoder();
  const { encode } = TextEncoder.prototype;
  const bytesOf = (text: string): Uint8Array<ArrayBuffer> => apply(encode, encoder, [text]);
  const windowCount = 64;

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
  const [host, memoryBytes] = Deno.args;
  if (symbols.sluice_calls_begin(BigInt(host), BigInt(memoryBytes)) !== 0) Deno.exit(1);
  const view = new Deno.UnsafePointerView(symbols.sluice_calls_region()!);
  const windowBytes = symbols.sluice_calls_region_bytes() / windowCount;
  const windows = Array.from({ length: windowCount }, (_, k) => view.getArrayBuffer(windowBytes, k * windowBytes));
  Deno.permissions.revokeSync({ name: "ffi" });
  Deno.permissions.revokeSync({ name: "env", variable: "SLUICE_GUEST_LIBRARY" });

  let capacity = 65_536;
  let room = new Bytes(capacity);
  const place = new Words(4);
  const wordsOf = (length: number): Uint8Array | undefined => {
    if (length < 0) return undefined;
    if (length > capacity) {
      capacity = 2 * length;
      room = new Bytes(capacity);
      symbols.sluice_calls_copy(room, capacity);
    }
    return new Bytes(room.buffer, 0, length);
  };
  const none = new Bytes(0);
  const library: GuestLibrary = {
    windows,
    ready: () => symbols.sluice_calls_ready(),
    nextCall: () => wordsOf(symbols.sluice_calls_next(room, capacity)),
    nextCallAside: async () => wordsOf(await symbols.sluice_calls_next_aside(room, capacity)),
    endCall: (status, bytes = none) => symbols.sluice_calls_done(0, status, bytes, sizeOf(bytes)),
    failCall: (why) => {
      const bytes = bytesOf(why);
      symbols.sluice_calls_done(1, 0, bytes, sizeOf(bytes));
    },
    readEntry: (input) => symbols.sluice_calls_read(input),
    lookAtEntry: (input) => symbols.sluice_calls_look(input),
    stateOf: (input) => (["unlinked", "open", "ended"] as const)[symbols.sluice_calls_state(input)],
    acquireEntry: (output, kind) => symbols.sluice_calls_acquire(output, kind),
    writableEntry: (entry) => symbols.sluice_calls_writable(entry),
    writeEntry: (output, entry, kind, keeps) => symbols.sluice_calls_write(output, entry, kind, keeps ? 1 : 0),
    releaseEntry: (entry) => symbols.sluice_calls_release(entry),
    placeOf: (entry) => {
      if (symbols.sluice_calls_place(entry, place) === 0) throw new Error(`Internal error: no pool has frame ${entry}`);
      return { first: place[0], slotCount: place[1], stride: place[2], payloadBytes: place[3] };
    },
    waitUntil: (timeNs) => symbols.sluice_calls_wait_until(timeNs),
    finish: () => symbols.sluice_calls_finish(),
    progress: (doneNs, totalNs) => symbols.sluice_calls_progress(doneNs, totalNs),
    nowNs: () => symbols.sluice_calls_now(),
    logLine: (level, text) => {
      const bytes = bytesOf(text);
      symbols.sluice_calls_log(level, bytes, sizeOf(bytes));
    },
    emit: (name, json) => {
      const names = bytesOf(name);
      const texts = bytesOf(json);
      symbols.sluice_calls_emit(names, sizeOf(names), texts, sizeOf(texts));
    },
  };
  Object.defineProperty(globalThis, Symbol.for("sluice.guest"), { value: library });
}
